/** What is told of settings that are wrong: which rule, which limit, which other setting; and never a text of the user's. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { problemsOfLimitDocument, problemsOfLimitText } from "../../../src/settings/RateLimitProblems.ts"
import {
  checkEntries,
  entriesOfDocument,
  entriesOfVariables,
  mergeEntries,
  settingsOf
} from "../../../src/settings/SettingEntries.ts"
import { makeLiveSettings } from "../../../src/settings/SettingsInMemory.ts"

const variables = (values: Readonly<Record<string, string>>) =>
  entriesOfVariables((name) => {
    const text = values[name]
    return text === undefined ? undefined : { text, source: "environment" }
  })

const linesOf = (result: ReturnType<typeof settingsOf>): ReadonlyArray<string> =>
  Result.isFailure(result) ? result.failure.map((it) => `${it.name} ${it.problem}, ${it.expected}`) : []

describe("limits that can not be used", () => {
  it("are told by the rule that is broken and the limit that breaks it", () => {
    const told: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      ["500/minute, 100/hour", ["the minute allows more requests than the hour"]],
      ["100/hour, 20/minute, 30/minute", ["the minute is limited twice"]],
      ["0/minute, 0/hour", ["the requests per minute are out of range", "the requests per hour are out of range"]],
      ["20/minute, 100/fortnight", ["limit 2 has a unit that is not second, minute, hour or day"]],
      ["20/constructor", ["the limit has a unit that is not second, minute, hour or day"]],
      ["20/minute,", ["limit 2 is not requests, a slash and a unit"]],
      ["many/hour, 5/day", ["limit 1 has no whole number of requests before the slash"]],
      ["1000001/hour", ["the requests per hour are out of range"]],
      ["20/minute, 100/hour", []]
    ]
    for (const [text, problems] of told) assert.deepStrictEqual(problemsOfLimitText(text), problems, text)
  })

  it("in code too", () => {
    const told: ReadonlyArray<readonly [unknown, ReadonlyArray<string>]> = [
      [{ requests: 0, window: 60 }, ["the requests per minute are out of range"]],
      [{ requests: 20, window: 0 }, ["the window of 0 seconds is out of range"]],
      [[{ requests: 20 }], ["limit 1 has no whole number of seconds as window"]],
      [
        "20/minute",
        ["the limit has no whole number as requests", "the limit has no whole number of seconds as window"]
      ],
      [
        [
          { requests: 10, window: 90 },
          { requests: 11, window: 60 }
        ],
        ["the minute allows more requests than the 90 seconds"]
      ],
      [null, ["the limit has no whole number as requests", "the limit has no whole number of seconds as window"]]
    ]
    for (const [value, problems] of told) assert.deepStrictEqual(problemsOfLimitDocument(value), problems)
  })

  it("stand with the problem of the setting", () => {
    const [line] = linesOf(settingsOf(variables({ NANOBANANA_STATUS_RATE_LIMITS: "9/minute, 5/hour" })))
    assert.match(
      line ?? "",
      /^NANOBANANA_STATUS_RATE_LIMITS the value can not be used \(the minute allows more requests than the hour\), /
    )
  })
})

describe("settings that do not go together", () => {
  it("are told by the one that is given, and by the other", () => {
    const lines = linesOf(
      settingsOf(
        variables({
          DEEPSEEK_CACHE_TTL: "2000",
          DEEPSEEK_CACHE_STALE: "1000",
          DEEPSEEK_BACKOFF_BASE: "30000",
          NANOBANANA_BACKOFF_CAP: "400",
          NANOBANANA_POLL_CAP: "1000",
          DEEPSEEK_TIMEOUT: "0"
        })
      )
    )
    assert.deepStrictEqual(lines.toSorted(), [
      "DEEPSEEK_BACKOFF_BASE is above DEEPSEEK_BACKOFF_CAP, which has its default, at most DEEPSEEK_BACKOFF_CAP",
      "DEEPSEEK_CACHE_STALE is below DEEPSEEK_CACHE_TTL, at least DEEPSEEK_CACHE_TTL",
      "DEEPSEEK_TIMEOUT the value can not be used, a whole number of milliseconds from 1 to 86400000",
      "NANOBANANA_BACKOFF_CAP is below NANOBANANA_BACKOFF_BASE, which has its default, at least NANOBANANA_BACKOFF_BASE",
      "NANOBANANA_POLL_CAP is below NANOBANANA_POLL_FIRST, which has its default, at least NANOBANANA_POLL_FIRST"
    ])
  })

  it("may be equal, and are named as they were given", () => {
    const { entries } = entriesOfDocument({ deepseek: { cacheTtl: 1_000, cacheStale: 1_000, backoffBase: 21_000 } })
    assert.deepStrictEqual(linesOf(settingsOf(entries)), [
      "deepseek.backoffBase is above deepseek.backoffCap, which has its default, at most deepseek.backoffCap"
    ])
    const merged = mergeEntries(variables({ DEEPSEEK_BACKOFF_CAP: "20" }), entries)
    assert.deepStrictEqual(
      checkEntries(merged).problems.map((it) => `${it.name} ${it.problem}`),
      ["DEEPSEEK_BACKOFF_CAP is below deepseek.backoffBase"]
    )
  })

  it.effect("are refused of a change too, and the settings before it stay in force", () =>
    Effect.gen(function* () {
      const settings = yield* makeLiveSettings({ code: entriesOfDocument({ deepseek: { cacheTtl: 5_000 } }) })
      const { problems } = yield* Effect.flip(
        settings.update({ deepseek: { cacheStale: 4_000, rateLimit: { requests: 0, window: 60 } } })
      )
      assert.deepStrictEqual(
        problems.map((it) => it.name),
        ["deepseek.rateLimit", "deepseek.cacheStale"]
      )
      assert.strictEqual((yield* settings.current).version, 1)
    })
  )
})
