/**
 * The server as a process, over providers in another one that keep their own ledger: a thousand clients at once, SIGTERM in
 * the middle of work, and the death of the process between any two steps.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { startServerProcess } from "../support/ServerProcess.ts"
import { temporaryFolder } from "../support/TemporaryFolder.ts"
import { startServer } from "../apps/server/RunningServer.ts"
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

/** On a connection of its own: a thousand of them are open at once. */
const enhance = (url: string, prompt: string) =>
  Effect.promise(async () => {
    const response = await fetch(`${url}/v1/enhancements`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt, options: { deadlineMillis: 120_000 } })
    })
    const text = await response.text()
    return { status: response.status, text, callId: (JSON.parse(text) as { readonly callId?: string }).callId }
  })

const keys = (count: number) => Array.from({ length: count }, (_, index) => `key-${index}`)

describe("the server under load", () => {
  it.live("answers each of a thousand connections exactly once, and loses none", () =>
    Effect.gen(function* () {
      const { url } = yield* startServer(
        {},
        { latency: 1, settings: { deepseek: { rateLimit: [], timeout: 120_000, concurrency: 50 } } }
      )
      const answers = yield* Effect.forEach(keys(1_000), (key) => enhance(url, `a fox called ${key}`), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))], [200])
      assert.strictEqual(new Set(answers.map(({ callId }) => callId)).size, 1_000)
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
      const asking = yield* Effect.forEach(keys(60), (key, index) =>
        Effect.forkChild(askFor(server.url, key, index % 2 === 0 ? 30 : 0))
      )
      yield* Effect.sleep("150 millis")
      const { code, millis } = yield* server.end("SIGTERM")
      assert.strictEqual(code, 0, server.said().error)
      assert.isBelow(millis, 15_000)
      const answers = yield* Effect.forEach(asking, (fiber) => Fiber.join(fiber))
      const accepted = answers.flatMap((it) => (it !== undefined && it.status < 300 ? [it.id ?? ""] : []))
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
