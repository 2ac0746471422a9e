import * as net from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { maximumBodyBytes } from "../../../layers/server/Guard.ts"
import { rawExchange, startServer } from "./RunningServer.ts"

const fetched = (url: string, init?: RequestInit) => Effect.promise(() => fetch(url, init))
const textOf = (response: Response) => Effect.promise(() => response.text())
const problemIn = (response: Response) =>
  Effect.map(textOf(response), (text) => JSON.parse(text) as { readonly reason: string; readonly status: number })

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** What waits for an answer that does not come: providers that take their time. */
const slow = { latency: 60_000 }
const shortGrace = { settings: { nanobanana: { submitGrace: 300 } } }
const illustration = (headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", prefer: "wait=60", ...headers },
  body: JSON.stringify({ prompt: "a red fox" })
})

describe("the server and its clients", () => {
  it.live("answers every client with headers that keep browsers from harm, and names the request", () =>
    Effect.gen(function* () {
      const { url } = yield* startServer()
      for (const path of ["/health/live", "/nowhere"]) {
        const response = yield* fetched(`${url}${path}`, { headers: { "x-request-id": "mine-1" } })
        assert.strictEqual(response.headers.get("x-content-type-options"), "nosniff")
        assert.include(response.headers.get("content-security-policy") ?? "", "frame-ancestors 'none'")
        assert.strictEqual(response.headers.get("referrer-policy"), "no-referrer")
        assert.strictEqual(response.headers.get("cross-origin-resource-policy"), "same-origin")
        assert.strictEqual(response.headers.get("access-control-allow-origin"), null)
        assert.strictEqual(response.headers.get("x-request-id"), "mine-1")
      }
      const strange = yield* fetched(`${url}/health/live`, { headers: { "x-request-id": "a b<c>" } })
      assert.match(strange.headers.get("x-request-id") ?? "", /^request_/)
    })
  )

  it.live("lets no script run that is not in the page by its hash", () =>
    Effect.gen(function* () {
      const { url } = yield* startServer()
      for (const path of ["/", "/docs"]) {
        const policy = (yield* fetched(`${url}${path}`)).headers.get("content-security-policy") ?? ""
        assert.match(policy, /script-src (?:'self'|'sha256-)/)
        assert.notMatch(policy, /script-src[^;]*unsafe/)
      }
    })
  )

  it.live("answers HEAD as GET, without a body", () =>
    Effect.gen(function* () {
      const { url } = yield* startServer()
      const response = yield* fetched(`${url}/health/live`, { method: "HEAD" })
      assert.strictEqual(response.status, 200)
      assert.strictEqual(yield* textOf(response), "")
    })
  )

  it.live("takes no body that is too large, whether its length is told or not", () =>
    Effect.gen(function* () {
      const { port, url } = yield* startServer()
      const body = JSON.stringify({ prompt: "x".repeat(maximumBodyBytes) })
      const told = yield* fetched(`${url}/v1/illustrations`, { ...illustration(), body })
      assert.strictEqual(told.status, 413)
      assert.strictEqual((yield* problemIn(told)).reason, "BodyTooLarge")
      const chunk = "x".repeat(65_536)
      const chunks = `10000\r\n${chunk}\r\n`.repeat(6)
      const { text } = yield* rawExchange(
        port,
        `POST /v1/illustrations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
        2_000
      )
      assert.match(text, /^HTTP\/1\.1 413 /)
    })
  )

  it.live("says 100 Continue only to a body that it would take", () =>
    Effect.gen(function* () {
      const { port } = yield* startServer()
      const head = (length: number) =>
        `POST /v1/illustrations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`
      const good = JSON.stringify({ prompt: "" })
      const { text } = yield* rawExchange(port, head(good.length) + good, 2_000)
      assert.match(text, /^HTTP\/1\.1 100 Continue[^]*HTTP\/1\.1 400 /)
      const large = yield* rawExchange(port, head(maximumBodyBytes + 1), 2_000)
      assert.match(large.text, /^HTTP\/1\.1 413 /)
    })
  )

  it.live("refuses what two parsers could read differently, and methods that nobody needs", () =>
    Effect.gen(function* () {
      const { port } = yield* startServer()
      const post = "POST /v1/illustrations HTTP/1.1\r\nHost: localhost\r\n"
      const refused = [
        `${post}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
        `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: 1\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "NONSENSE / HTTP/1.1\r\nHost: localhost\r\n\r\n"
      ]
      for (const bytes of refused) {
        const { text } = yield* rawExchange(port, bytes, 2_000)
        assert.match(text, /^HTTP\/1\.1 400 /, bytes)
      }
      const trace = yield* rawExchange(port, "TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 2_000)
      assert.match(trace.text, /^HTTP\/1\.1 405 /)
      const connect = yield* rawExchange(port, "CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 2_000)
      assert.notMatch(connect.text, /^HTTP\/1\.1 2/)
      assert.isTrue(connect.isClosed)
      const large = yield* rawExchange(
        port,
        `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
        2_000
      )
      assert.match(large.text, /^HTTP\/1\.1 431 /)
    })
  )

  it.live("gives no path another name", () =>
    Effect.gen(function* () {
      const { port } = yield* startServer()
      for (const path of ["/health/../health/live", "//health/live", "/health/%2e%2e/health/live", "/health%00/live"]) {
        const { text } = yield* rawExchange(
          port,
          `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
          2_000
        )
        assert.match(text, /^HTTP\/1\.1 40[04] /, path)
      }
    })
  )

  it.live("cuts a client that sends its headers, or its body, a byte at a time", () =>
    Effect.gen(function* () {
      const { port } = yield* startServer({ limits: { headersMillis: 300, requestMillis: 600, checkMillis: 50 } })
      const headers = yield* rawExchange(port, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", 5_000)
      assert.isTrue(headers.isClosed)
      const body = yield* rawExchange(
        port,
        "POST /v1/illustrations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
        5_000
      )
      assert.isTrue(body.isClosed)
    })
  )

  it.live("cuts a client that asks for much and reads nothing, and not one that reads slowly", () =>
    Effect.gen(function* () {
      const { port, url } = yield* startServer({ limits: { stallMillis: 400, checkMillis: 50 } })
      const page = yield* Effect.flatMap(fetched(`${url}/docs`), textOf)
      const times = Math.ceil(40_000_000 / page.length)
      const asked = (pauseMillis: number) =>
        Effect.promise(
          () =>
            new Promise<number>((resolve) => {
              const socket = net.connect(port, "127.0.0.1")
              let bytes = 0
              socket.on("error", () => {})
              socket.on("close", () => resolve(bytes))
              const get = "GET /docs HTTP/1.1\r\nHost: localhost\r\n"
              socket.write(`${get}\r\n`.repeat(times - 1) + `${get}Connection: close\r\n\r\n`)
              socket.once("data", (chunk) => {
                bytes += chunk.length
                socket.pause()
                setTimeout(() => {
                  socket.on("data", (chunk) => (bytes += chunk.length))
                  socket.resume()
                }, pauseMillis)
              })
            })
        )
      assert.isBelow(yield* asked(2_000), times * page.length)
      assert.isAtLeast(yield* asked(50), times * page.length)
    })
  )

  it.live("closes a connection on which nothing is asked", () =>
    Effect.gen(function* () {
      const { port } = yield* startServer({ limits: { stallMillis: 200, headersMillis: 300, checkMillis: 50 } })
      assert.isTrue((yield* rawExchange(port, "", 5_000)).isClosed)
    })
  )

  it.live("tells further requests to come again while as many as it takes are open, and goes on living", () =>
    Effect.gen(function* () {
      const { url } = yield* startServer({ maximumOpenRequests: 1 }, { ...slow, ...shortGrace })
      const first = yield* Effect.forkChild(Effect.exit(fetched(`${url}/v1/illustrations`, illustration())))
      yield* Effect.sleep("300 millis")
      const second = yield* fetched(`${url}/v1/illustrations`, illustration())
      assert.strictEqual(second.status, 503)
      assert.strictEqual(second.headers.get("retry-after"), "1")
      assert.strictEqual((yield* problemIn(second)).reason, "ServerBusy")
      assert.strictEqual((yield* fetched(`${url}/health/live`)).status, 200)
      yield* Fiber.interrupt(first)
    })
  )

  it.live("lets the pages of a named origin in, and no other's", () =>
    Effect.gen(function* () {
      const named = "https://app.example"
      const { token, url } = yield* startServer({ corsOrigins: [named] })
      const mine = yield* token("ann", "use")
      const ask = (origin: string) =>
        fetched(`${url}/v1/illustrations`, {
          method: "OPTIONS",
          headers: {
            origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization"
          }
        })
      const yes = yield* ask(named)
      assert.strictEqual(yes.status, 204)
      assert.strictEqual(yes.headers.get("access-control-allow-origin"), named)
      assert.include(yes.headers.get("access-control-allow-headers") ?? "", "authorization")
      assert.strictEqual(yes.headers.get("access-control-allow-credentials"), null)
      const no = yield* ask("https://evil.example")
      assert.notStrictEqual(no.status, 204)
      assert.strictEqual(no.headers.get("access-control-allow-origin"), null)
      const answer = yield* fetched(`${url}/health/live`, { headers: { origin: named, ...bearer(mine) } })
      assert.strictEqual(answer.headers.get("access-control-allow-origin"), named)
      assert.strictEqual(answer.headers.get("vary"), "Origin")
    })
  )

  it.live("answers what runs before it ends, and tells the rest that it is ending", () =>
    Effect.gen(function* () {
      const server = yield* startServer({}, { ...slow, ...shortGrace })
      const running = yield* Effect.forkChild(fetched(`${server.url}/v1/illustrations`, illustration()))
      yield* Effect.sleep("300 millis")
      yield* server.stop
      const answer = yield* Fiber.join(running)
      assert.strictEqual(answer.status, 503)
      assert.strictEqual(answer.headers.get("connection"), "close")
      assert.strictEqual((yield* problemIn(answer)).reason, "ServerEnding")
      assert.isTrue((yield* rawExchange(server.port, "GET / HTTP/1.1\r\n\r\n", 500)).isClosed)
    })
  )
})

describe("tokens over HTTP", () => {
  it.live("close the face with the first one, hold at once, and end at once", () =>
    Effect.gen(function* () {
      const { token, tokens, url } = yield* startServer()
      const path = `${url}/v1/illustrations`
      const refused = illustration({ prefer: "wait=0" })
      assert.notStrictEqual((yield* fetched(path, refused)).status, 401)
      const mine = yield* token("ann", "use")
      const without = yield* fetched(path, refused)
      assert.strictEqual(without.status, 401)
      assert.match(without.headers.get("www-authenticate") ?? "", /^Bearer/)
      assert.strictEqual(without.headers.get("content-type"), "application/problem+json")
      const withMine = yield* fetched(path, illustration({ prefer: "wait=0", ...bearer(mine) }))
      assert.isBelow(withMine.status, 300)
      const operator = yield* token("ops", "operate")
      const wrongScope = yield* fetched(path, illustration(bearer(operator)))
      assert.strictEqual(wrongScope.status, 403)
      assert.strictEqual((yield* problemIn(wrongScope)).reason, "ScopeMissing")
      for (const { id } of yield* tokens.list) yield* tokens.revoke(id)
      assert.strictEqual((yield* fetched(path, illustration(bearer(mine)))).status, 401)
      assert.strictEqual((yield* fetched(`${url}/health/live`)).status, 200)
    })
  )

  it.live("that are wrong are told to wait after ten in a minute, while a good one still passes", () =>
    Effect.gen(function* () {
      const { token, url } = yield* startServer()
      const mine = yield* token("ann", "use")
      const guess = () => fetched(`${url}/v1/illustrations`, illustration(bearer(`${mine.slice(0, -1)}!`)))
      for (let failure = 0; failure < 10; failure++) assert.strictEqual((yield* guess()).status, 401)
      const told = yield* guess()
      assert.strictEqual(told.status, 429)
      assert.isAbove(Number(told.headers.get("retry-after")), 0)
      const good = yield* fetched(`${url}/v1/illustrations`, illustration({ prefer: "wait=0", ...bearer(mine) }))
      assert.isBelow(good.status, 300)
    })
  )

  it.live("are not there, and so no page of another origin and no other name of this machine is served", () =>
    Effect.gen(function* () {
      const { port, url } = yield* startServer()
      const page = yield* fetched(`${url}/v1/illustrations`, illustration({ origin: "https://evil.example" }))
      assert.strictEqual(page.status, 403)
      const body = JSON.stringify({ prompt: "a red fox" })
      const { text } = yield* rawExchange(
        port,
        `POST /v1/illustrations HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        2_000
      )
      assert.match(text, /^HTTP\/1\.1 403 /)
    })
  )
})
