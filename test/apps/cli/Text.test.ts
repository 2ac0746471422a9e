import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { durationOf } from "../../../apps/cli/DurationText.ts"
import { makeScreen } from "../../../apps/cli/Screen.ts"
import { echoMillis, makeCounter } from "../../../apps/cli/Signals.ts"
import { bytesText, costText, fitLine, plainText, secondsText } from "../../../apps/cli/Text.ts"

describe("text for people", () => {
  it("times", () => {
    assert.deepStrictEqual([0, 449, 12_340, 119_940, 125_000].map(secondsText), [
      "0.0 s",
      "0.4 s",
      "12.3 s",
      "119.9 s",
      "2 min 5 s"
    ])
  })
  it("costs", () => {
    assert.strictEqual(costText({ usdMicros: 123, basis: "measured" }), "$0.000123")
    assert.strictEqual(costText({ usdMicros: 40_000, basis: "estimated" }), "at most $0.04")
    assert.strictEqual(costText({ usdMicros: null, basis: "unknown" }), "cost unknown")
    assert.strictEqual(costText({ usdMicros: 2_000_000, basis: "measured" }), "$2.00")
  })
  it("sizes", () => assert.deepStrictEqual([999, 84_210, 2_500_000].map(bytesText), ["999 bytes", "84.2 kB", "2.5 MB"]))
  it("keeps a stranger's text from moving the cursor", () => {
    assert.strictEqual(plainText("a\u001b[2Jb\u202ec\r\nd\u0000"), "a[2Jbc\nd")
  })
  it("cuts a line to the terminal", () => assert.strictEqual(fitLine("abcdefgh", 6), "abcd…"))
})

describe("times a person types", () => {
  const cases = [
    ["30000", 30_000],
    ["30s", 30_000],
    ["1.5 m", 90_000],
    ["500ms", 500],
    ["24h", 86_400_000]
  ] as const
  for (const [text, millis] of cases) {
    it(`${text} is ${millis} ms`, () => assert.deepStrictEqual(durationOf(text), Option.some(Duration.millis(millis))))
  }
  for (const text of ["", "0", "-1", "25h", "30 seconds", "1e3", "NaN", "Infinity"]) {
    it(`${text === "" ? "nothing" : text} is no time`, () => assert.isTrue(Option.isNone(durationOf(text))))
  }
})

describe("the screen", () => {
  const record = (columns: number | undefined) => {
    const written: Array<string> = []
    const screen = makeScreen({
      out: (text) => written.push(`out:${text}`),
      error: (text) => written.push(text),
      columns: () => columns
    })
    return { written, screen }
  }

  it("on a terminal takes the moving line away for a finished one, and puts it back", () => {
    const { written, screen } = record(80)
    screen.status("moving")
    screen.line("done")
    screen.result("result")
    assert.deepStrictEqual(written, ["moving", "\r\u001b[K", "done\n", "moving", "\r\u001b[K", "out:result\n"])
  })

  it("elsewhere writes plain lines only", () => {
    const { written, screen } = record(undefined)
    screen.status("moving")
    screen.line("done")
    screen.status(undefined)
    screen.result("result")
    assert.deepStrictEqual(written, ["done\n", "out:result\n"])
  })
})

describe("signals", () => {
  it("an echo of the first signal is not the second", () => {
    const seen: Array<string> = []
    const count = makeCounter({
      first: (name) => seen.push(`first ${name}`),
      second: (name) => seen.push(`second ${name}`)
    })
    count("Ctrl-C", 1000)
    count("Ctrl-C", 1000 + echoMillis)
    count("SIGTERM", 1001 + echoMillis)
    assert.deepStrictEqual(seen, ["first Ctrl-C", "second SIGTERM"])
  })
})
