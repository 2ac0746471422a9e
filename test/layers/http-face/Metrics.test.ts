/**
 * Metrics over HTTP.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Mock from "../../../mock-layers/Mock.ts"
import { as, askedInTime, makeFace, namedAccess, post } from "./Face.ts"

describe("GET /metrics", () => {
  it.effect("is the text that Prometheus reads, for whoever operates the program", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace(namedAccess)
      yield* askedInTime(ask, "/v1/enhancements", post({ prompt: "a red fox" }, as("ada")))
      assert.strictEqual((yield* ask("/metrics", { headers: as("ada") })).status, 403)
      const response = yield* ask("/metrics", { headers: as("operator") })
      assert.strictEqual(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8")
      const text = yield* Effect.promise(() => response.text())
      assert.match(text, /^ludeng_\w+\{[^}]*provider="deepseek"[^}]*\} \d/m)
      assert.notInclude(text, "red fox")
      assert.notInclude(text, "ada")
    }).pipe(Effect.provide(Mock.layer))
  )
})
