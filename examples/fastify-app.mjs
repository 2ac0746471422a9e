/**
 * A Fastify app in plain JavaScript: the library as a decorator of the app, its errors as answers of the app, its end as
 * part of the app's end.
 */
import Fastify from "fastify"
import { ApiError, CallAborted, Rejection } from "@ludeng/providers"
import * as Runtime from "@ludeng/providers/layers/Runtime"
import * as Mock from "@ludeng/providers/mock-layers/Mock"

/** The library as a plugin: one runtime for the life of the app. */
const providers = async (app, { layer }) => {
  const runtime = Runtime.make(layer)
  app.decorate("providers", runtime)
  app.addHook("onClose", () => runtime.dispose())
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof CallAborted) return reply.code(499).send(error)
    if (!(error instanceof ApiError || error instanceof Rejection)) return reply.send(error)
    if (error.retryAfterMillis !== undefined) reply.header("retry-after", Math.ceil(error.retryAfterMillis / 1000))
    const status = error.isRetryable ? 503 : error instanceof Rejection ? 400 : 502
    return reply.code(status).send({ ...error.toJSON(), retryable: error.isRetryable })
  })
}
// Fastify's word for a plugin whose decorators are the whole app's.
providers[Symbol.for("skip-override")] = true

/** The signal of a request: aborted when the client has gone before the answer. */
const signalOf = (reply) => {
  const gone = new AbortController()
  reply.raw.once("close", () => gone.abort())
  return gone.signal
}

const app = Fastify()
await app.register(providers, { layer: Mock.layer })

app.post("/illustrations", async (request, reply) => {
  const { prompt, mode } = request.body
  const idempotencyKey = request.headers["idempotency-key"]
  const { cost, generated } = await app.providers.illustrate(
    { prompt, ...(mode === undefined ? {} : { mode }) },
    { signal: signalOf(reply), ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }
  )
  return reply.code(201).send({ jobId: generated.jobId, image: generated.image, cost })
})

/** The check: a real client over a real socket. */
const url = await app.listen({ port: 0, host: "127.0.0.1" })
const post = async (body) => {
  const response = await fetch(`${url}/illustrations`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": "order-7" },
    body: JSON.stringify(body)
  })
  return { status: response.status, body: await response.json() }
}
const made = await post({ prompt: "a red fox in the snow" })
const same = await post({ prompt: "a red fox in the snow" })
const other = await post({ prompt: "a blue fox" })
console.log(made.status, made.body.image.path, "and again", same.status, same.body.jobId === made.body.jobId)
console.log(other.status, other.body.reason._tag)
if (made.status !== 201 || same.body.jobId !== made.body.jobId) throw new Error("one order was two pictures")
if (other.status !== 400 || other.body.reason._tag !== "IdempotencyConflict") throw new Error("the key was taken")
await app.close()
