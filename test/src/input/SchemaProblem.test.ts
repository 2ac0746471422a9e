/** What a schema is heard to expect, kind by kind, without a value. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { CallOptions } from "../../../schemas/CallOptions.ts"
import { Milliseconds } from "../../../schemas/Settings.ts"
import { problemText } from "../../../src/input/SchemaProblem.ts"

const problemOf = (schema: Schema.ConstraintDecoder<unknown>, input: unknown): string | undefined => {
  const decoded = Schema.decodeUnknownResult(schema)(input, { onExcessProperty: "error" })
  return Result.isFailure(decoded) ? problemText(decoded.failure.issue, schema.ast) : undefined
}

const Pair = Schema.Tuple([Schema.String, Schema.Literal(7)])
const Kinds = Schema.Struct({
  flag: Schema.optionalKey(Schema.Boolean),
  nothing: Schema.optionalKey(Schema.Null),
  either: Schema.optionalKey(Schema.Union([Schema.Finite, Schema.Null])),
  pair: Schema.optionalKey(Pair),
  wait: Schema.optionalKey(Milliseconds),
  even: Schema.optionalKey(
    Schema.Int.check(Schema.makeFilter((it: number) => it % 2 === 0, { expected: "an even number" }))
  )
})

describe("SchemaProblem", () => {
  it.each<[unknown, string]>([
    [{ flag: "CANARY" }, "flag: expected true or false"],
    [{ nothing: "CANARY" }, "nothing: expected null"],
    [{ either: "CANARY" }, "either: expected a finite number or null"],
    [{ pair: ["x", "CANARY"] }, "pair.1: expected 7"],
    [{ pair: ["x"] }, "pair.1: missing, expected 7"],
    [{ pair: "CANARY" }, "pair: expected a list"],
    [{ wait: 0 }, "wait: expected a whole number of milliseconds from 1 to 86400000"],
    [{ wait: "CANARY" }, "wait: expected a whole number of milliseconds from 1 to 86400000"],
    [{ even: 3 }, "even: expected an even number"],
    [{ odd: 3 }, "odd: unknown field, expected one of the fields flag, nothing, either, pair, wait, even"],
    [[], "answer: expected an object with the fields flag, nothing, either, pair, wait, even"]
  ])("%j: the place and what is expected there", (input, problem) => {
    assert.strictEqual(problemOf(Kinds, input), problem)
  })

  it("a value that is right is no problem", () => {
    assert.strictEqual(problemOf(Kinds, { flag: true, pair: ["x", 7], wait: 5 }), undefined)
    assert.strictEqual(problemOf(CallOptions, { deadline: Duration.seconds(1) }), undefined)
  })
})
