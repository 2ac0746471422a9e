/**
 * A receiver of alerts on loopback, as somebody else writes one: it keeps what came, and answers as it is told.
 */
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"

/** One request, as it came. */
export interface ReceivedRequest {
  readonly path: string
  readonly signature: string | undefined
  readonly body: string
}

/** Answers the request of an index from 0. */
export type WebhookAnswer = (index: number, response: http.ServerResponse) => void

/** Takes everything. */
export const takesAll: WebhookAnswer = (_, response) => void response.writeHead(204).end()

/** A receiver until its scope ends; `token` stands in the query of its address. */
export const webhookReceiver = (token: string, answer: WebhookAnswer = takesAll) =>
  Effect.acquireRelease(
    Effect.callback<{
      readonly url: string
      readonly received: Array<ReceivedRequest>
      readonly server: http.Server
    }>((resume) => {
      const received: Array<ReceivedRequest> = []
      const server = http.createServer((request, response) => {
        let body = ""
        request.on("data", (chunk: Buffer) => (body += chunk.toString()))
        request.on("end", () => {
          const { "ludeng-signature": signature } = request.headers
          received.push({ path: request.url ?? "", signature: signature?.toString(), body })
          answer(received.length - 1, response)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}/hook?token=${token}`, received, server }))
      })
    }),
    ({ server }) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )
