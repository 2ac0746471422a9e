import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { ofEnhancement, ofImage, previewJson, previewLines } from "../../../apps/cli/PreviewReport.ts"
import { defaultOwner } from "../../../schemas/Identifiers.ts"
import { type Cost, noCost, unknownCost } from "../../../schemas/Money.ts"
import type { CallPreview } from "../../../schemas/Preview.ts"

const bound: Cost = { usdMicros: 2_697, basis: "estimated" }

const waiting: CallPreview = {
  from: "Live",
  lowest: { usdMicros: 1, basis: "estimated" },
  bound: { usdMicros: 13_485, basis: "estimated" },
  cache: "Stale",
  request: {
    provider: "deepseek",
    operation: "chat",
    account: "deepseek",
    circuit: "Closed",
    wait: Duration.seconds(12),
    tier: { limit: 20, windowMillis: 60_000 },
    bound
  },
  budgets: [{ budget: "perCall", limitUsdMicros: 50_000, committedUsdMicros: 0 }],
  modes: ["LowPriorityShed"],
  refused: null,
  retryAfter: null
}

describe("what --dry-run prints", () => {
  it("is the interval of the price, and what each policy would do", () => {
    assert.deepStrictEqual(previewLines(ofEnhancement(waiting), defaultOwner, false), [
      "dry run: nothing is sent, nothing is spent",
      "cost      $0.000001 to $0.013485, all attempts included",
      "prompt    asked for anew",
      "          cache: Stale",
      "          deepseek chat: circuit Closed, waits 12.0 s at least for 20/minute, at most $0.002697 a request",
      "budget perCall: $0.05 of $0.05 left",
      "modes     LowPriorityShed",
      "mode      live"
    ])
  })

  it("says why nothing would be made, and when to come back", () => {
    const refused: CallPreview = {
      ...waiting,
      from: null,
      lowest: noCost,
      bound: noCost,
      cache: null,
      request: null,
      budgets: [],
      modes: [],
      refused: { _tag: "CircuitOpen" },
      retryAfter: Duration.seconds(5)
    }
    assert.deepStrictEqual(previewLines(ofImage(refused), defaultOwner, true), [
      "dry run: nothing is sent, nothing is spent",
      "cost      nothing",
      "image     none: the call would be refused",
      "          refused now: CircuitOpen, not before 5.0 s from now",
      "mode      simulated"
    ])
    assert.deepInclude(previewJson(ofImage(refused), true).image, {
      from: null,
      refused: { _tag: "CircuitOpen" },
      retryAfterMillis: 5_000
    })
  })

  it("is one object for a program, in whole numbers", () => {
    const json = previewJson(ofEnhancement(waiting), false)
    assert.deepInclude(json, { dryRun: true, mode: "live", lowestUsdMicros: 1, boundUsdMicros: 13_485, image: null })
    assert.deepInclude(json.enhanced?.request, { waitMillis: 12_000, tier: "20/minute", boundUsdMicros: 2_697 })
    assert.deepStrictEqual(json.enhanced?.budgets, [
      { budget: "perCall", limitUsdMicros: 50_000, committedUsdMicros: 0, leftUsdMicros: 50_000, freesAt: null }
    ])
    assert.strictEqual(previewJson(ofImage({ ...waiting, bound: unknownCost }), false).boundUsdMicros, null)
    assert.include(
      previewLines(ofImage({ ...waiting, bound: unknownCost }), defaultOwner, false),
      "cost      unknown: there is no price"
    )
  })
})
