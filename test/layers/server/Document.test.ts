import { Validator } from "@seriousme/openapi-schema-validator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { compareAnswers, documentOf } from "./DocumentedAnswers.ts"
import { operationsOf } from "./RequestsOf.ts"
import { startServer } from "./RunningServer.ts"

const unlimited = {
  latency: 1,
  settings: { deepseek: { rateLimit: [] }, nanobanana: { rateLimit: [], pollFirst: 5, pollCap: 10, submitGrace: 100 } }
}

describe("the OpenAPI document", () => {
  it.live("is one by the word of a public validator, and has every endpoint", () =>
    Effect.gen(function* () {
      const { url } = yield* startServer()
      const document = yield* documentOf(url)
      const { errors, valid } = yield* Effect.promise(() => new Validator().validate({ ...document }))
      assert.isTrue(valid, JSON.stringify(errors))
      assert.isAbove(operationsOf(document).length, 20)
    })
  )

  it.live(
    "is kept to: whatever is made from it is answered in time, as documented, and never by a fault of ours",
    () =>
      Effect.gen(function* () {
        const { token, url } = yield* startServer({}, unlimited)
        const everything = yield* token("ann", "use", "operate")
        const { byStatus, sent, wrong } = yield* compareAnswers(url, everything, 6, 4711)
        assert.isAbove(sent, 100)
        for (const status of ["200", "202", "400", "404"]) assert.property(byStatus, status)
        assert.deepStrictEqual(wrong, [])
      }),
    120_000
  )
})
