/** What is previewed is what happens: the look and the call agree, and the look leaves nothing behind. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import type { CallOptions } from "../../../schemas/CallOptions.ts"
import { defaultOwner, IdempotencyKey } from "../../../schemas/Identifiers.ts"
import { CallPreview, IllustrationPreview } from "../../../schemas/Preview.ts"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { Illustrator } from "../../../src/illustration/Illustrator.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { JobLedger } from "../../../src/job/JobLedger.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { throughTime } from "../../support/ThroughTime.ts"

const picture = 40_000
const world = (settings: SettingsDocument = {}) =>
  Mock.layerWith({ settings: { ...settings, nanobanana: { priceUpperBound: picture, ...settings.nanobanana } } })

const prompt = "a red fox"

/** Everything a call could leave behind. */
const traces = Effect.all({
  requests: Effect.map(
    MockHandle.use((it) => it.requests),
    (it) => it.length
  ),
  money: CostLedger.use((it) => it.totals()),
  jobs: Effect.map(
    JobLedger.use((it) => it.list(defaultOwner)),
    (it) => it.length
  ),
  permits: AdmissionControl.useSync((it) => it.doors.map(({ lane }) => lane.store.usage(0).map(({ used }) => used)))
})

const lookOnly = <A, E, R>(look: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = yield* traces
    const seen = yield* look
    assert.deepStrictEqual(yield* traces, before)
    return seen
  })

/** Looks, calls, and holds the one against the other. */
const lookAndIllustrate = (options: CallOptions = {}) =>
  Effect.gen(function* () {
    const illustrator = yield* Illustrator
    const preview = yield* lookOnly(illustrator.preview({ prompt }, options))
    assert.isTrue(Schema.is(IllustrationPreview)(preview))
    const before = yield* CostLedger.use((it) => it.totals())
    const result = yield* throughTime(illustrator.illustrate({ prompt }, options), 300)
    const after = yield* CostLedger.use((it) => it.totals())
    const spent = after.spent - before.spent
    if (Result.isFailure(result)) {
      assert.isTrue(preview.image.from === null || preview.enhancement?.from === null, result.failure.message)
      assert.include([preview.image.refused?._tag, preview.enhancement?.refused?._tag], result.failure.reason._tag)
      assert.deepStrictEqual([preview.bound.usdMicros, spent], [0, 0])
      return { preview, result: undefined }
    }
    const { cost, enhanced, generated } = result.success
    assert.strictEqual(enhanced?.provenance._tag ?? null, preview.enhancement?.from ?? null)
    assert.strictEqual(generated.provenance._tag, preview.image.from ?? "")
    if (cost.usdMicros !== null && preview.bound.usdMicros !== null) {
      assert.isAtMost(cost.usdMicros, preview.bound.usdMicros)
      assert.isAtLeast(cost.usdMicros, preview.lowest.usdMicros ?? Number.NaN)
      assert.strictEqual(spent, cost.usdMicros)
    }
    return { preview, result: result.success }
  })

const setBudget = (budget: NonNullable<SettingsDocument["budget"]>) => LiveSettings.use((it) => it.update({ budget }))

