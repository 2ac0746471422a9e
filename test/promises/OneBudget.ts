/**
 * One attempt budget and one deadline, checked from the providers' side: calls nested at random, over providers that fail
 * at random, and then every paid request that arrived, held against the limit and the deadline of each call around it.
 *
 * Each single call has a word of its own in its prompt, which the providers see. Keys are refused at random too, and the
 * free endpoint knows them or not: the next key is an attempt like any other.
 */
import { assert } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"
import * as Mock from "../../mock-layers/Mock.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import { FaultKind, type FaultRule } from "../../mock-layers/simulation/Script.ts"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { Illustrator } from "../../src/illustration/Illustrator.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { CallEvents } from "../../src/telemetry/CallEvents.ts"
import type { StoredKey } from "../../src/vault/KeyStore.ts"
import { keyOf } from "../src/vault/SampleKeys.ts"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import { AdmissionControl } from "../../src/pipeline/AdmissionControl.ts"
import { withCall } from "../../src/pipeline/WithCall.ts"
import { defaultCircuitConfig } from "../../src/policy/circuit-breaker/CircuitConfig.ts"

/** A call as it was made, and the words of all single calls in it. **Units** `deadlineAt` in whole milliseconds of the clock. */
interface Made {
  readonly name: string
  readonly limit: number
  readonly deadlineAt: number
  readonly words: Array<string>
}

const below = (bound: number) => Random.nextIntBetween(0, bound, { halfOpen: true })
const isOneOf = (count: number) => Effect.map(below(count), (it) => it === 0)
const oneOf = <A>(...values: readonly [A, ...ReadonlyArray<A>]) =>
  Effect.map(below(values.length), (index) => values[index] ?? values[0])

const drawSettings = Effect.gen(function* () {
  const deepseek = { retryLimit: yield* below(6), backoffBase: 50, concurrency: 3 + (yield* below(8)) }
  const fallback = (yield* isOneOf(2))
    ? { fallback: { protocol: "generic" as const, baseURL: "https://second.example/v1" } }
    : {}
  const nanobanana = { retryLimit: yield* below(5), backoffBase: 50, priceUpperBound: 30_000, ...fallback }
  return { deepseek, nanobanana: { ...nanobanana, protocol: "generic" } } satisfies SettingsDocument
})

/** A few faults, each of them likely: the more is tried again the better. */
const drawFaults = Effect.gen(function* () {
  const faults: Array<FaultRule> = []
  for (let count = 1 + (yield* below(4)); count > 0; count--) {
    const anyFault = yield* oneOf<FaultKind>(...FaultKind.literals)
    const fault = (yield* isOneOf(2))
      ? anyFault
      : yield* oneOf<FaultKind>("unavailable", "rate-limited", "server-error")
    const operation = yield* oneOf("chat" as const, "submit" as const)
    faults.push({ fault, operation, rate: 0.2 + 0.8 * (yield* Random.next) })
  }
  for (const operation of ["chat", "submit", "probe"] as const) {
    if (yield* isOneOf(2)) faults.unshift({ fault: "unauthorized", operation, rate: 0.3 + 0.6 * (yield* Random.next) })
  }
  return [...faults, { fault: "server-error" as const, operation: "status" as const, rate: 0.1 }]
})

/** Up to six keys for each account. */
const drawKeys = Effect.gen(function* () {
  const keys: Array<StoredKey> = []
  for (const [scope, origin] of origins) {
    for (let count = yield* below(7); count > 0; count--) {
      const record = keyOf(`${scope}-${count}`, { scope, origin })
      keys.push({ record, key: Redacted.make(record.id) })
    }
  }
  return keys
})

const origins = [
  ["deepseek", "https://api.deepseek.com"],
  ["nanobanana", "https://api.nanobananaapi.ai"],
  ["nanobanana-fallback", "https://second.example"]
] as const

const drawOptions = Effect.gen(function* () {
  const limit = (yield* isOneOf(2)) ? { attemptLimit: 1 + (yield* below(6)) } : {}
  const deadline = (yield* isOneOf(2)) ? { deadline: Duration.millis(1 + (yield* below(60_000))) } : {}
  const content = (yield* isOneOf(3)) ? { fallbackOnContentRejected: true } : {}
  return { ...limit, ...deadline, ...content } satisfies CallOptions
})

/** What the library says that a call may take, where its options do not. */
const defaultsOf = ({ deepseek, nanobanana }: Effect.Success<typeof drawSettings>) => {
  const enhance = { limit: deepseek.retryLimit + 2, millis: 30_000 }
  const accounts = "fallback" in nanobanana ? 2 : 1
  const generate = { limit: (nanobanana.retryLimit + 1) * accounts, millis: 180_000 }
  const illustrate = { limit: enhance.limit + generate.limit, millis: enhance.millis + generate.millis }
  return { enhance, generate, illustrate, nested: { limit: 12, millis: 120_000 } }
}

