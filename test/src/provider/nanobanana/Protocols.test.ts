/** The requests of both protocols as they reach the transport, and what a broken exchange becomes. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import { inspect } from "node:util"
import { ProviderJobId } from "../../../../schemas/Identifiers.ts"
import type { ImageProtocolName } from "../../../../schemas/Provider.ts"
import { make } from "../../../../src/provider/nanobanana/Protocols.ts"
import { type ScriptedTransport, scriptedTransport } from "../../../support/ScriptedTransport.ts"
import { TransportFailed } from "../../../../src/transport/TransportFailed.ts"
import { answerOf, attempt, fixture, keyCanary, planOf, promptCanary, settingsOf } from "./Answers.ts"

const names = ["nanobananaapi", "generic"] as const satisfies ReadonlyArray<ImageProtocolName>
const accepted = { nanobananaapi: "api-submitted", generic: "generic-submitted" } as const
const done = { nanobananaapi: "api-success", generic: "generic-completed" } as const
const refusedWith = (text: string) => ({ code: 400, msg: text, error: text })
const settings = settingsOf("https://api.example/v1/banana")

const over = (script: ScriptedTransport, name: ImageProtocolName) =>
  make.pipe(
    Effect.map((it) => it.protocol(name)),
    Effect.provide(script.layer)
  )

const urlOfStatus = (name: ImageProtocolName, providerJobId: string, baseURL = settings.baseURL) =>
  Effect.gen(function* () {
    const script = scriptedTransport([{ status: 200, body: fixture(done[name]) }])
    const protocol = yield* over(script, name)
    yield* protocol.status(ProviderJobId.make(providerJobId), settingsOf(baseURL), attempt)
    return script.requests[0]?.url
  })

describe.each(names)("the %s protocol", (name) => {
  it.effect("posts the plan's body to the plan's path, with the key for its own origin", () =>
    Effect.gen(function* () {
      const script = scriptedTransport([{ status: 200, body: fixture(accepted[name]) }])
      const protocol = yield* over(script, name)
      const plan = Result.getOrThrow(protocol.plan({ prompt: promptCanary }, "nearest"))
      const answer = yield* protocol.submit(plan, settings, attempt)
      assert.strictEqual(answer._tag, "Accepted")
      assert.strictEqual(protocol.name, name)
      const [request, ...others] = script.requests
      assert.deepStrictEqual(others, [])
      assert.strictEqual(request?.method, "POST")
      assert.strictEqual(request?.url, `https://api.example/v1/banana${plan.path}`)
      assert.deepStrictEqual(JSON.parse(request?.body ?? ""), plan.body)
      assert.strictEqual(request?.credential?.origin, "https://api.example")
      assert.strictEqual(request?.credential?.scheme, "Bearer")
      assert.isTrue(request?.credential?.key === attempt.key && Redacted.isRedacted(attempt.key))
      assert.strictEqual(request?.timeout, attempt.timeout)
      assert.strictEqual(request?.maximumBytes, 4 * 1024 * 1024)
    })
  )

  it.effect("sends no credential where the attempt has no key", () =>
    Effect.gen(function* () {
      const script = scriptedTransport([{ status: 200, body: fixture(accepted[name]) }])
      const protocol = yield* over(script, name)
      yield* protocol.submit(planOf(name, "/generate"), settings, { number: 1, timeout: attempt.timeout })
      assert.notProperty(script.requests[0], "credential")
    })
  )

  it.effect("slashes at the end of the base URL change nothing", () =>
    Effect.gen(function* () {
      const plain = yield* urlOfStatus(name, "a-1")
      assert.strictEqual(yield* urlOfStatus(name, "a-1", "https://api.example/v1/banana/"), plain)
      assert.strictEqual(yield* urlOfStatus(name, "a-1", "https://api.example/v1/banana///"), plain)
    })
  )

  it.effect("an id stays one value in the URL and leads nowhere else", () =>
    Effect.gen(function* () {
      for (const id of ["../../user/balance", "a/b", "a?b=1", "a#b", "a&taskId=b", "%2e%2e", "a b", "ä", "\ud800"]) {
        const url = new URL((yield* urlOfStatus(name, id)) ?? "")
        const value = name === "generic" ? url.pathname.split("/").at(-1) : url.search.slice("?taskId=".length)
        assert.strictEqual(url.pathname, name === "generic" ? `/v1/banana/jobs/${value}` : "/v1/banana/record-info")
        assert.strictEqual(decodeURIComponent(value ?? ""), id.toWellFormed())
        assert.strictEqual(url.hash, "")
        assert.strictEqual([...url.searchParams].length, name === "generic" ? 0 : 1)
      }
    })
  )

  it.effect("a broken exchange is NotSent or Unknown, and nothing else", () =>
    Effect.gen(function* () {
      const reason = { _tag: "ConnectionLost", phase: "headers", code: "ECONNRESET" } as const
      for (const wasSent of [false, true]) {
        const protocol = yield* over(scriptedTransport([new TransportFailed({ reason, wasSent })]), name)
        const failure = yield* Effect.flip(protocol.submit(planOf(name, "/generate"), settings, attempt))
        assert.deepStrictEqual(failure.reason, reason)
        assert.strictEqual(failure.outcome, wasSent ? "Unknown" : "NotSent")
        assert.deepStrictEqual([failure.provider, failure.operation], ["nanobanana", "submit"])
      }
    })
  )

  it.effect("an error tells neither the key nor the prompt, however it is printed", () =>
    Effect.gen(function* () {
      const echo = { code: 400, msg: `${promptCanary} ${keyCanary}`, error: `${promptCanary} ${keyCanary}` }
      for (const answer of [
        answerOf(400, echo),
        answerOf(200, JSON.stringify(echo).slice(0, -3)),
        answerOf(500, echo)
      ]) {
        const protocol = yield* over(scriptedTransport([answer, answer, answer]), name)
        const plan = planOf(name, "/generate")
        const failures = [
          yield* Effect.flip(protocol.submit(plan, settings, attempt)),
          yield* Effect.flip(protocol.status(ProviderJobId.make("a-1"), settings, attempt, plan)),
          yield* Effect.flip(protocol.status(ProviderJobId.make("a-1"), settings, attempt))
        ]
        for (const failure of failures) {
          const prints = [
            String(failure),
            JSON.stringify(failure),
            inspect(failure, { depth: 20 }),
            failure.stack ?? ""
          ]
          for (const print of prints) {
            assert.notInclude(print, keyCanary)
            assert.notInclude(print, promptCanary)
          }
        }
      }
    })
  )
})

describe.each(names)("the secrets of the %s protocol", (name) => {
  const failed = {
    nanobananaapi: (text: string) => ({ code: 200, data: { successFlag: 3, errorMessage: text } }),
    generic: (text: string) => ({ status: "failed", error: text })
  }[name]
  const plan = planOf(name, "/generate")

  it.effect.each([keyCanary, promptCanary])("words that hold %s are dropped, others are kept", (secret) =>
    Effect.gen(function* () {
      for (const [text, kept] of [
        [`bad input: ${secret}`, false],
        ["bad input", true]
      ] as const) {
        const script = scriptedTransport([{ status: 400, body: refusedWith(text) }, { body: failed(text) }])
        const protocol = yield* over(script, name)
        const { reason } = yield* Effect.flip(protocol.submit(plan, settings, attempt))
        const state = yield* protocol.status(ProviderJobId.make("a-1"), settings, attempt, plan)
        assert.deepStrictEqual(reason, { _tag: "RequestRejected", status: 400, ...(kept ? { detail: text } : {}) })
        assert.deepStrictEqual(state, {
          _tag: "Failed",
          reason: { _tag: "GenerationFailed", ...(kept ? { detail: text } : {}) }
        })
      }
    })
  )

  it.effect("the pipeline hears of every exchange", () =>
    Effect.gen(function* () {
      const heard: Array<string> = []
      const observer = { onSend: () => heard.push("sent"), onFirstByte: () => heard.push("answered") }
      const script = scriptedTransport([{ body: fixture(accepted[name]) }, { body: fixture(done[name]) }])
      const protocol = yield* over(script, name)
      yield* protocol.submit(plan, settings, { ...attempt, observer })
      yield* protocol.status(ProviderJobId.make("a-1"), settings, { ...attempt, observer })
      assert.deepStrictEqual(heard, ["sent", "answered", "sent", "answered"])
    })
  )

  it.effect("a hint given as a date is measured from our clock", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 23, 12, 0, 0))
      const headers = { "retry-after": "Mon, 23 Nov 2026 12:00:09 GMT" }
      const protocol = yield* over(scriptedTransport([{ status: 429, headers, body: "" }]), name)
      const { reason } = yield* Effect.flip(protocol.submit(plan, settings, attempt))
      assert.deepStrictEqual(reason, { _tag: "RateLimited", retryAfter: Duration.seconds(9) })
    })
  )
})

describe("cancel", () => {
  it.effect("sends nothing to nanobananaapi, which has no such endpoint", () =>
    Effect.gen(function* () {
      const script = scriptedTransport([{ status: 200, body: "{}" }])
      const protocol = yield* over(script, "nanobananaapi")
      assert.isFalse(protocol.facts.canCancel)
      assert.strictEqual(yield* protocol.cancel(ProviderJobId.make("a-1"), settings, attempt), "NotCancelled")
      assert.deepStrictEqual(script.requests, [])
    })
  )

  it.effect("deletes the job of the generic protocol", () =>
    Effect.gen(function* () {
      const script = scriptedTransport([{ status: 204, body: "" }])
      const protocol = yield* over(script, "generic")
      assert.isTrue(protocol.facts.canCancel)
      assert.strictEqual(yield* protocol.cancel(ProviderJobId.make("a/1"), settings, attempt), "Cancelled")
      const [request] = script.requests
      assert.deepStrictEqual([request?.method, request?.url], ["DELETE", "https://api.example/v1/banana/jobs/a%2F1"])
      assert.notProperty(request, "body")
    })
  )
})

describe("the generic protocol", () => {
  it.effect.each([".", ".."])("never asks for the job %s, which no path can hold", (id) =>
    Effect.gen(function* () {
      const script = scriptedTransport([{ status: 204, body: "" }])
      const protocol = yield* over(script, "generic")
      const failure = yield* Effect.flip(protocol.status(ProviderJobId.make(id), settings, attempt))
      assert.deepStrictEqual([failure.reason._tag, failure.outcome], ["NotFound", "NotSent"])
      assert.strictEqual(yield* protocol.cancel(ProviderJobId.make(id), settings, attempt), "NotCancelled")
      assert.deepStrictEqual(script.requests, [])
    })
  )

  it.effect("keeps the style, which has its own field, out of errors too", () =>
    Effect.gen(function* () {
      const protocol = yield* over(
        scriptedTransport([{ status: 400, body: { error: "unknown style: charcoal on vellum" } }]),
        "generic"
      )
      const plan = Result.getOrThrow(
        protocol.plan({ prompt: "a fox", parameters: { style: "charcoal on vellum" } }, "nearest")
      )
      const failure = yield* Effect.flip(protocol.submit(plan, settings, attempt))
      assert.deepStrictEqual(failure.reason, { _tag: "RequestRejected", status: 400 })
    })
  )
})
