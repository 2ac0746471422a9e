/** What the cache does for a whole enhancement, over a simulated DeepSeek. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import * as Services from "../../../layers/Services.ts"
import * as MemoryStores from "../../../layers/stores/MemoryStores.ts"
import * as MemoryImageStore from "../../../mock-layers/image/MemoryImageStore.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { layerSimulation } from "../../../mock-layers/simulation/SimulationLayer.ts"
import { Owner } from "../../../schemas/Identifiers.ts"
import { noCost } from "../../../schemas/Money.ts"
import type { CachedEnhancement } from "../../../src/cache/CachedEnhancement.ts"
import { CacheStore, CacheStoreFailed, type CacheStoreOf } from "../../../src/cache/CacheStore.ts"
import { makeMemoryCacheStore } from "../../../src/cache/MemoryCacheStore.ts"
import { ResponseCache } from "../../../src/cache/ResponseCache.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import { asking, chatFault, chats, enhance, locally, pass, spent } from "./SimulatedEnhancer.ts"
import * as NoKeyStore from "../../../layers/vault/NoKeyStore.ts"

/** Each call's provenance, and in the end how often DeepSeek was asked. */
const provenanceOf = <E, R>(...calls: ReadonlyArray<Effect.Effect<{ readonly provenance: { _tag: string } }, E, R>>) =>
  Effect.forEach(calls, (call) => Effect.map(call, (it) => it.provenance._tag))

