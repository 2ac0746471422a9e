/** Permits in a file: the contract, and what only a file can promise. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { epochOf } from "../../../layers/rate-limit/MachineClock.ts"
import { lockPatienceMillis, pollMillis, type SqlitePermitStore } from "../../../layers/rate-limit/SqlitePermitStore.ts"
import { openSqlite } from "../../../layers/sql/SqliteClient.ts"
import type { RateTier } from "../../../src/policy/rate-limit/RateTier.ts"
import { rememberedAtLeast } from "../../../src/policy/rate-limit/WindowLog.ts"
import { explore, setups } from "../../src/policy/rate-limit/Interleavings.ts"
import { suite } from "../../src/policy/rate-limit/PermitStoreContract.ts"
import { proveSchedules } from "../../src/policy/rate-limit/ProveSchedules.ts"
import { permitMachine, PermitMachine, type PermitProgram } from "./PermitFiles.ts"

const machine = new PermitMachine()
let program: PermitProgram | undefined
let quotas = 0

beforeAll(() => Effect.runPromise(machine.prepare))
afterAll(() => machine.end())

/** An empty store of a quota of its own. */
const make = (tiers: ReadonlyArray<RateTier>): SqlitePermitStore => {
  program ??= machine.start()
  quotas += 1
  return program.storeOf(tiers, `quota ${quotas}`)
}

suite("in a file", make, 20)

describe("the waiting room over a file", () => {
  for (const setup of setups) {
    const tiers = setup.tiers.map(({ limit, windowMillis }) => `${limit} in ${windowMillis} ms`).join(" and ")
    it(`keeps its promises with ${tiers}, ${setup.accounting}, ${setup.concurrency} slots`, () => {
      assert.isAtLeast(explore(setup, 4, make).steps, 100)
    })
  }

  it("keeps every window by random schedules, wastes no permit and predicts waits", () => {
    assert.isAtLeast(proveSchedules(0, 60, make).waits, 150)
  })
})

const second: ReadonlyArray<RateTier> = [{ limit: 3, windowMillis: 1_000 }]
const forEver = Number.POSITIVE_INFINITY

/** Takes what there is, each counted at once; answers how many. */
const takeAll = (store: SqlitePermitStore, now: number): number => {
  for (let taken = 0; ; taken++) {
    const acquired = store.acquire(now, forEver)
    if (acquired._tag !== "Acquired") return taken
    store.end(acquired.permit, now)
  }
}

const waitOf = (store: SqlitePermitStore, now: number): number | string => {
  const acquired = store.acquire(now, forEver)
  return acquired._tag === "WaitUntil" ? acquired.at : acquired._tag
}

const takenBy = (store: SqlitePermitStore, now: number, leaseUntil: number): number => {
  const acquired = store.acquire(now, leaseUntil)
  return acquired._tag === "Acquired" ? acquired.permit : assert.fail(acquired._tag)
}

