/** The whole of an enhancement: over the real pipeline and client, with a scripted transport. */
import { readFileSync } from "node:fs"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import type { EnhancementRequest } from "../../../schemas/Enhancement.ts"
import type { CallFailure } from "../../../schemas/Failures.ts"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import * as MemoryCostLedger from "../../../layers/money/MemoryCostLedger.ts"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import * as EnhancementCache from "../../../src/cache/EnhancementCache.ts"
import { ResponseCache } from "../../../src/cache/ResponseCache.ts"
import { make } from "../../../src/enhancement/Enhance.ts"
import { type EnhancementOptions, PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { systemPrompt } from "../../../src/enhancement/Templates.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { type PriceList, Prices } from "../../../src/money/Prices.ts"
import * as MemoryDeadLetters from "../../../layers/dead-letter/MemoryDeadLetters.ts"
import * as MemoryPermitStores from "../../../layers/rate-limit/MemoryPermitStores.ts"
import * as ProtectedPipeline from "../../../layers/pipeline/ProtectedPipeline.ts"
import { DegradedModes } from "../../../src/policy/degraded-mode/DegradedModes.ts"
import * as MakeDegradedModes from "../../../src/policy/degraded-mode/MakeDegradedModes.ts"
import { RetryPolicy } from "../../../src/policy/retry/RetryPolicy.ts"
import { retrySchedule } from "../../../src/policy/retry/RetrySchedule.ts"
import { DeepSeek } from "../../../src/provider/deepseek/DeepSeek.ts"
import * as DeepSeekClient from "../../../src/provider/deepseek/DeepSeekClient.ts"
import { CallEvents } from "../../../src/telemetry/CallEvents.ts"
import { TransportFailed } from "../../../src/transport/TransportFailed.ts"
import { type ScriptStep, scriptedTransport } from "../../support/ScriptedTransport.ts"
import * as NoKeyStore from "../../../layers/vault/NoKeyStore.ts"
import { KeyCheck, make as makeKeyCheck } from "../../../src/vault/KeyCheck.ts"

const key = "sk-canary-0123456789abcdef"
const prompt = "CANARY a red fox in the snow"

/** A token costs a micro-dollar, a bound 10 000. */
const priceList: PriceList = {
  asOf: "2026-11-23",
  chat: (_model, usage) =>
    usage.promptTokens === undefined || usage.completionTokens === undefined
      ? { usdMicros: null, basis: "unknown" }
      : { usdMicros: usage.promptTokens + usage.completionTokens, basis: "measured" },
  chatBound: () => ({ usdMicros: 10_000, basis: "estimated" }),
  chatLowest: () => ({ usdMicros: 1, basis: "estimated" }),
  image: () => ({ usdMicros: null, basis: "unknown" })
}
const prices = Prices.of({ of: () => priceList })

const said = (content: string, more: object = {}): ScriptStep => ({
  body: {
    id: "1",
    model: "deepseek-flash",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 100, completion_tokens: 20 },
    ...more
  }
})

const enhanced = (text: string, more?: object): ScriptStep => said(JSON.stringify({ prompt: text }), more)

const fourTimes = (step: ScriptStep): ReadonlyArray<ScriptStep> => [step, step, step, step]

const scenario = (script: ReadonlyArray<ScriptStep>, deepseek: SettingsDocument["deepseek"] = { apiKey: key }) => {
  const transport = scriptedTransport(script, true)
  const events: Array<CallEvent> = []
  const lines: Array<string> = []
  const layer = Layer.effect(PromptEnhancer, make).pipe(
    Layer.provideMerge(MemoryDeadLetters.layer),
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.effect(ResponseCache, EnhancementCache.make),
        Layer.effect(DegradedModes, MakeDegradedModes.make)
      )
    ),
    Layer.provideMerge(
      ProtectedPipeline.layer.pipe(
        Layer.provide(Layer.mergeAll(MemoryPermitStores.layer, NoKeyStore.layer, Layer.effect(KeyCheck, makeKeyCheck)))
      )
    ),
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.effect(DeepSeek, DeepSeekClient.make),
        Layer.succeed(Prices, prices),
        Layer.succeed(RetryPolicy, { schedule: retrySchedule }),
        Layer.provideMerge(
          MemoryCostLedger.layer,
          layerFromCode({ deepseek: { backoffBase: 1, backoffCap: 1, ...deepseek } }).pipe(Layer.orDie)
        )
      )
    ),
    Layer.provideMerge(transport.layer),
    Layer.provideMerge(Layer.succeed(CallEvents, (event) => events.push(event))),
    Layer.provideMerge(Logger.layer([Logger.make((it) => lines.push(Logger.formatJson.log(it)))]))
  )
  /** Runs with the clock let go, so that back-off takes no time. */
  const run = <A, E>(body: Effect.Effect<A, E, PromptEnhancer | CostLedger>) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.provide(body, layer))
      yield* TestClock.adjust(Duration.minutes(2))
      return yield* Fiber.join(fiber)
    })
  const enhance = (request: EnhancementRequest, options?: EnhancementOptions) =>
    run(PromptEnhancer.use((it) => it.enhance(request, options)))
  const bodies = () => transport.requests.map((it) => JSON.parse(it.body ?? "null") as WireBody)
  return { run, enhance, bodies, requests: transport.requests, events, lines }
}

