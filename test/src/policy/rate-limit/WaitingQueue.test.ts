import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { QueuePlace, type Rank, WaitingQueue } from "../../../../src/policy/rate-limit/WaitingQueue.ts"
import { Chance } from "./Plan.ts"

class Place extends QueuePlace {
  readonly entry: number

  constructor(rank: Rank, enqueuedAt: number, entry: number) {
    super(rank, enqueuedAt)
    this.entry = entry
  }
}

const ranks = [0, 1, 2] as const

/** Who goes first, told by sorting. */
const inOrder = (places: ReadonlyArray<Place>, agingStep: number): ReadonlyArray<Place> =>
  places.toSorted(
    (left, right) =>
      left.enqueuedAt + left.rank * agingStep - (right.enqueuedAt + right.rank * agingStep) ||
      left.rank - right.rank ||
      left.enqueuedAt - right.enqueuedAt ||
      left.entry - right.entry
  )

/** A place that counts how often its links are followed or changed. */
class CountedPlace extends QueuePlace {
  static links = 0

  constructor(rank: Rank, enqueuedAt: number) {
    super(rank, enqueuedAt)
    for (const link of ["before", "after"] as const) {
      let value: QueuePlace | undefined
      Object.defineProperty(this, link, {
        get: () => {
          CountedPlace.links += 1
          return value
        },
        set: (place: QueuePlace | undefined) => {
          CountedPlace.links += 1
          value = place
        }
      })
    }
  }
}

describe("the queue", () => {
  it("orders three classes, and lets nobody starve", () => {
    const queue = new WaitingQueue<Place>(100)
    const low = new Place(2, 0, 0)
    const normal = new Place(1, 50, 1)
    queue.add(low)
    queue.add(normal)
    assert.strictEqual(queue.next, normal)
    queue.remove(normal)
    const late = new Place(0, 199, 2)
    queue.add(late)
    assert.strictEqual(queue.next, late)
    queue.remove(late)
    queue.add(new Place(0, 201, 3))
    assert.strictEqual(queue.next, low)
    assert.strictEqual(queue.countBefore(0, 200), 1)
    assert.strictEqual(queue.countBefore(0, 201), 2)
    assert.deepStrictEqual(
      ranks.map((rank) => queue.sizeOf(rank)),
      [1, 0, 1]
    )
  })

  it.prop(
    "counts and orders as a naive recount does, also whoever comes again with his old place",
    { seed: Arbitrary.schema(Schema.Int) },
    ({ seed }) => {
      const chance = new Chance(seed)
      const agingStep = chance.between(1, 30)
      const queue = new WaitingQueue<Place>(agingStep)
      let places: Array<Place> = []
      let now = 0
      for (let step = 0; step < 80; step++) {
        now += chance.below(6)
        const what = chance.below(5)
        if (what <= 2) {
          const back = chance.is(0.3) ? chance.below(60) : 0
          const place = new Place(chance.of(ranks), Math.max(0, now - back), step)
          queue.add(place)
          places.push(place)
        } else if (places.length > 0) {
          const place = what === 3 ? chance.of(places) : queue.next
          if (place !== undefined) queue.remove(place)
          places = places.filter((it) => it !== place)
          assert.strictEqual(place?.isQueued, false)
          if (place !== undefined) queue.remove(place)
        }
        assert.strictEqual(queue.size, places.length)
        assert.strictEqual(queue.next, inOrder(places, agingStep)[0])
        for (const rank of ranks) {
          const newcomer = new Place(rank, now, Number.POSITIVE_INFINITY)
          const before = inOrder([...places, newcomer], agingStep).indexOf(newcomer)
          assert.strictEqual(queue.countBefore(rank, now), before)
          assert.strictEqual(queue.sizeOf(rank), places.filter((it) => it.rank === rank).length)
        }
      }
    }
  )

  it("takes a bounded number of steps to enter, to leave and to be called, also for those who were held up", () => {
    const queue = new WaitingQueue<CountedPlace>(1_000)
    const chance = new Chance(5)
    const count = 100_000
    CountedPlace.links = 0
    const places: Array<CountedPlace> = []
    for (let index = 0; index < count; index++) {
      // Nearly in order; now and then somebody who has been here before.
      const enqueuedAt = chance.is(0.01) ? chance.below(20) : index + chance.below(5)
      const place = new CountedPlace(chance.of(ranks), enqueuedAt)
      queue.add(place)
      queue.countBefore(chance.of(ranks), index)
      places.push(place)
    }
    for (const place of places) if (chance.is(0.5)) queue.remove(place)
    for (let next = queue.next; next !== undefined; next = queue.next) queue.remove(next)
    assert.strictEqual(queue.size, 0)
    assert.isAtMost(CountedPlace.links / count, 40)
  })
})