describe("permits in a file", () => {
  it.live("of a program that was killed leave no second quota to the next", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const first = machine.start(100).storeOf(second)
      assert.strictEqual(takeAll(first, 100), 3)
      machine.pass(600)
      const next = machine.start(0).storeOf(second)
      assert.strictEqual(takeAll(next, 0), 0)
      assert.strictEqual(waitOf(next, 0), 401)
      assert.strictEqual(takeAll(next, 401), 3)
    })
  )

  it.live("in flight when their program was killed end by their lease", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const first = machine.start(0).storeOf(second)
      for (let taken = 0; taken < 3; taken++) takenBy(first, 0, 2_000)
      const next = machine.start(0).storeOf(second)
      assert.strictEqual(takeAll(next, 1_999), 0)
      assert.strictEqual(takeAll(next, 3_000), 0)
      assert.strictEqual(takeAll(next, 3_001), 3)
    })
  )

  it.live("are one window for two programs at once, of which each sees what the other did", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const [one, two] = [machine.start(0).storeOf(second), machine.start(7_000).storeOf(second)]
      one.end(takenBy(one, 0, forEver), 0)
      two.end(takenBy(two, 7_000, forEver), 7_100)
      takenBy(one, 200, 10_000)
      assert.deepStrictEqual(
        two.usage(7_200).map(({ used }) => used),
        [3]
      )
      assert.strictEqual(takeAll(two, 7_200), 0)
      assert.strictEqual(takeAll(two, 8_001), 1)
      assert.strictEqual(takeAll(one, 1_101), 1)
    })
  )

  it.live("in flight elsewhere are asked for again soon, and are had when they come back", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const tiers = [{ limit: 1, windowMillis: 60_000 }]
      const [one, two] = [machine.start(0).storeOf(tiers), machine.start(0).storeOf(tiers)]
      const permit = takenBy(one, 0, 100_000)
      assert.strictEqual(waitOf(two, 10), 10 + pollMillis)
      one.giveBack(permit)
      const own = takenBy(two, 60, 100_000)
      assert.strictEqual(waitOf(one, 60), 60 + pollMillis)
      // Of one's own permits nothing has to be asked: whoever gives them back calls.
      assert.strictEqual(waitOf(two, 60), 60 + 60_060)
      two.end(own, 100)
      assert.strictEqual(waitOf(one, 110), 100 + 60_060)
    })
  )

  it.live("of other quotas, and of other addresses, are not counted", () =>
    Effect.gen(function* () {
      const program = (yield* permitMachine).start(0)
      assert.strictEqual(takeAll(program.storeOf(second, "chat of one"), 0), 3)
      assert.strictEqual(takeAll(program.storeOf(second, "chat of another"), 0), 3)
    })
  )

  it.live("are remembered when limits change, also those of other programs", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const [one, two] = [machine.start(0).storeOf([]), machine.start(0).storeOf(second)]
      assert.strictEqual(takenBy(one, 0, forEver) > 0, true)
      assert.strictEqual(takeAll(two, 0), 2)
      two.configure([{ limit: 4, windowMillis: 5_000 }])
      assert.strictEqual(takeAll(two, 1_001), 1)
      one.configure([{ limit: 4, windowMillis: 5_000 }])
      assert.strictEqual(takeAll(one, 1_002), 0)
    })
  )

  it.live("that were forgotten are taken for as many as a tier allows, after a restart too", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const first = machine.start(0).storeOf([])
      for (let taken = 0; taken < rememberedAtLeast + 1_024; taken++) first.end(takenBy(first, 0, forEver), 0)
      const rows = openSqlite({ file: machine.path, synchronous: "NORMAL" })
      const kept = Number(rows.prepare("SELECT count(*) AS kept FROM permits").get()?.["kept"])
      rows.close()
      assert.isAtMost(kept, rememberedAtLeast + 512)
      const next = machine.start(0).storeOf([{ limit: 10_000, windowMillis: 1_000 }])
      assert.strictEqual(takeAll(next, 1_000), 0)
      assert.strictEqual(takenBy(next, 1_001, forEver) > 0, true)
    })
  )

  it.live("are removed when they are old, also by programs that make one request each", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const { connection, storeOf } = machine.start(0)
      connection.exec(`
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rememberedAtLeast + 100})
        INSERT INTO permits (quota, lease_until, counted_at, change) SELECT 'chat', 1, 1, i FROM n;
        UPDATE clock SET last_change = ${rememberedAtLeast + 100}`)
      const store = storeOf([])
      store.end(takenBy(store, 0, forEver), 0)
      const rows = connection.prepare("SELECT count(*) AS kept FROM permits").get()
      assert.isAtMost(Number(rows?.["kept"]), rememberedAtLeast + 1)
    })
  )

  it.live("taken while another program slept past all that is remembered are counted by it", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const sleeper = machine.start(0).storeOf([{ limit: 9_000, windowMillis: 1_000 }])
      sleeper.end(takenBy(sleeper, 0, forEver), 0)
      const busy = machine.start(0).storeOf([])
      for (let taken = 0; taken < rememberedAtLeast + 1_024; taken++) busy.end(takenBy(busy, 500, forEver), 500)
      assert.strictEqual(takeAll(sleeper, 1_100), 0)
      assert.strictEqual(takenBy(sleeper, 1_501, forEver) > 0, true)
    })
  )
})

