/**
 * What every cost ledger must do: what is held is moved once, granted = available + reserved + spent, and no budget is
 * passed by one micro-dollar. Each test gets a ledger of its own.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import { CallId, defaultOwner, Owner } from "../../schemas/Identifiers.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { Operation, Provider } from "../../schemas/Provider.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { CostLedger, type MoneyMove, type Reservation, type ReservationKey } from "../../src/money/CostLedger.ts"
import { groupCosts, noTotals } from "../../src/money/SumCosts.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"

const cost = (usdMicros: number | null): Cost =>
  usdMicros === null ? { usdMicros, basis: "unknown" } : { usdMicros, basis: "measured" }
const hold = (usdMicros: number | null) => ({ _tag: "Hold", bound: cost(usdMicros) }) as const
const settle = (usdMicros: number | null): MoneyMove => ({ _tag: "Settle", cost: cost(usdMicros) })
const release: MoneyMove = { _tag: "Release" }
const keep: MoneyMove = { _tag: "Keep" }

const one = Owner.make("one")
const two = Owner.make("two")

const key = (reference: string, owner: Owner = defaultOwner): ReservationKey => ({
  reference,
  callId: CallId.make("call_1"),
  owner,
  provider: "deepseek",
  operation: "chat"
})

const lease = 60_000

type Step = MoneyMove | ReturnType<typeof hold>

const moveFor = (it: ReservationKey, step: Step) =>
  CostLedger.use((ledger) => (step._tag === "Hold" ? ledger.hold(it, step.bound) : ledger.move(it, step)))

const move = (reference: string, ...steps: ReadonlyArray<Step>) =>
  Effect.forEach(steps, (step) => moveFor(key(reference), step), { discard: true })

const reserve = (usdMicros: number | null, owner: Owner = defaultOwner) =>
  CostLedger.use((ledger) => ledger.reserve(key("unused", owner), cost(usdMicros), lease))

const totals = CostLedger.use((ledger) => ledger.totals())

const budget = (it: NonNullable<SettingsDocument["budget"]>) =>
  LiveSettings.use((settings) => settings.update({ budget: it }))

const isConserved = Effect.gen(function* () {
  const ledger = yield* CostLedger
  const all = yield* ledger.totals()
  const lines = yield* ledger.lines()
  for (const sum of [all, ...lines, ...groupCosts(lines, "owner")]) {
    assert.strictEqual(sum.granted, sum.available + sum.reserved + sum.spent)
    const amounts = [sum.granted, sum.reserved, sum.spent, sum.available, sum.estimated, sum.unpriced]
    assert.isTrue(amounts.every((amount) => amount >= 0 && Number.isSafeInteger(amount)))
  }
  return all
})

const Story = Schema.Array(
  Schema.Struct({
    reference: Schema.Literals(["a", "b", "c"]),
    owner: Schema.Literals(["one", "two"]),
    move: Schema.Literals([
      "Hold",
      "Settle",
      "Release",
      "Keep",
      "Reserve",
      "SettleAttempt",
      "ReleaseAttempt",
      "NextDay"
    ]),
    amount: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000 })))
  })
).check(Schema.isMaxLength(30))

type Ledger = CostLedger | LiveSettings

/** `layer` gives a new, empty ledger each time it is built. */
export const suite = (name: string, layer: Layer.Layer<Ledger>, { runs }: { readonly runs: number }): void => {
  const test = <A, E>(sentence: string, body: Effect.Effect<A, E, Ledger>) =>
    it.effect(sentence, () => Effect.provide(body, layer))

  describe(`${name} keeps the contract of CostLedger`, () => {
    test(
      "a reservation of an attempt ends once: what comes after its end changes nothing",
      Effect.gen(function* () {
        const spent = yield* reserve(100)
        const freed = yield* reserve(50)
        assert.deepInclude(yield* totals, { reserved: 150, spent: 0 })
        yield* spent.settle(cost(30))
        yield* spent.settle(cost(30))
        yield* spent.release
        yield* freed.release
        yield* freed.settle(cost(50))
        assert.deepInclude(yield* isConserved, { reserved: 0, spent: 30 })
      })
    )

    test(
      "a hold reserves, and its settlement spends the cost and frees the rest",
      Effect.gen(function* () {
        yield* move("a", hold(100))
        assert.deepStrictEqual(yield* totals, { ...noTotals, granted: 100, reserved: 100 })
        yield* move("a", settle(30))
        assert.deepStrictEqual(yield* totals, { ...noTotals, granted: 100, spent: 30, available: 70 })
      })
    )

    test(
      "what was freed is used before more is granted",
      Effect.gen(function* () {
        yield* move("a", hold(100), release)
        yield* move("b", hold(120))
        assert.deepStrictEqual(yield* totals, { ...noTotals, granted: 120, reserved: 120 })
      })
    )

    test(
      "a cost above its bound is spent in full",
      Effect.gen(function* () {
        yield* move("a", hold(100), settle(130))
        assert.deepStrictEqual(yield* totals, { ...noTotals, granted: 130, spent: 130 })
      })
    )

    test(
      "a settlement without a price is counted, not made 0 in silence",
      Effect.gen(function* () {
        yield* move("a", hold(null), settle(null))
        assert.deepStrictEqual(yield* totals, { ...noTotals, unpriced: 1 })
      })
    )

    test(
      "what is spent at an upper bound is told apart",
      Effect.gen(function* () {
        const reservation = yield* reserve(100)
        yield* reservation.settle({ usdMicros: 100, basis: "estimated" })
        yield* move("a", hold(10), settle(7))
        assert.deepInclude(yield* isConserved, { spent: 107, estimated: 100 })
      })
    )

    test(
      "a settlement without a hold is spent: money that is gone is gone",
      Effect.gen(function* () {
        yield* move("a", settle(40))
        assert.deepStrictEqual(yield* totals, { ...noTotals, granted: 40, spent: 40 })
      })
    )

    test(
      "moves that are repeated, or come after the end, change nothing",
      Effect.gen(function* () {
        yield* move("a", hold(100), hold(100), hold(50), keep)
        assert.strictEqual((yield* totals).reserved, 100)
        yield* move("a", settle(30), settle(30), settle(60), release, hold(10), keep)
        assert.deepStrictEqual(yield* totals, { ...noTotals, granted: 100, spent: 30, available: 70 })
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
        yield* moveFor(key("a", one), hold(5))
        yield* moveFor(key("b", two), settle(7))
        assert.deepInclude(yield* ledger.totals(one), { reserved: 5, spent: 0 })
        assert.strictEqual((yield* ledger.totals(two)).spent, 7)
        assert.strictEqual((yield* ledger.totals(Owner.make("three"))).granted, 0)
      })
    )

    test(
      "lines are of the day of the reserving, by owner, provider and operation",
      Effect.gen(function* () {
        const ledger = yield* CostLedger
        const lineOf = (provider: Provider, operation: Operation, owner: Owner) => ({ provider, operation, owner })
        yield* TestClock.setTime(Date.UTC(2026, 10, 24, 23, 59))
        const late = yield* reserve(100, one)
        yield* TestClock.setTime(Date.UTC(2026, 10, 25))
        yield* late.settle(cost(40))
        yield* ledger.hold({ ...key("job", two), provider: "nanobanana", operation: "submit" }, cost(20))
        yield* (yield* reserve(5, one)).settle(cost(5))
        const lines = yield* ledger.lines()
        assert.deepStrictEqual(
          lines.map(({ day, operation, owner, provider, reserved, spent }) => ({
            day,
            ...lineOf(provider, operation, owner),
            reserved,
            spent
          })),
          [
            { day: "2026-11-24", ...lineOf("deepseek", "chat", one), reserved: 0, spent: 40 },
            { day: "2026-11-25", ...lineOf("deepseek", "chat", one), reserved: 0, spent: 5 },
            { day: "2026-11-25", ...lineOf("nanobanana", "submit", two), reserved: 20, spent: 0 }
          ]
        )
        assert.strictEqual((yield* ledger.lines({ owner: one })).length, 2)
        assert.strictEqual((yield* ledger.lines({ since: "2026-11-25" })).length, 2)
        assert.strictEqual((yield* ledger.lines({ until: "2026-11-24" })).length, 1)
        assert.deepStrictEqual(yield* ledger.lines({ owner: two, until: "2026-11-24" }), [])
        yield* isConserved
      })
    )
  })

  describe(`${name} keeps to budgets`, () => {
    test(
      "a thousand callers at once do not pass a budget by one micro-dollar, nor lose one",
      Effect.gen(function* () {
        yield* budget({ perDay: 100 })
        const outcomes = yield* Effect.forEach(
          Array.from({ length: 1_000 }, (_, index) => index),
          (index) =>
            Effect.gen(function* () {
              const reservation = yield* reserve(3)
              yield* Effect.yieldNow
              assert.isAtMost((yield* totals).reserved + (yield* totals).spent, 100)
              yield* index % 2 === 0 ? reservation.settle(cost(3)) : reservation.release
              return true
            }).pipe(Effect.catchTag("BudgetExhausted", () => Effect.succeed(false))),
          { concurrency: "unbounded" }
        )
        const after = yield* isConserved
        assert.strictEqual(after.reserved, 0)
        assert.strictEqual(after.spent, outcomes.filter((isPaid, index) => isPaid && index % 2 === 0).length * 3)
        assert.isAtMost(after.spent, 99)
        // What was given back can be had: 33 reservations of 3 fit, and not a 34th.
        for (let left = Math.floor((100 - after.spent) / 3); left > 0; left--) yield* reserve(3)
        assert.strictEqual((yield* Effect.flip(reserve(3)))._tag, "BudgetExhausted")
      })
    )

    test(
      "the refusal names the budget, what is left of it, and when it counts anew; nothing is reserved",
      Effect.gen(function* () {
        yield* budget({ perDay: 100, perMonth: 120 })
        yield* TestClock.setTime(Date.UTC(2026, 10, 24, 18))
        yield* reserve(90)
        assert.deepStrictEqual(yield* Effect.flip(reserve(11)), {
          _tag: "BudgetExhausted",
          budget: "perDay",
          limitUsdMicros: 100,
          committedUsdMicros: 90,
          neededUsdMicros: 11,
          retryAfter: Duration.hours(6)
        })
        assert.deepInclude(yield* Effect.flip(moveFor(key("job"), hold(40))), {
          budget: "perMonth",
          retryAfter: Duration.millis(Date.UTC(2026, 11, 1) - Date.UTC(2026, 10, 24, 18))
        })
        assert.notProperty(yield* Effect.flip(reserve(101)), "retryAfter")
        yield* reserve(10)
        assert.strictEqual((yield* isConserved).reserved, 100)
      })
    )

    test(
      "at midnight UTC the day counts anew, and what was reserved before stays with its day",
      Effect.gen(function* () {
        yield* budget({ perDay: 100, perMonth: 250 })
        yield* TestClock.setTime(Date.UTC(2026, 10, 30, 23, 59, 59, 999))
        const late = yield* reserve(100)
        assert.strictEqual((yield* Effect.flip(reserve(1)))._tag, "BudgetExhausted")
        yield* TestClock.setTime(Date.UTC(2026, 11, 1))
        const early = yield* reserve(60)
        // It settles in December, and belongs to November.
        yield* late.settle(cost(100))
        yield* reserve(40)
        assert.strictEqual((yield* Effect.flip(reserve(1)))._tag, "BudgetExhausted")
        yield* early.release
        yield* reserve(60)
        yield* TestClock.setTime(Date.UTC(2026, 11, 2))
        yield* reserve(100)
        // November's 100 do not count in December's 250.
        yield* TestClock.setTime(Date.UTC(2026, 11, 3))
        yield* reserve(50)
        assert.deepInclude(yield* Effect.flip(reserve(1)), { budget: "perMonth" })
        // A clock that goes back an hour finds the day as it left it.
        yield* TestClock.setTime(Date.UTC(2026, 11, 2, 23))
        assert.strictEqual((yield* Effect.flip(reserve(1)))._tag, "BudgetExhausted")
      })
    )

    test(
      "each owner has his own budget, and all together have theirs",
      Effect.gen(function* () {
        yield* budget({ perOwnerPerDay: 60, perOwnerPerMonth: 70, perDay: 100 })
        yield* reserve(60, one)
        assert.deepInclude(yield* Effect.flip(reserve(1, one)), { budget: "perOwnerPerDay" })
        yield* reserve(40, two)
        assert.deepInclude(yield* Effect.flip(reserve(1, two)), { budget: "perDay" })
        const { budgets } = yield* CostLedger
        assert.deepStrictEqual(
          (yield* budgets(two)).map((it) => [it.budget, it.limitUsdMicros, it.committedUsdMicros]),
          [
            ["perDay", 100, 100],
            ["perOwnerPerDay", 60, 40],
            ["perOwnerPerMonth", 70, 40]
          ]
        )
      })
    )

    test(
      "what is settled for less is left for others, and a job's hold counts like an attempt's",
      Effect.gen(function* () {
        yield* budget({ perDay: 100 })
        yield* moveFor(key("job"), hold(70))
        assert.strictEqual((yield* Effect.flip(reserve(31)))._tag, "BudgetExhausted")
        yield* moveFor(key("job"), settle(20))
        yield* reserve(80)
        assert.strictEqual((yield* Effect.flip(moveFor(key("other"), hold(1))))._tag, "BudgetExhausted")
        // Again under the reference of a job that is held already, nothing is asked for.
        yield* moveFor(key("job"), hold(70))
      })
    )

    test(
      "without a price nothing is paid while any budget is set, also that of a call; without one it is",
      Effect.gen(function* () {
        yield* (yield* reserve(null)).settle(cost(null))
        for (const set of [{ perCall: 5 }, { perMonth: 5 }, { perOwnerPerDay: 5 }] as const) {
          yield* budget({ perCall: "none", perMonth: "none", perOwnerPerDay: "none", ...set })
          assert.deepStrictEqual(yield* Effect.flip(reserve(null)), { _tag: "PriceUnknown" })
          assert.deepStrictEqual(yield* Effect.flip(moveFor(key("job"), hold(null))), { _tag: "PriceUnknown" })
        }
        yield* reserve(0)
        assert.deepInclude(yield* isConserved, { unpriced: 1, reserved: 0 })
      })
    )

    test(
      "a budget that is changed holds from the next request on",
      Effect.gen(function* () {
        yield* reserve(500)
        yield* budget({ perDay: 400 })
        assert.strictEqual((yield* Effect.flip(reserve(1)))._tag, "BudgetExhausted")
        yield* reserve(0)
        yield* budget({ perDay: 501 })
        yield* reserve(1)
        yield* budget({ perDay: "none" })
        yield* reserve(1_000)
      })
    )

    it.effect.prop(
      "money is conserved for each owner and for all after every step, and is what a plain count makes of it",
      [Story],
      ([story]) =>
        Effect.gen(function* () {
          yield* budget({ perDay: 3_000, perOwnerPerDay: 2_000 })
          const attempts: Array<{ readonly owner: Owner; readonly reservation: Reservation; readonly bound: number }> =
            []
          const jobs = new Map<string, number | undefined>()
          const count = { reserved: 0, spent: 0 }
          for (const it of story) {
            const owner = Owner.make(it.owner)
            const reference = `${it.owner}:${it.reference}`
            const amount = it.amount ?? 0
            const before = { ...count }
            switch (it.move) {
              case "NextDay":
                yield* TestClock.adjust("1 day")
                break
              case "Reserve": {
                const reservation = yield* Effect.option(reserve(it.amount, owner))
                if (reservation._tag === "None") break
                attempts.push({ owner, reservation: reservation.value, bound: amount })
                count.reserved += amount
                break
              }
              case "SettleAttempt":
              case "ReleaseAttempt": {
                const attempt = attempts.pop()
                if (attempt === undefined) break
                const spent = Math.min(amount, attempt.bound)
                const isSettled = it.move === "SettleAttempt"
                yield* isSettled ? attempt.reservation.settle(cost(spent)) : attempt.reservation.release
                count.reserved -= attempt.bound
                count.spent += isSettled ? spent : 0
                break
              }
              case "Hold":
                if (jobs.has(reference)) yield* moveFor(key(reference, owner), hold(it.amount))
                else if ((yield* Effect.option(moveFor(key(reference, owner), hold(it.amount))))._tag === "Some") {
                  jobs.set(reference, amount)
                  count.reserved += amount
                }
                break
              case "Settle":
              case "Release": {
                yield* moveFor(key(reference, owner), it.move === "Settle" ? settle(it.amount) : release)
                const held = jobs.get(reference)
                const isNew = !jobs.has(reference)
                if (held === undefined && (!isNew || it.move === "Release")) break
                jobs.set(reference, undefined)
                count.reserved -= held ?? 0
                count.spent += it.move === "Settle" ? amount : 0
                break
              }
              case "Keep":
                yield* moveFor(key(reference, owner), keep)
            }
            const all = yield* isConserved
            assert.deepInclude(all, count, `${it.move} after ${JSON.stringify(before)}`)
          }
        }).pipe(Effect.provide(layer)),
      { arbitrary: { runs } }
    )
  })
}