/** One world: its seed decides the settings, the faults, the calls and all delays. */
export const oneBudget = (seed: number): Effect.Effect<{ readonly paidRequests: number; readonly rotated: number }> => {
  const made: Array<Made> = []
  let words = 0

  const story = (defaults: ReturnType<typeof defaultsOf>) => {
    const begin = (name: keyof typeof defaults, around: ReadonlyArray<Made>, options: CallOptions) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const { limit, millis } = defaults[name]
        const own = options.deadline === undefined ? millis : Duration.toMillis(options.deadline)
        const deadlineAt = Math.min(now + own, ...around.map((it) => it.deadlineAt))
        const call: Made = { name, limit: options.attemptLimit ?? limit, deadlineAt, words: [] }
        made.push(call)
        return [...around, call]
      })

    const single = Effect.fnUntraced(function* (around: ReadonlyArray<Made>) {
      const kind = yield* oneOf("enhance" as const, "generate" as const, "illustrate" as const)
      const options = yield* drawOptions
      const word = `zeb${words++}ra`
      for (const call of yield* begin(kind, around, options)) call.words.push(word)
      const prompt = `a ${word} in the snow`
      const image = { width: 64, height: 64, quality: "low" } as const
      switch (kind) {
        case "enhance": {
          const isShort = yield* isOneOf(2)
          const length = isShort ? { maximumCharacters: 30 } : {}
          return yield* PromptEnhancer.use((it) => it.enhance({ prompt }, { ...options, ...length }))
        }
        case "generate":
          return yield* ImageGenerator.use((it) => it.generate({ prompt, parameters: image }, options))
        case "illustrate":
          return yield* Illustrator.use((it) => it.illustrate({ prompt, image }, options))
      }
    })

    const tree = (around: ReadonlyArray<Made>, depth: number): Effect.Effect<void, never, Services> =>
      Effect.gen(function* () {
        if (depth === 0 || (depth < 3 && (yield* isOneOf(4)))) return yield* Effect.exit(single(around))
        const options = yield* drawOptions
        const inside = yield* begin("nested", around, options)
        const { limit, millis } = defaults.nested
        const children = Effect.forEach(Array.from({ length: 1 + (yield* below(4)) }), () => tree(inside, depth - 1), {
          concurrency: (yield* isOneOf(2)) ? "unbounded" : 1,
          discard: true
        })
        const call = withCall(
          options,
          () => ({ deadline: Duration.millis(millis), attemptLimit: limit }),
          () => children
        )
        // Some callers lose their patience.
        const patience = (yield* isOneOf(5)) ? Duration.millis(yield* below(20_000)) : Duration.hours(1)
        return yield* Effect.exit(Effect.timeoutOption(call, patience))
      }).pipe(Effect.asVoid)

    return tree([], 3)
  }

  return Effect.gen(function* () {
    const settings = yield* drawSettings
    const faults = yield* drawFaults
    const latency = { chat: { from: 50, to: 1 + (yield* below(8_000)) }, submit: { from: 50, to: 3_000 } }
    const isCircuitOn = yield* isOneOf(3)
    const keys = yield* drawKeys
    const world = Effect.gen(function* () {
      if (!isCircuitOn) {
        for (const { circuit } of yield* AdmissionControl.useSync((it) => it.doors)) {
          circuit.configure({ ...defaultCircuitConfig, observeOnly: true })
        }
      }
      const fiber = yield* Effect.forkChild(story(defaultsOf(settings)))
      while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust("1 minute")
      yield* TestClock.adjust("30 minutes")
      return (yield* MockHandle.use((it) => it.requests)).filter(({ operation }) =>
        ["chat", "submit"].includes(operation)
      )
    })
    const events: Array<CallEvent> = []
    const requests = yield* Effect.provide(
      Effect.provideService(world, CallEvents, (event) => {
        events.push(event)
      }),
      Layer.merge(Mock.layerWith({ seed, faults, latency, settings, keys }), Logger.layer([]))
    )
    const sent = requests.map(({ at, body, operation }) => ({
      at,
      operation,
      word: /zeb\d+ra/.exec(JSON.stringify(body))?.[0] ?? ""
    }))
    for (const { deadlineAt, limit, name, words: inside } of made) {
      const own = sent.filter((it) => inside.includes(it.word))
      const told = `seed ${seed}: ${name} of ${inside.join(", ")}`
      assert.isAtMost(own.length, limit, `${told} sent more than its limit`)
      // A picture's job that is in the queue when its caller's time is over is sent all the same, within the limit.
      for (const { at } of own.filter((it) => it.operation === "chat")) {
        assert.isAtMost(at, deadlineAt, `${told} sent after its deadline`)
      }
    }
    assert.isTrue(
      sent.every(({ word }) => word !== ""),
      `seed ${seed}: a request of nobody`
    )
    const rotated = events.filter((it) => it._tag === "KeyRetired" || it._tag === "KeySetAside").length
    return { paidRequests: sent.length, rotated }
  }).pipe(Random.withSeed(seed))
}

type Services = Layer.Success<ReturnType<typeof Mock.layerWith>>
