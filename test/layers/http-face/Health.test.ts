/**
 * Health over HTTP.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { HealthReport } from "../../../schemas/Health.ts"
import { Health } from "../../../src/health/Health.ts"
import { asked, makeFace, namedAccess } from "./Face.ts"

describe("/health", () => {
  it.effect("says without a token that the program lives and is ready, and how its providers fare", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace(namedAccess)
      assert.deepStrictEqual((yield* asked(ask, "/health/live")).json, { status: "alive", isSimulated: true })
      const { headers, json, status } = yield* asked<HealthReport>(ask, "/health/ready")
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.isTrue(json.isReady)
      assert.deepStrictEqual(
        json.providers.map(({ provider }) => provider),
        ["deepseek", "nanobanana"]
      )
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("is 503 with the same report where it can not serve", () =>
    Effect.gen(function* () {
      const health = yield* Health
      const ending = Effect.map(health.report, (report) => ({
        ...report,
        isReady: false,
        notReadyBecause: ["StoreFailed"] as const
      }))
      const ask = yield* Effect.provide(makeFace(), Layer.succeed(Health, { report: ending, beginEnding: Effect.void }))
      const { json, status } = yield* asked<HealthReport>(ask, "/health/ready")
      assert.strictEqual(status, 503)
      assert.deepStrictEqual(json.notReadyBecause, ["StoreFailed"])
    }).pipe(Effect.provide(Mock.layer))
  )
})