interface WireBody {
  readonly model: string
  readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }>
  readonly thinking: { readonly type: string }
  readonly response_format: { readonly type: string }
  readonly temperature: number
  readonly max_tokens: number
}

describe("Enhance", () => {
  it.effect("a prompt becomes an enhanced prompt, with its cost and where it came from", () =>
    Effect.gen(function* () {
      const { bodies, enhance } = scenario([enhanced("A red fox stands in fresh snow.")])
      const result = yield* enhance({ prompt: ` ${prompt}\u0000\n`, mode: "precise", parameters: { creativity: 1 } })
      assert.deepStrictEqual(result, {
        callId: result.callId,
        prompt: "A red fox stands in fresh snow.",
        model: "deepseek-flash",
        provenance: { _tag: "Live" },
        isSimulated: true,
        shortened: false,
        cost: { usdMicros: 120, basis: "measured" },
        attempts: 1
      })
      const [body] = bodies()
      assert.strictEqual(body?.messages[0]?.content, systemPrompt("precise"))
      assert.isTrue(body?.messages[1]?.content.endsWith(`{"focus":[],"text":"${prompt}"}`))
      assert.deepInclude(body, { model: "deepseek-flash", temperature: 1.5, max_tokens: 856 })
    })
  )

  it.effect("the mode is balanced unless it is said", () =>
    Effect.gen(function* () {
      const { bodies, enhance } = scenario([enhanced("x")])
      yield* enhance({ prompt })
      assert.strictEqual(bodies()[0]?.messages[0]?.content, systemPrompt("balanced"))
    })
  )

  const refused: ReadonlyArray<readonly [unknown, unknown, string]> = [
    [{ prompt: " \n\u202e" }, {}, "prompt"],
    [{ prompt: "x".repeat(4001) }, {}, "prompt"],
    [{ prompt, sytle: "x" }, {}, "sytle"],
    [{ prompt, parameters: { focus: [" "] } }, {}, "parameters.focus.0"],
    [{}, {}, "prompt"],
    ["CANARY", {}, "input"],
    [{ prompt }, { maximumCharacters: 0 }, "options.maximumCharacters"],
    [{ prompt }, { maximumCharacters: 20_001 }, "options.maximumCharacters"],
    [{ prompt }, { priority: "urgent" }, "options.priority"],
    [{ prompt }, { deadlin: 5 }, "options.deadlin"]
  ]
  it.effect.each(refused)("%j with options %j is refused before anything is sent", ([request, options, field]) =>
    Effect.gen(function* () {
      const { enhance, requests } = scenario([])
      const failure = yield* Effect.flip(enhance(request as EnhancementRequest, options as EnhancementOptions))
      assert.deepInclude(failure, { _tag: "Rejection", isRetryable: false, outcome: "NotSent" })
      assert.deepInclude(failure.reason, { _tag: "InputRejected", field })
      assert.notInclude(failure.message, "CANARY")
      assert.strictEqual(requests.length, 0)
    })
  )

  it.effect("without a key it is refused, and the setting is named", () =>
    Effect.gen(function* () {
      const { enhance, requests } = scenario([], {})
      const failure = yield* Effect.flip(enhance({ prompt }))
      assert.deepStrictEqual(failure.reason, { _tag: "NoHealthyKey", setting: "DEEPSEEK_API_KEY" })
      assert.strictEqual(requests.length, 0)
    })
  )

  it.effect("missing fields are asked for again once, with a correction that quotes the schema's problem", () =>
    Effect.gen(function* () {
      const { bodies, enhance } = scenario([said('{"text": "x"}'), enhanced("A red fox.")])
      const result = yield* enhance({ prompt })
      assert.deepInclude(result, { prompt: "A red fox.", attempts: 2, cost: { usdMicros: 10_120, basis: "estimated" } })
      assert.include(bodies()[1]?.messages[1]?.content, "content: prompt: missing, expected a string")
      assert.notInclude(bodies()[0]?.messages[1]?.content, "could not be read")
    })
  )

  it.effect("an answer that is malformed twice ends the call", () =>
    Effect.gen(function* () {
      const { enhance, requests } = scenario([said("prose"), said("more prose"), enhanced("too late")])
      const failure = yield* Effect.flip(enhance({ prompt }))
      assert.deepInclude(failure, { _tag: "ApiError", attempts: 2, outcome: "Done" })
      assert.strictEqual(failure.reason._tag, "MalformedResponse")
      assert.strictEqual(requests.length, 2)
    })
  )

  it.effect("empty content is asked for again with json_object, then without", () =>
    Effect.gen(function* () {
      const { bodies, enhance } = scenario([
        said(""),
        { body: "\n\n\n" },
        said('```json\n{"prompt":"A red fox."}\n```')
      ])
      assert.deepInclude(yield* enhance({ prompt }), { prompt: "A red fox.", attempts: 3 })
      assert.deepStrictEqual(
        bodies().map((it) => it.response_format.type),
        ["json_object", "json_object", "text"]
      )
    })
  )

  it.effect("an answer cut at max_tokens is asked for with twice as many", () =>
    Effect.gen(function* () {
      const cut = { body: { choices: [{ message: { content: '{"prompt": "A' }, finish_reason: "length" }] } }
      const { bodies, enhance } = scenario([cut, enhanced("A red fox.")])
      yield* enhance({ prompt })
      assert.deepStrictEqual(
        bodies().map((it) => it.max_tokens),
        [856, 1712]
      )
    })
  )

  it.effect.each([
    [400, "RequestRejected"],
    [401, "KeyRejected"],
    [402, "InsufficientBalance"],
    [422, "RequestRejected"]
  ])("a %i is not sent again: %s", ([status, reason]) =>
    Effect.gen(function* () {
      const { enhance, requests } = scenario([{ status: Number(status) }])
      const failure = yield* Effect.flip(enhance({ prompt }))
      assert.deepInclude(failure, { _tag: "ApiError", attempts: 1, outcome: "Refused", isRetryable: false })
      assert.strictEqual(failure.reason._tag, reason)
      assert.strictEqual(requests.filter((it) => it.operation === "chat").length, 1)
      // Only of a key that is not taken somebody is asked: the free list of models.
      assert.deepStrictEqual(
        requests.filter((it) => it.operation === "probe").map((it) => it.method),
        status === 401 ? ["GET"] : []
      )
    })
  )

  it.effect("an answer that does not say what it used has cost its bound", () =>
    Effect.gen(function* () {
      const { enhance } = scenario([enhanced("A red fox.", { usage: null })])
      assert.deepStrictEqual((yield* enhance({ prompt })).cost, { usdMicros: 10_000, basis: "estimated" })
    })
  )

  it.effect("all money that was held is spent or free again", () =>
    Effect.gen(function* () {
      const { run } = scenario([{ status: 503 }, said("prose"), enhanced("A red fox.")])
      const totals = yield* run(
        Effect.gen(function* () {
          const result = yield* PromptEnhancer.use((it) => it.enhance({ prompt }))
          const totals = yield* CostLedger.use((it) => it.totals())
          return { cost: result.cost.usdMicros, spent: totals.spent, reserved: totals.reserved }
        })
      )
      assert.deepStrictEqual(totals, { cost: 10_120, spent: 10_120, reserved: 0 })
    })
  )
})