describe("an equal request", () => {
  it.effect("is answered from the cache, as a call of its own, with the age of the answer", () =>
    Effect.gen(function* () {
      const first = yield* enhance()
      const second = yield* enhance()
      assert.strictEqual(first.provenance._tag, "Live")
      const age = second.provenance._tag === "Cached" ? Duration.toMillis(second.provenance.age) : -1
      assert.isTrue(age > 59_000 && age <= 60_000)
      assert.deepStrictEqual(second, {
        ...first,
        callId: second.callId,
        provenance: { _tag: "Cached", age: Duration.millis(age) },
        cost: noCost,
        attempts: 0
      })
      assert.notStrictEqual(second.callId, first.callId)
      assert.strictEqual(yield* chats, 1)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("costs no permit, no slot, no money, no sample of the circuit, and begins no attempt", () =>
    Effect.gen(function* () {
      yield* enhance()
      const before = yield* spent
      const events = yield* recordCalls((events) => Effect.as(asking(), events))
      assert.deepStrictEqual(
        events.map((it) => [it._tag, it._tag === "CacheAnswered" && it.answer]),
        [
          ["CacheAnswered", "Fresh"],
          ["CallEnded", false]
        ]
      )
      assert.deepStrictEqual(yield* spent, before)
      assert.isAbove(before.money.spent, 0)
      assert.deepStrictEqual(
        before.permits.map((it) => it.used),
        [1]
      )
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("is asked anew when the answer is a day old", () =>
    Effect.gen(function* () {
      yield* enhance()
      yield* TestClock.adjust(Duration.minutes(24 * 60 - 2))
      const before = yield* enhance()
      yield* TestClock.adjust("1 minute")
      const after = yield* enhance()
      assert.deepStrictEqual([before.provenance._tag, after.provenance._tag], ["Cached", "Live"])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("of another owner, wish, length or model is not equal", () =>
    Effect.gen(function* () {
      yield* enhance()
      const others = provenanceOf(
        enhance({}, { owner: Owner.make("another") }),
        enhance({ mode: "precise" }),
        enhance({ parameters: { focus: ["light"] } }),
        enhance({}, { maximumCharacters: 3_000 }),
        enhance({ parameters: {} }, { maximumCharacters: 4_000 })
      )
      assert.deepStrictEqual(yield* others, ["Live", "Live", "Live", "Live", "Cached"])
      yield* LiveSettings.use((it) => it.update({ deepseek: { model: "deepseek-reasoner" } }))
      assert.deepStrictEqual(yield* provenanceOf(enhance()), ["Live"])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("needs no key", () => {
    const withKey = layerFromCode({ deepseek: { apiKey: "simulated" } })
    const forgetful = Layer.effect(
      LiveSettings,
      Effect.gen(function* () {
        const settings = yield* LiveSettings
        let hasKey = true
        const current = Effect.map(settings.current, (version) => {
          const { apiKey, ...keyless } = version.settings.deepseek
          const deepseek = hasKey && apiKey !== undefined ? { ...keyless, apiKey } : keyless
          return { version: version.version + (hasKey ? 0 : 1), settings: { ...version.settings, deepseek } }
        })
        return LiveSettings.of({
          ...settings,
          current,
          update: () =>
            Effect.andThen(
              Effect.sync(() => (hasKey = false)),
              current
            )
        })
      })
    ).pipe(Layer.provide(Layer.orDie(withKey)))
    const layer = Services.layer.pipe(
      Layer.provideMerge(
        Layer.mergeAll(
          layerSimulation({}),
          MemoryImageStore.layer,
          NoKeyStore.layer,
          Layer.provideMerge(MemoryStores.layer, forgetful)
        )
      )
    )
    return Effect.gen(function* () {
      yield* enhance()
      yield* LiveSettings.use((it) => it.update({}))
      assert.deepStrictEqual(yield* provenanceOf(enhance()), ["Cached"])
      const refused = yield* Effect.flip(enhance({ prompt: "another" }))
      assert.deepStrictEqual(refused.reason, { _tag: "NoHealthyKey", setting: "DEEPSEEK_API_KEY" })
    }).pipe(Effect.provide(layer))
  })
})

describe("the mode creative", () => {
  it.effect("gives another text each time, unless the caller says `use`", () =>
    Effect.gen(function* () {
      const mode = "creative"
      assert.deepStrictEqual(yield* provenanceOf(enhance({ mode }), enhance({ mode })), ["Live", "Live"])
      const used = provenanceOf(enhance({ mode }, { cache: "use" }), enhance({ mode }, { cache: "use" }))
      assert.deepStrictEqual(yield* used, ["Live", "Cached"])
      assert.deepStrictEqual(yield* provenanceOf(enhance({ mode })), ["Live"])
      assert.strictEqual(yield* chats, 4)
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("what the caller says of the cache", () => {
  it.effect("`fresh` asks anew and keeps the answer", () =>
    Effect.gen(function* () {
      yield* enhance()
      yield* TestClock.adjust("23 hours")
      assert.deepStrictEqual(yield* provenanceOf(enhance({}, { cache: "fresh" })), ["Live"])
      yield* TestClock.adjust("23 hours")
      assert.deepStrictEqual(yield* provenanceOf(enhance()), ["Cached"])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("`bypass` neither reads nor keeps", () =>
    Effect.gen(function* () {
      const bypassed = enhance({}, { cache: "bypass" })
      assert.deepStrictEqual(yield* provenanceOf(bypassed, enhance(), bypassed, enhance()), [
        "Live",
        "Live",
        "Live",
        "Cached"
      ])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("is told for each call", () =>
    Effect.gen(function* () {
      const said = yield* recordCalls((events) =>
        Effect.gen(function* () {
          yield* enhance()
          yield* enhance()
          yield* enhance({}, { cache: "fresh" })
          yield* enhance({}, { cache: "bypass" })
          yield* enhance({}, { accept: ["Live"] })
          yield* TestClock.adjust("1 day")
          yield* enhance()
          return events.flatMap((it) => (it._tag === "CacheAnswered" ? [it.answer] : []))
        })
      )
      assert.deepStrictEqual(said, ["Miss", "Fresh", "Bypassed", "Bypassed", "Bypassed", "Stale"])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("a caller who takes no `Cached` asks anew, and what it got is kept for the others", () =>
    Effect.gen(function* () {
      const live = enhance({}, { accept: ["Live"] })
      assert.deepStrictEqual(yield* provenanceOf(live, live, enhance()), ["Live", "Live", "Cached"])
      assert.strictEqual(yield* chats, 2)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("a caller who takes no `Live` gets what is kept, and causes no request", () =>
    Effect.gen(function* () {
      const kept = enhance({}, { accept: ["Cached"] })
      const refused = yield* Effect.flip(kept)
      assert.deepInclude(refused.reason, { _tag: "InputRejected", field: "options.accept" })
      assert.strictEqual(yield* chats, 0)
      yield* enhance()
      assert.deepStrictEqual(yield* provenanceOf(kept), ["Cached"])
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("what is not worth keeping", () => {
  it.effect("an error is not kept", () =>
    Effect.gen(function* () {
      yield* chatFault("unauthorized")
      yield* Effect.flip(enhance())
      yield* chatFault()
      yield* LiveSettings.use((it) => it.update({ deepseek: { apiKey: "simulated" } }))
      assert.deepStrictEqual(yield* provenanceOf(enhance(), enhance()), ["Live", "Cached"])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("a degraded result is not kept", () =>
    Effect.gen(function* () {
      yield* chatFault("server-error")
      const degraded = yield* enhance({}, { accept: ["Live", "Degraded"] })
      assert.deepInclude(degraded, { prompt: locally, provenance: { _tag: "Degraded", reason: "ServerFailed" } })
      assert.strictEqual((yield* ResponseCache).statistics().entries, 0)
      yield* chatFault()
      yield* TestClock.adjust("1 hour")
      assert.notStrictEqual((yield* enhance()).prompt, locally)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("nor is a text that was only cut because no second ask could be made", () =>
    Effect.gen(function* () {
      const short = { maximumCharacters: 20 }
      const cut = yield* enhance({}, { ...short, attemptLimit: 1 })
      assert.deepInclude(cut, { shortened: true, attempts: 1 })
      assert.strictEqual((yield* ResponseCache).statistics().entries, 0)
      const asked = yield* enhance({}, short)
      assert.deepInclude(asked, { attempts: 2, provenance: { _tag: "Live" } })
      assert.deepStrictEqual(yield* provenanceOf(enhance({}, short)), ["Cached"])
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("a store behind the cache", () => {
  const worldOver = (store: CacheStoreOf<CachedEnhancement>) =>
    Mock.layerWith({}).pipe(Layer.provide(Layer.succeed(CacheStore, store)))
  const broken = (operation: "get" | "put" | "remove") =>
    Effect.fail(new CacheStoreFailed({ operation, problem: "disk I/O error" }))

  it.effect("that fails, dies or hangs fails no call", () =>
    Effect.forEach(
      [
        { get: () => broken("get"), put: () => broken("put"), remove: () => broken("remove") },
        { get: () => Effect.die("CANARY"), put: () => Effect.die("CANARY"), remove: () => Effect.die("CANARY") },
        { get: () => Effect.never, put: () => Effect.never, remove: () => Effect.never }
      ] satisfies ReadonlyArray<CacheStoreOf<CachedEnhancement>>,
      (store) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* provenanceOf(enhance(), enhance()), ["Live", "Cached"])
          assert.strictEqual((yield* ResponseCache).statistics().storeFailures, 2)
        }).pipe(Effect.provide(worldOver(store)))
    )
  )

  it.effect("outlives the program: the next one answers from it", () =>
    Effect.gen(function* () {
      const store = makeMemoryCacheStore<CachedEnhancement>()
      const first = yield* enhance().pipe(Effect.provide(worldOver(store)))
      const second = yield* enhance().pipe(Effect.provide(worldOver(store)))
      assert.deepStrictEqual([second.prompt, second.provenance._tag], [first.prompt, "Cached"])
    })
  )
})

describe("an enhancement that is bypassed", () => {
  it.effect("joins nobody", () =>
    Effect.gen(function* () {
      const both = Effect.all([asking({}, { cache: "bypass" }), asking({}, { cache: "bypass" })], {
        concurrency: "unbounded"
      })
      yield* pass(both)
      assert.strictEqual(yield* chats, 2)
    }).pipe(Effect.provide(Mock.layer))
  )
})
