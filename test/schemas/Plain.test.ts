/** Values for who does not write Effect: nothing is lost, no duration is left, and the types say the same. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { Enhancement } from "../../schemas/Enhancement.ts"
import { Illustration } from "../../schemas/Illustration.ts"
import { Job } from "../../schemas/Job.ts"
import { plain, type Plain } from "../../schemas/Plain.ts"

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const proven = <_ extends true>(): void => undefined

proven<Same<Plain<Duration.Duration>, number>>()
proven<Same<Plain<{ readonly age: Duration.Duration }>, { readonly ageMillis: number }>>()
proven<Same<Plain<{ readonly age?: Duration.Duration }>, { readonly ageMillis?: number }>>()
proven<Same<Plain<ReadonlyArray<"a">>, ReadonlyArray<"a">>>()
proven<Same<keyof Plain<Illustration>, Exclude<keyof Illustration, "elapsed"> | "elapsedMillis">>()
// @ts-expect-error A duration is no longer under its old name.
proven<Same<keyof Plain<Illustration>, keyof Illustration>>()

const holdsDuration = (value: unknown): boolean =>
  Duration.isDuration(value) ||
  (typeof value === "object" && value !== null && Object.values(value).some((field) => holdsDuration(field)))

/** Numbers that JSON can not hold (an endless duration) are null there. */
const plainJson = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plainJson)
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : null
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plainJson(field)]))
}

describe("plain", () => {
  it("a duration is milliseconds, and its field says so", () => {
    assert.deepStrictEqual(plain({ elapsed: Duration.seconds(2), parts: [{ wait: Duration.minutes(1) }] }), {
      elapsedMillis: 2000,
      parts: [{ waitMillis: 60_000 }]
    })
    assert.strictEqual(plain(Duration.seconds(1)), 1000)
  })

  it("what is not there is left out, and null stays null", () => {
    const value: { readonly a: null; readonly b?: string | undefined } = { a: null, b: undefined }
    assert.deepStrictEqual(Object.keys(plain(value)), ["a"])
  })

  it.prop("every result becomes JSON that reads back as it was", [Enhancement, Illustration, Job], (results) => {
    for (const result of results) {
      const made = plain(result)
      assert.isFalse(holdsDuration(made))
      assert.deepStrictEqual(JSON.parse(JSON.stringify(made)), plainJson(made))
      assert.strictEqual("callId" in made && made.callId, result.callId)
    }
  })
})
