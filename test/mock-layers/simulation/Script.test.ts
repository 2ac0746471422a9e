import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { chooseFault, faultOperations } from "../../../mock-layers/simulation/Faults.ts"
import { drawLatencyMillis } from "../../../mock-layers/simulation/Latency.ts"
import { Script, SimulationOptions } from "../../../mock-layers/simulation/Script.ts"
import { chanceOf, drawAt, drawInt, drawNormal, drawOne } from "../../../mock-layers/simulation/SeededRandom.ts"

const decode = Schema.decodeUnknownResult(SimulationOptions)
const script = (document: unknown) => Schema.decodeUnknownSync(Script)(document)

describe("Script", () => {
  it("is healthy and quick where nothing is said", () => {
    const options = decode({})
    assert.isTrue(Result.isSuccess(options) && options.success.seed === 1 && options.success.scenario === "healthy")
  })

  it("takes times as milliseconds, as a duration and as text", () => {
    const chance = chanceOf(1, "x")
    const millisOf = (latency: unknown) => drawLatencyMillis(script({ latency }), "chat", chance)
    assert.deepStrictEqual(
      [millisOf(250), millisOf("250"), millisOf("2 seconds"), millisOf(Duration.seconds(3))],
      [250, 250, 2_000, 3_000]
    )
    assert.strictEqual(millisOf({ chat: "1 second" }), 1_000)
    assert.strictEqual(millisOf({ median: 400, spread: 0 }), 400)
    assert.isAbove(millisOf({ submit: 5 }), 100)
  })

  it("refuses what can not be played", () => {
    const bad = [
      { latency: "soon" },
      { latency: -1 },
      { latency: "2 days" },
      { failureRate: 1.1 },
      { failureRate: Number.NaN },
      { scenario: "sunny" },
      { seed: 1.5 },
      { imageUsdMicros: -1 },
      { retryAfter: "a\nb" },
      { faults: [{ fault: "reset", times: -1 }] },
      { submitFaults: [] },
      { transit: { there: "soon" } },
      { limits: [{ operation: "chat", requests: 0, window: 1_000 }] },
      { limits: [{ operation: "chat", requests: 1, window: 1_000, retryAfter: 0.5 }] }
    ]
    for (const document of bad) assert.isTrue(Result.isFailure(decode(document)), JSON.stringify(document))
  })

  it("draws latencies evenly between two times", () => {
    const playing = script({ latency: { from: "1 second", to: 2_000 } })
    const drawn = Array.from({ length: 2_000 }, (_, index) =>
      drawLatencyMillis(playing, "chat", chanceOf(1, `${index}`))
    )
    assert.isTrue(drawn.every((it) => it >= 1_000 && it <= 2_000))
    assert.closeTo(drawn.filter((it) => it < 1_250).length, 500, 80)
  })

  it("spreads latencies around their median", () => {
    const playing = script({ latency: { median: 1_000, spread: 0.3 } })
    const drawn = Array.from({ length: 2_000 }, (_, index) =>
      drawLatencyMillis(playing, "chat", chanceOf(1, `${index}`))
    ).toSorted((a, b) => a - b)
    assert.closeTo(drawn[1_000] ?? 0, 1_000, 40)
    assert.closeTo((drawn[1_682] ?? 0) / 1_000, Math.exp(0.3), 0.08)
  })
})

describe("chooseFault", () => {
  const question = (operation: "chat" | "download") => ({
    operation,
    ordinal: 0,
    ruleCounts: [],
    chance: chanceOf(1, "q")
  })

  it("takes a rule before chance, and chance before the scenario", () => {
    const playing = script({ scenario: "down", failureRate: 1, faults: [{ fault: "silence", operation: "download" }] })
    assert.deepStrictEqual(chooseFault(playing, question("download")), { fault: "silence", rule: 0 })
    const chosen = chooseFault(playing, question("chat"))
    assert.isUndefined(chosen?.rule)
    assert.deepStrictEqual(chooseFault(script({ scenario: "down" }), question("chat")), { fault: "unavailable" })
    assert.isUndefined(chooseFault(script({ scenario: "down" }), question("download")))
  })

  it("never applies a fault where it is not possible", () => {
    for (const [fault, operations] of Object.entries(faultOperations)) {
      const chosen = chooseFault(script({ faults: [{ fault }] }), question("download"))
      assert.strictEqual(chosen?.fault, operations.includes("download") ? (fault as never) : undefined)
    }
  })
})

describe("SeededRandom", () => {
  it("draws evenly, and the same for the same name", () => {
    const draws = Array.from({ length: 10_000 }, (_, index) => drawAt(1, `${index}`))
    assert.isTrue(draws.every((it) => it >= 0 && it < 1))
    for (let tenth = 0; tenth < 10; tenth++) {
      assert.closeTo(draws.filter((it) => Math.floor(it * 10) === tenth).length, 1_000, 150)
    }
    assert.strictEqual(drawAt(1, "a"), drawAt(1, "a"))
    assert.notStrictEqual(drawAt(1, "a"), drawAt(2, "a"))
  })

  it("draws whole numbers within their bounds, choices from the list, and normal numbers around zero", () => {
    const places = Array.from({ length: 2_000 }, (_, index) => chanceOf(9, `${index}`))
    const whole = new Set(places.map((chance) => drawInt(chance, "n", 2, 4)))
    assert.sameMembers([...whole], [2, 3, 4])
    assert.sameMembers([...new Set(places.map((chance) => drawOne(chance, "o", ["a", "b"])))], ["a", "b"])
    const normal = places.map((chance) => drawNormal(chance, "g"))
    const mean = normal.reduce((sum, it) => sum + it, 0) / normal.length
    const variance = normal.reduce((sum, it) => sum + (it - mean) ** 2, 0) / normal.length
    assert.closeTo(mean, 0, 0.08)
    assert.closeTo(variance, 1, 0.12)
  })
})