describe("the clock of permits", () => {
  const taken = Effect.gen(function* () {
    const machine = yield* permitMachine
    assert.strictEqual(takeAll(machine.start(0).storeOf(second), 0), 3)
    return machine
  })

  it.live("is the machine's: a wall clock put back or forward by an hour moves no window", () =>
    Effect.gen(function* () {
      const machine = yield* taken
      for (const step of [-3_600_000, 7_200_000]) {
        machine.reading = { ...machine.reading, wall: machine.reading.wall + step }
        assert.strictEqual(waitOf(machine.start(0).storeOf(second), 0), 1_001)
      }
    })
  )

  it.live("goes on by the wall clock after a restart of the machine", () =>
    Effect.gen(function* () {
      const machine = yield* taken
      machine.reading = { machine: "second run", monotonic: 3, wall: machine.reading.wall + 600 }
      assert.strictEqual(waitOf(machine.start(0).storeOf(second), 0), 401)
    })
  )

  it.live("stands still where the wall clock was put back meanwhile", () =>
    Effect.gen(function* () {
      const machine = yield* taken
      machine.reading = { machine: "second run", monotonic: 9_000_000, wall: machine.reading.wall - 3_600_000 }
      const next = machine.start(0).storeOf(second)
      assert.strictEqual(waitOf(next, 0), 1_001)
      assert.strictEqual(takeAll(next, 1_001), 3)
    })
  )

  it("tells a new start of the machine by a monotonic clock that has begun anew", () => {
    const kept = { machine: "it", epoch: 1_000, at: 6_000, wall: 50_000 }
    assert.strictEqual(epochOf(kept, { machine: "it", monotonic: 5_400, wall: 1 }), 1_000)
    assert.strictEqual(epochOf(kept, { machine: "it", monotonic: 400, wall: 50_100 }), 5_700)
    assert.strictEqual(epochOf(undefined, { machine: "it", monotonic: 400, wall: 50_100 }), 49_700)
  })
})

describe("a file of permits that can not be written", () => {
  it.live("grants nothing while another program holds its lock, waits for it, and then says so", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const store = machine.start(0).storeOf(second)
      const other = openSqlite({ file: machine.path, synchronous: "FULL" })
      other.exec("BEGIN IMMEDIATE")
      assert.deepStrictEqual(store.acquire(0, forEver), { _tag: "WaitUntil", at: pollMillis })
      assert.strictEqual(waitOf(store, lockPatienceMillis - 1), lockPatienceMillis - 1 + pollMillis)
      const refused = store.acquire(lockPatienceMillis, forEver)
      assert.strictEqual(refused._tag === "StorageFailed" ? refused.problem : refused._tag, "Locked")
      other.exec("ROLLBACK")
      other.close()
      assert.strictEqual(takeAll(store, lockPatienceMillis), 3)
    })
  )

  it.live("keeps for later what could not be written of an end", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const store = machine.start(0).storeOf(second)
      const [counted, back] = [takenBy(store, 0, forEver), takenBy(store, 0, forEver)]
      const other = openSqlite({ file: machine.path, synchronous: "FULL" })
      other.exec("BEGIN IMMEDIATE")
      store.end(counted, 10)
      store.giveBack(back)
      other.exec("ROLLBACK")
      other.close()
      store.flush()
      const next = machine.start(0).storeOf(second)
      assert.deepStrictEqual(
        next.usage(1_010).map(({ used }) => used),
        [1]
      )
      assert.deepStrictEqual(
        next.usage(1_011).map(({ used }) => used),
        [0]
      )
    })
  )

  const fault = (sentence: string, statement: string, mended: string, problem: string) =>
    it.live(sentence, () =>
      Effect.gen(function* () {
        const { connection, storeOf } = (yield* permitMachine).start(0)
        const store = storeOf([{ limit: 500, windowMillis: 1_000 }])
        const unlimited = storeOf([], "status")
        connection.exec(statement)
        let granted = 0
        let refused = store.acquire(0, forEver)
        for (; refused._tag === "Acquired"; refused = store.acquire(0, forEver)) granted += 1
        assert.strictEqual(refused._tag === "StorageFailed" ? refused.problem : refused._tag, problem)
        assert.isBelow(granted, 500)
        // What was refused was not taken, and what is not limited goes on: a paid job can still be polled.
        assert.strictEqual(store.usage(0)[0]?.used, granted)
        const permit = takenBy(unlimited, 0, forEver)
        unlimited.end(permit, 0)
        connection.exec(mended)
        assert.strictEqual(takenBy(store, 0, forEver) > 0, true)
        assert.strictEqual(store.usage(0)[0]?.used, granted + 1)
      })
    )

  fault(
    "refuses when the disk is full, and grants again when there is room",
    "PRAGMA max_page_count = 1",
    "PRAGMA max_page_count = 100000",
    "DiskFull"
  )
  fault("refuses when the file is read-only", "PRAGMA query_only = 1", "PRAGMA query_only = 0", "ReadOnly")
})