describe("a preview", () => {
  it.effect("is what then happens: new, of the cache, under a budget that holds one part, the other, or neither", () =>
    Effect.gen(function* () {
      const first = yield* lookAndIllustrate()
      assert.deepInclude(first.preview.enhancement, { from: "Live", cache: "Miss" })
      const second = yield* lookAndIllustrate()
      assert.deepInclude(second.preview.enhancement, { from: "Cached", cache: "Fresh" })
      assert.strictEqual(second.preview.bound.usdMicros, picture)
      const { spent } = yield* CostLedger.use((it) => it.totals())
      yield* setBudget({ perDay: spent + picture })
      const third = yield* lookAndIllustrate({ cache: "bypass" })
      assert.deepInclude(third.preview.enhancement, { from: "Degraded", cache: "Bypassed" })
      assert.strictEqual(third.preview.enhancement?.refused?._tag, "BudgetExhausted")
      const fourth = yield* lookAndIllustrate({ cache: "bypass" })
      assert.isUndefined(fourth.result)
      assert.deepInclude(fourth.preview.image.refused, { _tag: "BudgetExhausted", budget: "perDay" })
      assert.isNotNull(fourth.preview.image.retryAfter)
      assert.isUndefined((yield* lookAndIllustrate({ accept: ["Live"] })).result)
    }).pipe(Effect.provide(world()))
  )

  it.effect("is what then happens where circuits are open, limits are used up, or a mode holds", () =>
    Effect.gen(function* () {
      const { door } = yield* AdmissionControl
      door("deepseek", "chat").circuit.isolate(0)
      assert.strictEqual((yield* lookAndIllustrate()).preview.enhancement?.from, "Degraded")
      door("deepseek", "chat").circuit.reset(0)
      const { preview } = yield* lookAndIllustrate()
      assert.deepInclude(preview.image.refused, { _tag: "RateLimitExceeded" })
      assert.deepInclude(preview.image.request, { account: "nanobanana", tier: { limit: 1, windowMillis: 3_600_000 } })
      assert.isTrue(Duration.isGreaterThan(preview.image.retryAfter ?? Duration.zero, Duration.minutes(50)))
    }).pipe(Effect.provide(world({ nanobanana: { rateLimit: { requests: 1, window: 3600 } } })))
  )

  it.effect("of an idempotency key whose job is there costs nothing, and says so", () =>
    Effect.gen(function* () {
      const options = { idempotencyKey: IdempotencyKey.make("order-7") }
      yield* throughTime(
        Illustrator.use((it) => it.illustrate({ prompt }, options)),
        300
      )
      yield* setBudget({ perDay: 0 })
      const seen = yield* lookOnly(Illustrator.use((it) => it.preview({ prompt }, options)))
      assert.deepStrictEqual([seen.image.from, seen.enhancement, seen.bound.usdMicros], ["EarlierJob", null, 0])
      const other = yield* Effect.flip(Illustrator.use((it) => it.preview({ prompt: "a blue fox" }, options)))
      assert.strictEqual(other.reason._tag, "IdempotencyConflict")
    }).pipe(Effect.provide(world()))
  )

  it.effect("without a price says that nobody knows, and that no budget allows that", () =>
    Effect.gen(function* () {
      const look = ImageGenerator.use((it) => it.preview({ prompt }))
      const free = yield* lookOnly(look)
      assert.isTrue(Schema.is(CallPreview)(free))
      assert.deepInclude(free, { from: "Live", refused: null })
      assert.strictEqual(free.bound.usdMicros, null)
      yield* setBudget({ perCall: 1_000_000 })
      assert.deepInclude(yield* lookOnly(look), { from: null, refused: { _tag: "PriceUnknown" } })
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("refuses what is wrong in itself, as the call does", () =>
    Effect.gen(function* () {
      const small = { prompt, parameters: { width: 1 } }
      const looked = yield* Effect.flip(ImageGenerator.use((it) => it.preview(small)))
      const called = yield* Effect.flip(ImageGenerator.use((it) => it.generate(small)))
      assert.deepStrictEqual(looked.reason, called.reason)
      const empty = yield* Effect.flip(PromptEnhancer.use((it) => it.preview({ prompt: "" })))
      assert.strictEqual(empty.reason._tag, "InputRejected")
    }).pipe(Effect.provide(world()))
  )

  it.effect("under a budget for a call counts the picture that the enhancement must leave", () =>
    Effect.gen(function* () {
      const { preview, result } = yield* lookAndIllustrate()
      assert.strictEqual(preview.enhancement?.from, "Degraded")
      assert.strictEqual(result?.cost.usdMicros, picture)
      yield* setBudget({ perCall: picture * 2 })
      assert.strictEqual((yield* lookAndIllustrate({ cache: "fresh" })).preview.enhancement?.from, "Live")
    }).pipe(Effect.provide(world({ budget: { perCall: picture + 100 } })))
  )
})