describe("Enhance to a length", () => {
  const long = "snow ".repeat(20).trim()

  it.effect("a text that is too long is asked for shorter once, in the same call", () =>
    Effect.gen(function* () {
      const { bodies, enhance, events } = scenario([enhanced(long), enhanced("A short fox.")])
      const result = yield* enhance({ prompt }, { maximumCharacters: 50 })
      assert.deepInclude(result, { prompt: "A short fox.", shortened: false, attempts: 2 })
      assert.deepStrictEqual(result.cost, { usdMicros: 240, basis: "measured" })
      assert.include(bodies()[0]?.messages[1]?.content, "Use at most 50 characters.")
      assert.include(bodies()[1]?.messages[1]?.content, "99 characters, of which only 50")
      const callIds = events.flatMap((it) => ("callId" in it ? [it.callId] : []))
      assert.deepStrictEqual(new Set(callIds), new Set([result.callId]))
    })
  )

  it.effect("what is still too long is cut at a word, and says so", () =>
    Effect.gen(function* () {
      const { enhance } = scenario([enhanced(long), enhanced(`fox ${long}`)])
      const result = yield* enhance({ prompt }, { maximumCharacters: 50 })
      assert.deepInclude(result, { prompt: `fox ${"snow ".repeat(9).trim()}`, shortened: true, attempts: 2 })
    })
  )

  it.effect("if the second ask fails the first text is cut, and what was spent is told", () =>
    Effect.gen(function* () {
      const lost = { _tag: "ConnectionLost", phase: "body", code: "ECONNRESET" } as const
      const failing = new TransportFailed({ reason: lost, wasSent: true })
      const { enhance } = scenario([enhanced(long), failing], { apiKey: key, retryLimit: 0 })
      const result = yield* enhance({ prompt }, { maximumCharacters: 50 })
      assert.deepInclude(result, { prompt: "snow ".repeat(10).trim(), shortened: true, attempts: 2 })
      assert.deepStrictEqual(result.cost, { usdMicros: 10_120, basis: "estimated" })
    })
  )

  it.effect("a text of exactly the length is left alone", () =>
    Effect.gen(function* () {
      const { enhance, requests } = scenario([enhanced("x".repeat(50))])
      assert.deepInclude(yield* enhance({ prompt }, { maximumCharacters: 50 }), { shortened: false })
      assert.strictEqual(requests.length, 1)
    })
  )
})

