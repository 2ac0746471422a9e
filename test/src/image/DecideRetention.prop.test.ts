import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import {
  bytesOf,
  decideRetention,
  type KeptPicture,
  type PictureStanding,
  type RetentionLimits
} from "../../../src/image/DecideRetention.ts"

const day = 86_400_000
const now = 1_000 * day
const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const standings = ["Ended", "Unfinished", "UnknownJob", "Foreign"] as const satisfies ReadonlyArray<PictureStanding>

/** Ages in hours, so that equal ones are common; some are from the future. */
const Pictures = Schema.Array(
  Schema.Struct({ hours: between(-48, 240), bytes: between(0, 100), standing: Schema.Literals(standings) })
).check(Schema.isMaxLength(30))

const world = {
  drawn: Pictures,
  ageHours: Schema.NullOr(between(1, 200)),
  room: Schema.NullOr(between(0, 1_000)),
  forgets: Schema.Boolean
}

type Drawn = { readonly [K in keyof typeof world]: (typeof world)[K]["Type"] }

const made = ({ ageHours, drawn, forgets, room }: Drawn): readonly [RetentionLimits, ReadonlyArray<KeptPicture>] => [
  {
    ...(ageHours === null ? {} : { ageMillis: (ageHours * day) / 24 }),
    ...(room === null ? {} : { maximumBytes: room }),
    ...(forgets ? { unknownJobMillis: day } : {})
  },
  drawn.map(({ bytes, hours, standing }, index) => ({
    path: `images/${index}.png`,
    bytes,
    storedAt: now - (hours * day) / 24,
    standing
  }))
]

const pathsOf = (going: ReturnType<typeof decideRetention>) => going.map((it) => it.picture.path)

describe("which pictures go", () => {
  it.prop("none that is foreign, of an unfinished job, or lately of a job that nobody here knows", world, (drawn) => {
    const [limits, pictures] = made(drawn)
    for (const { picture } of decideRetention(limits, pictures, now)) {
      assert.include(["Ended", "UnknownJob"], picture.standing)
      if (picture.standing === "UnknownJob") {
        assert.isTrue(drawn.forgets)
        assert.isAtLeast(now - picture.storedAt, day)
      }
    }
  })

  it.prop("none at all where there is no limit", world, ({ drawn }) => {
    const [, pictures] = made({ drawn, ageHours: null, room: null, forgets: true })
    assert.deepStrictEqual(decideRetention({ unknownJobMillis: 1 }, pictures, now), [])
  })

  it.prop("every one that may go and is beyond the age, whatever the room", world, (drawn) => {
    const [limits, pictures] = made(drawn)
    const going = new Set(pathsOf(decideRetention(limits, pictures, now)))
    for (const { path, standing, storedAt } of pictures) {
      const isTooOld = limits.ageMillis !== undefined && now - storedAt >= limits.ageMillis
      if (standing === "Ended" && isTooOld) assert.isTrue(going.has(path))
      if (limits.maximumBytes === undefined && !isTooOld) assert.isFalse(going.has(path))
    }
  })

  it.prop("the oldest first, and no older one stays that may go", world, (drawn) => {
    const [limits, pictures] = made(drawn)
    const going = decideRetention(limits, pictures, now)
    const times = going.map((it) => it.picture.storedAt)
    assert.deepStrictEqual(
      times,
      times.toSorted((left, right) => left - right)
    )
    const newest = times.at(-1) ?? Number.NEGATIVE_INFINITY
    const isGoing = new Set(pathsOf(going))
    for (const { path, standing, storedAt } of pictures) {
      if (standing === "Ended" && storedAt < newest) assert.isTrue(isGoing.has(path))
    }
  })

  it.prop("as many as the room needs: what stays fits, or nothing more may go; and none too many", world, (drawn) => {
    const [limits, pictures] = made(drawn)
    if (limits.maximumBytes === undefined) return
    const going = decideRetention(limits, pictures, now)
    const isGoing = new Set(pathsOf(going))
    const left = bytesOf(pictures.filter(({ path }) => !isGoing.has(path)))
    if (left > limits.maximumBytes) {
      assert.isFalse(pictures.some(({ path, standing }) => standing === "Ended" && !isGoing.has(path)))
    }
    const last = going.at(-1)
    if (last?.because === "Size") assert.isAbove(left + last.picture.bytes, limits.maximumBytes)
  })

  it.prop("nothing sooner, where the clock was set back", { ...world, hours: between(1, 48) }, (drawn) => {
    const [limits, pictures] = made(drawn)
    const then = now - (drawn.hours * day) / 24
    const usual = new Set(pathsOf(decideRetention(limits, pictures, now)))
    if (limits.maximumBytes === undefined) {
      for (const path of pathsOf(decideRetention(limits, pictures, then))) assert.isTrue(usual.has(path))
    }
    for (const { because, picture } of decideRetention(limits, pictures, then)) {
      if (because === "Age") assert.isAtLeast(now - picture.storedAt, limits.ageMillis ?? 0)
    }
  })

  it.prop("whatever order they are found in", world, (drawn) => {
    const [limits, pictures] = made(drawn)
    assert.deepStrictEqual(decideRetention(limits, pictures.toReversed(), now), decideRetention(limits, pictures, now))
  })

  it("and all that stays is enough for the room a second time: a sweep after a sweep removes nothing", () => {
    const pictures = [3, 2, 1].map((age): KeptPicture => {
      return { path: `${age}.png`, bytes: 10, storedAt: now - age, standing: "Ended" }
    })
    const going = decideRetention({ maximumBytes: 20 }, pictures, now)
    assert.deepStrictEqual(pathsOf(going), ["3.png"])
    assert.deepStrictEqual(decideRetention({ maximumBytes: 20 }, pictures.slice(1), now), [])
  })
})
