/**
 * A plain Node backend: no line of Effect. A picture is made as a job: the first request answers at once with its id, the
 * second waits for it. Whoever closes the connection stops waiting; a picture that is paid for is not lost by that.
 */
import * as http from "node:http"
import { ApiError, CallAborted, Rejection } from "@ludeng/providers"
import * as Runtime from "@ludeng/providers/layers/Runtime"
import * as Mock from "@ludeng/providers/mock-layers/Mock"

/** Once for the life of the server; live, it is `Runtime.make(Live.layer)`. */
const providers = Runtime.make(Mock.layer)

const statusOf = (error: unknown): number => {
  if (error instanceof Rejection) return error.isRetryable ? 503 : error.reason._tag === "JobNotFound" ? 404 : 400
  return error instanceof ApiError && !error.isRetryable ? 502 : 503
}

const answer = async (request: http.IncomingMessage, signal: AbortSignal): Promise<unknown> => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost")
  const [, resource, id] = pathname.split("/")
  if (resource === "prompts") return providers.enhance({ prompt: searchParams.get("prompt") ?? "" }, { signal })
  if (resource === "jobs" && id === undefined) {
    const idempotencyKey = String(request.headers["idempotency-key"] ?? "")
    const { id: jobId } = await providers.jobs.submit(
      { prompt: searchParams.get("prompt") ?? "" },
      { signal, ...(idempotencyKey === "" ? {} : { idempotencyKey }) }
    )
    return { jobId }
  }
  const { image } = await providers.jobs.await(id ?? "", { signal, deadlineMillis: 30_000 })
  return image
}

const server = http.createServer((request, response) => {
  const gone = new AbortController()
  response.once("close", () => gone.abort())
  const send = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))
  answer(request, gone.signal).then(
    (body) => send(200, body),
    (error) => {
      if (error instanceof CallAborted) return response.destroy()
      const seconds = Math.ceil((error.retryAfterMillis ?? 0) / 1000)
      return send(statusOf(error), error, seconds > 0 ? { "retry-after": `${seconds}` } : {})
    }
  )
})

await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const address = server.address()
const base = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`

/** The check: what a client of this backend sees. */
const ask = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(base + path, { headers })
  return { status: response.status, body: (await response.json()) as { jobId?: string; message?: string } }
}
console.log(await ask("/prompts?prompt=a+red+fox"))
const first = await ask("/jobs?prompt=a+red+fox", { "idempotency-key": "order-7" })
const again = await ask("/jobs?prompt=a+red+fox", { "idempotency-key": "order-7" })
if (first.body.jobId !== again.body.jobId) throw new Error("one order was two jobs")
const picture = await ask(`/jobs/${first.body.jobId}`)
console.log(picture)
const refused = [await ask("/prompts"), await ask("/jobs/none")]
if (picture.status !== 200 || refused.map((it) => it.status).join() !== "400,404") throw new Error("wrong statuses")
console.log(refused[0]?.body.message)

server.close()
await providers.dispose()
