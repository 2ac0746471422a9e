import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Accounting } from "../../../../schemas/RateLimit.ts"
import { abortGraceMillis, Admission } from "../../../../src/policy/rate-limit/Admission.ts"
import { openGate } from "../../../../src/policy/rate-limit/AdmissionGate.ts"
import { Lane } from "../../../../src/policy/rate-limit/Lane.ts"
import { MemoryPermitStore } from "../../../../src/policy/rate-limit/MemoryPermitStore.ts"

const span = 101

/** An admission at 0 whose clock is set by hand. */
const admitted = (accounting: Accounting) => {
  const tiers = [{ limit: 3, windowMillis: 100 }]
  const store = new MemoryPermitStore(tiers)
  const lane = new Lane({ tiers, accounting, queueLimit: 0, use: "kept" }, openGate, store, undefined)
  const acquired = lane.store.acquire(0, Number.POSITIVE_INFINITY)
  if (acquired._tag !== "Acquired") throw new Error("there is a permit")
  const clock = { now: 0 }
  const takenBack: Array<Admission> = []
  const desk = {
    instantAfter: (millis: number) => clock.now + millis,
    takeBack: (it: Admission) => void takenBack.push(it)
  }
  const admission = new Admission(desk, lane, acquired.permit, { generation: 4, id: 2 })
  const usedAt = (now: number) => lane.store.usage(now)[0]?.used
  return { admission, clock, lane, takenBack, usedAt }
}

/** Counted at this instant: in the window until its span is over. */
const isCountedAt = (usedAt: (now: number) => number | undefined, at: number): boolean =>
  usedAt(at + span - 1) === 1 && usedAt(at + span) === 0

describe("an admission", () => {
  it("says where it was given, with which place and slot", () => {
    const { admission, lane } = admitted("sent")
    assert.strictEqual(admission.lane, lane)
    assert.deepStrictEqual([admission.use, admission.ticket], ["kept", { generation: 4, id: 2 }])
    assert.isFalse(admission.isSent)
  })

  for (const accounting of ["sent", "answered"] as const) {
    it(`that was never sent gives its permit back, and its slot once, with \`${accounting}\``, () => {
      const { admission, takenBack, usedAt } = admitted(accounting)
      admission.onFirstByte()
      assert.isFalse(admission.isSent)
      assert.strictEqual(usedAt(10_000), 1)
      admission.end()
      assert.strictEqual(usedAt(0), 0)
      admission.end()
      assert.deepStrictEqual(takenBack, [admission])
    })
  }

  for (const accounting of ["sent", "answered"] as const) {
    it(`ends its permit at the store once, whatever is told twice, with \`${accounting}\``, () => {
      const { admission, lane } = admitted(accounting)
      const ends: Array<number> = []
      const { store } = lane
      const end = store.end.bind(store)
      Object.assign(store, {
        end: (permit: Parameters<typeof end>[0], at: number) => {
          ends.push(at)
          end(permit, at)
        }
      })
      admission.onSend()
      admission.onFirstByte()
      admission.onFirstByte()
      admission.end()
      assert.deepStrictEqual(ends, [0])
    })
  }

  it("is counted when it is sent, and only then, with `sent`", () => {
    const { admission, clock, takenBack, usedAt } = admitted("sent")
    clock.now = 10
    admission.onSend()
    assert.isTrue(admission.isSent)
    clock.now = 50
    admission.onFirstByte()
    admission.end()
    assert.isTrue(isCountedAt(usedAt, 10))
    assert.deepStrictEqual(takenBack, [admission])
  })

  it("is in flight until the first byte of its answer, with `answered`", () => {
    const { admission, clock, usedAt } = admitted("answered")
    admission.onSend()
    assert.isTrue(admission.isSent)
    assert.strictEqual(usedAt(10_000), 1)
    clock.now = 20_000
    admission.onFirstByte()
    clock.now = 30_000
    admission.end()
    assert.isTrue(isCountedAt(usedAt, 20_000))
  })

  it("without an answer is counted a grace after its end, with `answered`", () => {
    const { admission, clock, usedAt } = admitted("answered")
    assert.strictEqual(abortGraceMillis, 2_000)
    admission.onSend()
    clock.now = 500
    admission.end()
    assert.isTrue(isCountedAt(usedAt, 2_500))
  })

  it.effect("that is being written is counted at the end of the turn, with `sent`", () =>
    Effect.gen(function* () {
      const { admission, clock, usedAt } = admitted("sent")
      admission.onWriting()
      assert.isTrue(admission.isSent)
      clock.now = 40
      assert.strictEqual(usedAt(1_000), 1)
      yield* Effect.promise(() => Promise.resolve())
      clock.now = 90
      admission.end()
      assert.isTrue(isCountedAt(usedAt, 40))
    })
  )

  it("that ends in the turn it is written in is counted at its end, with `sent`", () => {
    const { admission, clock, usedAt } = admitted("sent")
    admission.onWriting()
    clock.now = 30
    admission.end()
    assert.isTrue(isCountedAt(usedAt, 30))
  })

  it.effect("that is being written stays in flight, with `answered`", () =>
    Effect.gen(function* () {
      const { admission, clock, usedAt } = admitted("answered")
      admission.onWriting()
      assert.isTrue(admission.isSent)
      yield* Effect.promise(() => Promise.resolve())
      assert.strictEqual(usedAt(10_000), 1)
      clock.now = 10_000
      admission.onFirstByte()
      assert.isTrue(isCountedAt(usedAt, 10_000))
    })
  )
})
