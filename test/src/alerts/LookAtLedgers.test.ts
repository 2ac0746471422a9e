/** What alerts see in the ledgers: of how many owners, how often, and what becomes of those who have to wait. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { CallId, defaultOwner, Owner } from "../../../schemas/Identifiers.ts"
import { AlertFacts } from "../../../src/alerts/AlertFacts.ts"
import { LookAtLedgers } from "../../../src/alerts/LookAtLedgers.ts"
import { OwnersToLookAt } from "../../../src/alerts/OwnersToLookAt.ts"

const owners = (count: number, prefix = "owner") =>
  Array.from({ length: count }, (_, index) => Owner.make(`${prefix}-${index}`))

/** Ledgers in which every owner has used `level` of a budget of its own, and what is asked of them. */
const ledgers = () => {
  const world = { level: (_owner: Owner) => 0.1, isUnreadable: false, asked: Array.of<Owner>() }
  const facts = new AlertFacts()
  const costs = {
    budgets: (owner: Owner) =>
      Effect.suspend(() => {
        world.asked.push(owner)
        if (world.isUnreadable) return Effect.fail({ _tag: "StorageFailed", problem: "disk" })
        return Effect.succeed([
          { budget: "perOwnerPerDay", committedUsdMicros: world.level(owner) * 100, limitUsdMicros: 100 }
        ])
      })
  }
  const jobs = { countOf: () => Effect.succeed(0) }
  const audit = { statistics: Effect.succeed({ dropped: 0 }) }
  const look = new LookAtLedgers(facts, costs as never, jobs as never, audit as never)
  const called = (owner: Owner) =>
    facts.hear({ _tag: "CallRejected", owner, callId: CallId.make("c"), at: 0, reason: { _tag: "LoadShed" } } as never)
  /** Who was asked for in one look, and what it saw. */
  const lookAt = (now: number) =>
    Effect.gen(function* () {
      world.asked = []
      const seen = yield* look.observe(now)
      return { asked: world.asked, seen }
    })
  return { world, look, called, lookAt }
}

describe("a look into the ledgers", () => {
  it.effect("asks for a hundred owners who called, and says that others wait, until each was looked at once", () =>
    Effect.gen(function* () {
      const { called, look, lookAt } = ledgers()
      const all = owners(250)
      for (const owner of [...all, ...all.toReversed()]) called(owner)
      const looks = []
      do looks.push((yield* lookAt(0)).asked)
      while (look.isBehind)
      assert.deepStrictEqual(
        looks.map(({ length }) => length),
        [100, 100, 51]
      )
      assert.deepStrictEqual(looks.flat(), [defaultOwner, ...all])
      assert.deepStrictEqual((yield* lookAt(1_000)).asked, [])
    })
  )

  it.effect("asks an unreadable ledger once, however many wait, and looks at each when it can be read", () =>
    Effect.gen(function* () {
      const { called, look, lookAt, world } = ledgers()
      world.isUnreadable = true
      for (let turn = 0; turn < 20; turn++) {
        for (const owner of owners(100, `turn-${turn}`)) called(owner)
        const { asked, seen } = yield* lookAt(turn * 1_000)
        assert.lengthOf(asked, 1)
        assert.deepStrictEqual(
          seen.map(({ name }) => name),
          ["StorageTrouble"]
        )
        assert.isFalse(look.isBehind, "it is not asked sooner for it")
      }
      world.isUnreadable = false
      const asked = []
      do asked.push(...(yield* lookAt(20_000)).asked)
      while (look.isBehind)
      assert.strictEqual(new Set(asked).size, 2_001)
      assert.lengthOf(asked, 2_001)
    })
  )

  it.effect("never forgets a budget that raises an alert, and of the others those seen longest ago", () =>
    Effect.gen(function* () {
      const { called, look, lookAt, world } = ledgers()
      const full = new Set(owners(150, "full"))
      world.level = (owner) => (full.has(owner) ? 1 : 0.1)
      for (const owner of [...full, ...owners(500)]) called(owner)
      let seen = (yield* lookAt(0)).seen
      while (look.isBehind) seen = (yield* lookAt(0)).seen
      assert.lengthOf(
        seen.filter(({ level }) => level === 1),
        150
      )
      const calm = seen.filter(({ level }) => level < 1).map(({ subject }) => subject)
      assert.deepStrictEqual(
        calm,
        owners(500)
          .slice(-100)
          .map((owner) => `perOwnerPerDay ${owner}`)
      )
      world.level = () => 0.1
      do seen = (yield* lookAt(60_000)).seen
      while (look.isBehind)
      assert.lengthOf(seen, 100, "what is over is kept no longer than the others")
    })
  )
})

describe("owners who wait to be looked at", () => {
  it("are ten thousand at most; those who find no room are counted, and come again with their next call", () => {
    const waiting = new OwnersToLookAt()
    const all = owners(10_002)
    for (const owner of all) waiting.add(owner)
    waiting.add(Owner.make("owner-0"))
    assert.strictEqual(waiting.size, 10_000)
    assert.strictEqual(waiting.takeLeftOut(), 2)
    assert.strictEqual(waiting.takeLeftOut(), 0)
    assert.strictEqual(waiting.take(), "owner-0")
    waiting.add(Owner.make("owner-10001"))
    assert.strictEqual(waiting.size, 10_000)
    assert.strictEqual(waiting.takeLeftOut(), 0)
  })
})
