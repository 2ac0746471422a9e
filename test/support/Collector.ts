/**
 * A collector of telemetry on loopback, which keeps what it gets.
 */
import { once } from "node:events"
import { createServer } from "node:http"
import * as Effect from "effect/Effect"

/** One request to it. */
export interface Received {
  readonly path: string
  readonly type: string
  readonly token: string
  readonly body: Buffer
}

/** It listens until its scope closes. */
export const collector = Effect.acquireRelease(
  Effect.promise(async () => {
    const received: Array<Received> = []
    const server = createServer((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const { "content-type": type = "", "x-token": token = "" } = request.headers
        received.push({ path: request.url ?? "", type, token: String(token), body: Buffer.concat(chunks) })
        response.writeHead(200).end()
      })
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    return { received, server, endpoint: `http://127.0.0.1:${address.port}` }
  }),
  ({ server }) =>
    Effect.promise(async () => {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    })
)
