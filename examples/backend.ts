/**
 * Embedding in a backend: one runtime for the life of the server, one call for each request, and typed failures turned
 * into statuses at the edge.
 */
import * as http from "node:http"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Illustrator } from "@ludeng/providers"
import * as Mock from "@ludeng/providers/mock-layers/Mock"

const runtime = ManagedRuntime.make(Mock.layer)

interface Reply {
  readonly status: number
  readonly body: unknown
}

const illustrate = (prompt: string): Effect.Effect<Reply, never, Illustrator> =>
  Illustrator.use((illustrator) => illustrator.illustrate({ prompt })).pipe(
    Effect.map(({ callId, generated }): Reply => ({ status: 200, body: { callId, image: generated.image } })),
    Effect.catchTags({
      Rejection: ({ callId, isRetryable, reason }) =>
        Effect.succeed({ status: isRetryable ? 503 : 400, body: { callId, reason: reason._tag } }),
      ApiError: ({ callId, isRetryable, jobId, reason }) =>
        Effect.succeed({ status: isRetryable ? 503 : 502, body: { callId, reason: reason._tag, jobId } })
    })
  )

const server = http.createServer((request, response) => {
  const prompt = new URL(request.url ?? "/", "http://localhost").searchParams.get("prompt") ?? ""
  const gone = new AbortController()
  response.once("close", () => gone.abort())
  runtime.runPromise(illustrate(prompt), { signal: gone.signal }).then(
    ({ body, status }) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
    () => response.destroy()
  )
})

await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const address = server.address()
const port = typeof address === "object" && address !== null ? address.port : 0

for (const prompt of ["a red fox in the snow", ""]) {
  const answer = await fetch(`http://127.0.0.1:${port}/?prompt=${encodeURIComponent(prompt)}`)
  console.log(answer.status, await answer.text())
}

server.close()
await runtime.dispose()
