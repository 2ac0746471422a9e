/**
 * A thousand connections at once; and the server as a process, over providers in another one that keep their own ledger:
 * SIGTERM in the middle of work, and the death of the process after some of it.
 */
import * as net from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { startServerProcess } from "../support/ServerProcess.ts"
import { temporaryFolder } from "../support/TemporaryFolder.ts"
import { startServer } from "../layers/server/RunningServer.ts"
import { chargingProvider } from "./ChargingProvider.ts"

const variablesOf = (baseUrl: string) => ({
  DEEPSEEK_API_KEY: "simulated",
  LUDENG_IMAGE_DIRECTORY: "images",
  NANOBANANA_API_KEY: "simulated",
  NANOBANANA_BASE_URL: baseUrl,
  NANOBANANA_PROTOCOL: "generic",
  NANOBANANA_POLL_FIRST: "5",
  NANOBANANA_POLL_CAP: "20",
  NANOBANANA_RATE_LIMITS: "none"
})

interface Answer {
  readonly status: number
  readonly id: string | undefined
}

/** Asks for a picture; `undefined` where the connection is lost before there is an answer. */
const askFor = (url: string, key: string, wait: number): Effect.Effect<Answer | undefined> =>
  Effect.promise(async () => {
    try {
      const response = await fetch(`${url}/v1/images`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": key, prefer: `wait=${wait}` },
        body: JSON.stringify({ prompt: `picture ${key}`, parameters: { width: 64, height: 64, quality: "low" } })
      })
      const body = (await response.json()) as { readonly id?: string; readonly jobId?: string }
      return { status: response.status, id: body.jobId ?? body.id }
    } catch {
      return undefined
    }
  })

/** A connection that is open, and not used yet. */
const connect = (port: number): Promise<net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => resolve(socket))
    socket.once("error", reject)
  })

/** Asks for an enhancement on a connection, and reads until the server closes it. */
const enhanceOn = (socket: net.Socket, prompt: string): Promise<{ readonly status: number; readonly text: string }> => {
  const body = JSON.stringify({ prompt, options: { deadlineMillis: 120_000 } })
  const head = ["POST /v1/enhancements HTTP/1.1", "host: 127.0.0.1", "connection: close"]
  const lines = [...head, "content-type: application/json", `content-length: ${Buffer.byteLength(body)}`, "", body]
  return new Promise((resolve) => {
    let text = ""
    socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
    socket.once("close", () => resolve({ status: Number(text.split(" ")[1]), text: text.split("\r\n\r\n")[1] ?? "" }))
    socket.write(lines.join("\r\n"))
  })
}

const keys = (count: number) => Array.from({ length: count }, (_, index) => `key-${index}`)

describe("the server under load", () => {
  it.live("answers each of a thousand connections exactly once, and loses none", () =>
    Effect.gen(function* () {
      const { port } = yield* startServer(
        {},
        { latency: 1, settings: { deepseek: { rateLimit: [], timeout: 120_000, concurrency: 50 } } }
      )
      const sockets = yield* Effect.promise(() => Promise.all(keys(1_000).map(() => connect(port))))
      assert.strictEqual(sockets.filter((it) => it.readyState === "open").length, 1_000)
      const answers = yield* Effect.promise(() =>
        Promise.all(sockets.map((socket, index) => enhanceOn(socket, `a fox called key-${index}`)))
      )
      assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))], [200])
      const callIds = answers.map(({ text }) => (JSON.parse(text) as { readonly callId: string }).callId)
      assert.strictEqual(new Set(callIds).size, 1_000)
      answers.forEach(({ text }, index) => assert.match(text, new RegExp(`key-${index}\\b`)))
    })
  )
})

describe("the server and SIGTERM", () => {
  it.live("ends in time, and every request that it accepted has its picture after the next start, paid once", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { acceptedSubmits, baseUrl } = yield* chargingProvider
      const variables = variablesOf(baseUrl)
      const server = yield* startServerProcess(folder, variables)
      let answered = 0
      const asking = yield* Effect.forEach(keys(60), (key, index) =>
        Effect.forkChild(
          Effect.tap(askFor(server.url, key, index % 2 === 0 ? 30 : 0), () => Effect.sync(() => (answered += 1)))
        )
      )
      // In the middle of work: some were accepted, and not all were answered.
      const begun = yield* Effect.repeat(Effect.delay(acceptedSubmits, "10 millis"), {
        until: (count) => count > 0,
        times: 1_000
      })
      assert.isAbove(begun, 0)
      assert.isBelow(answered, 60)
      const { code, millis } = yield* server.end("SIGTERM")
      assert.strictEqual(code, 0, server.said().error)
      assert.isBelow(millis, 15_000)
      const answers = yield* Effect.forEach(asking, (fiber) => Fiber.join(fiber))
      const accepted = answers.flatMap((it) => (it !== undefined && it.status < 300 ? [it.id ?? ""] : []))
      assert.isAbove(accepted.length, 0)
      const next = yield* startServerProcess(folder, variables)
      for (const id of accepted) assert.strictEqual(yield* stateOf(next.url, id), "Stored", id)
      // Whoever heard nothing asks again under the same key, and joins what was begun.
      const again = yield* Effect.forEach(keys(60), (key) => askFor(next.url, key, 30), { concurrency: 10 })
      for (const answer of again) assert.strictEqual(answer?.status, 200)
      assert.strictEqual(yield* acceptedSubmits, 60)
    })
  )
})

describe("the server and kill -9", () => {
  it.live("pays nothing twice, though its clients ask again under their keys after each of its deaths", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { baseUrl, charges } = yield* chargingProvider
      const variables = variablesOf(baseUrl)
      const count = 30
      for (const pause of [20, 60, 120, 200]) {
        const server = yield* startServerProcess(folder, variables)
        const asking = yield* Effect.forEach(keys(count), (key) => Effect.forkChild(askFor(server.url, key, 30)))
        yield* Effect.sleep(pause)
        yield* server.end("SIGKILL")
        yield* Effect.forEach(asking, (fiber) => Fiber.join(fiber))
      }
      const last = yield* startServerProcess(folder, variables)
      const answers = yield* Effect.forEach(keys(count), (key) => askFor(last.url, key, 30), { concurrency: 10 })
      // A picture, or the plain word that nobody knows whether it was paid: never a second payment.
      const charged = (yield* charges).map(({ body }) => JSON.stringify(body))
      for (const [index, key] of keys(count).entries()) {
        const times = charged.filter((body) => new RegExp(`picture ${key}\\b`).test(body)).length
        assert.isAtMost(times, 1, key)
        if (answers[index]?.status === 200) assert.strictEqual(times, 1, key)
      }
      assert.isTrue(answers.some((it) => it?.status === 200))
      for (const answer of answers) assert.include([200, 202, 502, 504], answer?.status)
    })
  )
})

const stateOf = (url: string, id: string): Effect.Effect<string> =>
  Effect.promise(async () => {
    for (let look = 0; look < 200; look++) {
      const { isFinal, state } = (await (await fetch(`${url}/v1/jobs/${id}`)).json()) as {
        readonly state: string
        readonly isFinal: boolean
      }
      if (isFinal) return state
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return "never final"
  })
