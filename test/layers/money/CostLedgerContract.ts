/**
 * What every cost ledger must do: moves are idempotent by reference, and granted = available + reserved + spent.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { CallId, defaultOwner, Owner } from "../../../schemas/Identifiers.ts"
import type { Cost } from "../../../schemas/Money.ts"
import { CostLedger, type MoneyMove, type ReservationKey } from "../../../src/money/CostLedger.ts"

const cost = (usdMicros: number | null): Cost =>
  usdMicros === null ? { usdMicros, basis: "unknown" } : { usdMicros, basis: "measured" }
const hold = (usdMicros: number | null): MoneyMove => ({ _tag: "Hold", bound: cost(usdMicros) })
const settle = (usdMicros: number | null): MoneyMove => ({ _tag: "Settle", cost: cost(usdMicros) })
const release: MoneyMove = { _tag: "Release" }
const keep: MoneyMove = { _tag: "Keep" }

const key = (reference: string, owner: Owner = defaultOwner): ReservationKey => ({
  reference,
  callId: CallId.make("call_1"),
  owner,
  provider: "deepseek",
  operation: "chat"
})

const move = (reference: string, ...moves: ReadonlyArray<MoneyMove>) =>
  CostLedger.use((ledger) => Effect.forEach(moves, (it) => ledger.move(key(reference), it), { discard: true }))

const totals = CostLedger.use((ledger) => ledger.totals())

const Story = Schema.Array(
  Schema.Struct({
    reference: Schema.Literals(["a", "b", "c"]),
    owner: Schema.Literals(["one", "two"]),
    move: Schema.Literals(["Hold", "Settle", "Release", "Keep"]),
    amount: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000 })))
  })
).check(Schema.isMaxLength(50))

const testOn =
  (layer: Layer.Layer<CostLedger>) =>
  <A, E>(sentence: string, body: Effect.Effect<A, E, CostLedger>) =>
    it.effect(sentence, () => Effect.provide(body, layer))

export const suite = (name: string, layer: Layer.Layer<CostLedger>): void => {
  describe(`${name} keeps the contract of CostLedger`, () => {
    const test = testOn(layer)

    test(
      "a reservation of an attempt ends once: what comes after its end changes nothing",
      Effect.gen(function* () {
        const ledger = yield* CostLedger
        const spent = yield* ledger.reserve(key("unused"), cost(100))
        const freed = yield* ledger.reserve(key("unused"), cost(50))
        assert.deepInclude(yield* totals, { reserved: 150, spent: 0 })
        yield* spent.settle(cost(30))
        yield* spent.settle(cost(30))
        yield* spent.release
        yield* freed.release
        yield* freed.settle(cost(50))
        const { available, granted, reserved, spent: all } = yield* totals
        assert.deepStrictEqual({ reserved, all }, { reserved: 0, all: 30 })
        assert.strictEqual(granted, available + reserved + all)
      })
    )

    test(
      "a hold reserves, and its settlement spends the cost and frees the rest",
      Effect.gen(function* () {
        yield* move("a", hold(100))
        assert.deepStrictEqual(yield* totals, { granted: 100, reserved: 100, spent: 0, available: 0, unpriced: 0 })
        yield* move("a", settle(30))
        assert.deepStrictEqual(yield* totals, { granted: 100, reserved: 0, spent: 30, available: 70, unpriced: 0 })
      })
    )

    test(
      "what was freed is used before more is granted",
      Effect.gen(function* () {
        yield* move("a", hold(100), release)
        yield* move("b", hold(120))
        assert.deepStrictEqual(yield* totals, { granted: 120, reserved: 120, spent: 0, available: 0, unpriced: 0 })
      })
    )

    test(
      "a cost above its bound is spent in full",
      Effect.gen(function* () {
        yield* move("a", hold(100), settle(130))
        assert.deepStrictEqual(yield* totals, { granted: 130, reserved: 0, spent: 130, available: 0, unpriced: 0 })
      })
    )

    test(
      "a settlement without a price is counted, not made 0 in silence",
      Effect.gen(function* () {
        yield* move("a", hold(null), settle(null))
        assert.deepStrictEqual(yield* totals, { granted: 0, reserved: 0, spent: 0, available: 0, unpriced: 1 })
      })
    )

    test(
      "a settlement without a hold is spent: money that is gone is gone",
      Effect.gen(function* () {
        yield* move("a", settle(40))
        assert.deepStrictEqual(yield* totals, { granted: 40, reserved: 0, spent: 40, available: 0, unpriced: 0 })
      })
    )

    test(
      "moves that are repeated, or come after the end, change nothing",
      Effect.gen(function* () {
        yield* move("a", hold(100), hold(100), hold(50), keep)
        assert.strictEqual((yield* totals).reserved, 100)
        yield* move("a", settle(30), settle(30), settle(60), release, hold(10), keep)
        assert.deepStrictEqual(yield* totals, { granted: 100, reserved: 0, spent: 30, available: 70, unpriced: 0 })
        yield* move("b", hold(10), release, release, settle(10), hold(10))
        assert.strictEqual((yield* totals).spent, 30)
        assert.strictEqual((yield* totals).reserved, 0)
      })
    )

    test(
      "a release without a hold leaves no trace",
      Effect.gen(function* () {
        yield* move("a", release, keep)
        yield* move("a", hold(5))
        assert.strictEqual((yield* totals).reserved, 5)
      })
    )

    test(
      "owners are kept apart",
      Effect.gen(function* () {
        const ledger = yield* CostLedger
        yield* ledger.move(key("a", Owner.make("one")), hold(5))
        yield* ledger.move(key("b", Owner.make("two")), settle(7))
        assert.strictEqual((yield* ledger.totals(Owner.make("one"))).reserved, 5)
        assert.strictEqual((yield* ledger.totals(Owner.make("one"))).spent, 0)
        assert.strictEqual((yield* ledger.totals(Owner.make("two"))).spent, 7)
        assert.strictEqual((yield* ledger.totals(Owner.make("three"))).granted, 0)
      })
    )

    test(
      "a thousand callers at once lose no micro-dollar (trap 43)",
      Effect.gen(function* () {
        yield* Effect.forEach(
          Array.from({ length: 1_000 }, (_, index) => index),
          (index) =>
            Effect.gen(function* () {
              yield* move(`call:${index}`, hold(3))
              yield* Effect.yieldNow
              yield* move(`call:${index}`, index % 2 === 0 ? settle(1) : release)
            }),
          { concurrency: "unbounded" }
        )
        const { available, granted, reserved, spent } = yield* totals
        assert.deepStrictEqual([spent, reserved], [500, 0])
        assert.strictEqual(granted, available + reserved + spent)
      })
    )

    it.effect.prop(
      "money is conserved for each owner and for all, and nothing is ever negative",
      [Story],
      ([story]) =>
        Effect.gen(function* () {
          const ledger = yield* CostLedger
          for (const it of story) {
            const moves = { Hold: hold(it.amount), Settle: settle(it.amount), Release: release, Keep: keep }
            // A reference belongs to one owner.
            yield* ledger.move(key(`${it.owner}:${it.reference}`, Owner.make(it.owner)), moves[it.move])
            const all = yield* ledger.totals()
            const one = yield* ledger.totals(Owner.make("one"))
            const two = yield* ledger.totals(Owner.make("two"))
            for (const sum of [all, one, two]) {
              assert.strictEqual(sum.granted, sum.available + sum.reserved + sum.spent)
              assert.isTrue(Object.values(sum).every((amount) => amount >= 0 && Number.isSafeInteger(amount)))
            }
            assert.strictEqual(all.spent, one.spent + two.spent)
          }
        }).pipe(Effect.provide(layer)),
      { arbitrary: { runs: 200 } }
    )
  })
}