describe("Enhance with a retired model", () => {
  it.effect("the name is mapped, and the warning stands in the log once", () =>
    Effect.gen(function* () {
      const { bodies, lines, run } = scenario([enhanced("x"), enhanced("y")], {
        apiKey: key,
        model: "deepseek-reasoner"
      })
      yield* run(
        PromptEnhancer.use((it) => Effect.andThen(it.enhance({ prompt }), it.enhance({ prompt: `${prompt} again` })))
      )
      assert.deepStrictEqual(
        bodies().map((it) => [it.model, it.thinking.type]),
        [
          ["deepseek-flash", "enabled"],
          ["deepseek-flash", "enabled"]
        ]
      )
      const warnings = lines.filter((it) => it.includes("deepseek-reasoner"))
      assert.strictEqual(warnings.length, 1)
      assert.include(warnings[0], "deepseek-flash")
    })
  )
})

describe("Enhance keeps secrets", () => {
  const echo = `key ${key} prompt ${prompt}`
  const steps: ReadonlyArray<readonly [string, ReadonlyArray<ScriptStep>]> = [
    ["refused with an echo", [{ status: 400, body: { error: { message: echo } } }]],
    ["answered with an echo", fourTimes(said(echo))],
    ["answered in another form", fourTimes({ body: { [echo]: echo, choices: echo } })],
    ["an unknown finish", fourTimes({ body: { choices: [{ message: { content: echo }, finish_reason: echo }] } })],
    [
      "a defect that quotes",
      [
        () => {
          throw new Error(echo)
        }
      ]
    ]
  ]
  it.effect.each(steps)("a canary in key and prompt is in no error, event or log line: %s", ([, script]) =>
    Effect.gen(function* () {
      const { enhance, events, lines } = scenario(script)
      const exit = yield* Effect.exit(enhance({ prompt, parameters: { focus: ["CANARY light"] } }))
      const cause: Cause.Cause<CallFailure> = exit._tag === "Failure" ? exit.cause : assert.fail("it failed")
      const failure = Cause.squash(cause) as Error
      const told = [
        failure.message,
        failure.stack,
        JSON.stringify(failure),
        inspect(failure, { depth: 9 }),
        Cause.pretty(cause),
        JSON.stringify(events),
        inspect(events, { depth: 9 }),
        ...lines
      ]
      for (const text of told) {
        assert.notInclude(text, "CANARY")
        assert.notInclude(text, key)
      }
      assert.isAbove(events.length, 0)
    })
  )
})

describe("The recorded completion", () => {
  it.effect("is understood end to end", () =>
    Effect.gen(function* () {
      const recorded = readFileSync(new URL("../../fixtures/deepseek/chat.json", import.meta.url), "utf8")
      const { enhance } = scenario([{ body: `\n\n${recorded}` }])
      assert.deepInclude(yield* enhance({ prompt }), {
        prompt: "A red fox stands in fresh snow.",
        cost: { usdMicros: 639, basis: "measured" }
      })
    })
  )
})
