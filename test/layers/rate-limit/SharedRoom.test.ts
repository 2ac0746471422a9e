/** Waiting rooms of two programs over one file of permits. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { pollMillis, type SqlitePermitStore } from "../../../layers/rate-limit/SqlitePermitStore.ts"
import { makeTimeoutList } from "../../../src/policy/deadline/TimeoutList.ts"
import { Admission } from "../../../src/policy/rate-limit/Admission.ts"
import { admit } from "../../../src/policy/rate-limit/Admit.ts"
import { openGate } from "../../../src/policy/rate-limit/AdmissionGate.ts"
import { WaitingRoom } from "../../../src/policy/rate-limit/WaitingRoom.ts"
import { wakingBy } from "../../../src/policy/rate-limit/WakingBy.ts"
import { isIn, oneInTen, RoomByHand } from "../../src/policy/rate-limit/RoomByHand.ts"
import { SteppedWorld } from "../../src/policy/rate-limit/SteppedWorld.ts"
import { permitMachine } from "./PermitFiles.ts"

/** A room whose one door keeps its permits in a store. */
const roomOver = (store: SqlitePermitStore) => {
  const world = new RoomByHand()
  const lane = world.room.openLane({ ...oneInTen, accounting: "answered" }, openGate, store)
  return { world, lane, usedAt: (now: number) => store.usage(now)[0]?.used }
}

describe("two programs with one quota", () => {
  it.live("who waits for a permit of the other looks for it, and gets it when it comes back", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const [one, two] = [
        roomOver(machine.start().storeOf(oneInTen.tiers)),
        roomOver(machine.start().storeOf(oneInTen.tiers))
      ]
      const admission = one.world.admit(one.lane, { leaseMillis: 100_000 })
      const waiter = two.world.wait(two.lane)
      // The window is shorter than a look: without the other's permit it would be had at its end.
      assert.isAtMost(two.world.wakeAt ?? Number.POSITIVE_INFINITY, pollMillis)
      for (let look = 0; look < 3; look++) {
        two.world.clock = two.world.wakeAt ?? assert.fail("nobody would look again")
        two.world.room.drain()
        assert.isFalse(isIn(waiter))
      }
      admission.end()
      two.world.clock = two.world.wakeAt ?? assert.fail("nobody would look again")
      two.world.room.drain()
      assert.isTrue(isIn(waiter))
      assert.strictEqual(two.world.wakeAt, Number.POSITIVE_INFINITY)
    })
  )

  it.live("nobody looks while nobody waits", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const [one, two] = [
        roomOver(machine.start().storeOf(oneInTen.tiers)),
        roomOver(machine.start().storeOf(oneInTen.tiers))
      ]
      one.world.admit(one.lane)
      const waiter = two.world.wait(two.lane)
      two.world.room.giveUp(waiter)
      two.world.room.drain()
      assert.strictEqual(two.world.wakeAt, Number.POSITIVE_INFINITY)
    })
  )

  it.live("an interruption at any step leaves nothing in the file", () =>
    Effect.gen(function* () {
      const machine = yield* permitMachine
      const program = machine.start()
      const other = machine.start()
      const tiers = [{ limit: 2, windowMillis: 10 }]
      for (let interruptAt = 0; interruptAt < 40; interruptAt++) {
        const quota = `interrupted at ${interruptAt}`
        const world = new SteppedWorld(3)
        const scope = Scope.makeUnsafe()
        const making = world.fork(Effect.provideService(makeTimeoutList, Scope.Scope, scope))
        world.run()
        const made = making.pollUnsafe()
        if (made === undefined || !Exit.isSuccess(made)) throw new Error("there is a list of timeouts")
        const timeouts = made.value
        const room: WaitingRoom = new WaitingRoom(
          { concurrency: 2, keepsOne: false },
          { now: () => world.millis, wakeAt: wakingBy(timeouts, () => room.drain()) }
        )
        const store = program.storeOf(tiers, quota)
        const lane = room.openLane({ tiers, accounting: "answered", queueLimit: 10, use: "ordinary" }, openGate, store)
        const call = Effect.uninterruptibleMask((restore) => {
          const wish = { rank: 1, enqueuedAt: world.millis, deadlineAt: 5_000, leaseMillis: 60_000 } as const
          return admit({ room, timeouts, lane, wish, restore }, (admitted) =>
            admitted instanceof Admission
              ? Effect.onExit(restore(Effect.sleep("5 millis")), () => Effect.sync(() => admitted.end()))
              : Effect.die(admitted)
          )
        })
        const fibers = [world.fork(call), world.fork(call), world.fork(call)]
        world.run((step) => {
          if (step === interruptAt) fibers[1]?.interruptUnsafe()
        })
        assert.isTrue(fibers.every((it) => it.pollUnsafe() !== undefined))
        const seen = other.storeOf(tiers, quota)
        assert.deepStrictEqual(
          [store.usage(world.millis), seen.usage(world.millis)].flat().map(({ used }) => used),
          [0, 0]
        )
        assert.deepStrictEqual([room.bulkhead.inUse, lane.queue.size, timeouts.size], [0, 0, 0])
      }
      const open = other.connection.prepare(
        "SELECT count(*) AS n FROM permits WHERE counted_at IS NULL AND given_back = 0"
      )
      assert.strictEqual(open.get()?.["n"], 0)
    })
  )
})
