/** A collector that sends elsewhere: its token must not go there. */
import { once } from "node:events"
import { createServer, type RequestListener } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Otlp from "../../../layers/telemetry/Otlp.ts"

const serving = (listener: RequestListener) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer(listener)
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      const address = server.address()
      if (address === null || typeof address === "string") throw new Error("no port")
      return { server, origin: `http://127.0.0.1:${address.port}` }
    }),
    ({ server }) =>
      Effect.promise(async () => {
        server.closeAllConnections()
        server.close()
        await once(server, "close")
      })
  )

describe("OTLP", () => {
  it.live("follows no collector to another origin", () =>
    Effect.gen(function* () {
      let elsewhere = 0
      let asked = 0
      const other = yield* serving((request, response) => {
        elsewhere += 1
        request.resume()
        response.writeHead(200).end()
      })
      const collector = yield* serving((request, response) => {
        asked += 1
        request.resume()
        response.writeHead(307, { location: `${other.origin}${request.url}` }).end()
      })
      const headers = Redacted.make({ "x-token": "let-me-in" })
      yield* Effect.logInfo("a line").pipe(
        Effect.withSpan("a span"),
        Effect.andThen(Effect.sleep("100 millis")),
        Effect.provide(Otlp.layer({ endpoint: collector.origin, exportInterval: "20 millis", headers }))
      )
      assert.isAbove(asked, 0)
      assert.strictEqual(elsewhere, 0)
    }).pipe(Effect.scoped)
  )
})
