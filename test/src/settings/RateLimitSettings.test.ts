/**
 * Limits of rates as people write them, from every source, and what is refused of them, at the start and while the
 * program runs.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { entriesOfDocument, entriesOfVariables, settingsOf } from "../../../src/settings/SettingEntries.ts"
import { rateLimitsText, settingReports } from "../../../src/settings/SettingReport.ts"
import { makeLiveSettings } from "../../../src/settings/SettingsInMemory.ts"

const fromVariables = (variables: Readonly<Record<string, string>>, source: "environment" | ".env" = "environment") =>
  settingsOf(
    entriesOfVariables((name) => {
      const text = variables[name]
      return text === undefined ? undefined : { text, source }
    })
  )

const fromCode = (document: unknown) => {
  const { entries, problems } = entriesOfDocument(document)
  return settingsOf(entries, problems)
}

const namesOf = (result: ReturnType<typeof fromCode>): ReadonlyArray<string> =>
  Result.isFailure(result) ? result.failure.map((it) => it.name) : []

const badTexts = [
  "0/minute",
  "-5/minute",
  "20/-1 minutes",
  "20/fortnight",
  "20/min",
  "1.5/minute",
  "20 per minute",
  "20/minute,",
  "1000001/hour",
  "500/minute, 100/hour",
  "100/hour, 20/minute, 30/minute",
  "none, 20/minute",
  "many"
]

const badLimits: ReadonlyArray<unknown> = [
  { requests: 0, window: 60 },
  { requests: -1, window: 60 },
  { requests: 1.5, window: 60 },
  { requests: Number.NaN, window: 60 },
  { requests: 20, window: 0 },
  { requests: 20, window: -60 },
  { requests: 20, window: 2_678_401 },
  { requests: 20 },
  { requests: "20", window: "60" },
  [
    { requests: 500, window: 60 },
    { requests: 100, window: 3600 }
  ],
  [
    { requests: 20, window: 60 },
    { requests: 30, window: 60 }
  ],
  "20/minute"
]

describe("limits of rates", () => {
  it("have defaults, and bind completions and paid submits only", () => {
    const { deepseek, nanobanana } = Result.getOrThrow(fromVariables({}))
    assert.deepStrictEqual(
      [rateLimitsText(deepseek.rateLimit), rateLimitsText(nanobanana.rateLimit)],
      ["100/hour", "50/hour"]
    )
    assert.deepStrictEqual([deepseek.rateLimits, nanobanana.rateLimits], [{}, {}])
    for (const provider of [deepseek, nanobanana]) {
      assert.deepStrictEqual([provider.concurrency, provider.queueLimit, provider.accounting], [5, 1_000, "answered"])
    }
  })

  it("are read from variables into every operation that has them, and reported as they were written", () => {
    const variables = {
      DEEPSEEK_RATE_LIMITS: "20/minute, 100/hour",
      DEEPSEEK_PROBE_RATE_LIMITS: "5/second",
      NANOBANANA_RATE_LIMITS: "none",
      NANOBANANA_STATUS_RATE_LIMITS: "600/minute",
      NANOBANANA_DOWNLOAD_RATE_LIMITS: "1/day"
    }
    for (const source of ["environment", ".env"] as const) {
      const entries = entriesOfVariables((name) => {
        const text = (variables as Readonly<Record<string, string>>)[name]
        return text === undefined ? undefined : { text, source }
      })
      const reports = settingReports(Result.getOrThrow(settingsOf(entries)), entries)
      for (const [name, value] of Object.entries(variables)) {
        assert.deepStrictEqual(
          reports.find((it) => it.name === name),
          { name, value, source }
        )
      }
    }
  })

  it("are taken from code as one limit, as a list in any order, and as an empty list", () => {
    const hour = { requests: 100, window: 3600 }
    const minute = { requests: 20, window: 60 }
    for (const rateLimit of [hour, [hour, minute], []]) {
      const settings = Result.getOrThrow(
        fromCode({ deepseek: { rateLimit }, nanobanana: { rateLimits: { status: rateLimit } } })
      )
      assert.deepStrictEqual(settings.deepseek.rateLimit, rateLimit)
      assert.deepStrictEqual(settings.nanobanana.rateLimits.status, rateLimit)
    }
  })

  for (const text of badTexts) {
    it(`as a variable, "${text}" is refused`, () => {
      for (const source of ["environment", ".env"] as const) {
        const result = fromVariables({ DEEPSEEK_RATE_LIMITS: text }, source)
        assert.deepStrictEqual(namesOf(result), ["DEEPSEEK_RATE_LIMITS"])
        const [problem] = Result.isFailure(result) ? result.failure : []
        assert.include(problem?.expected, "limits such as 20/minute, 100/hour")
        assert.notInclude(problem?.problem, text)
      }
    })
  }

  for (const limit of badLimits) {
    it(`in code, ${JSON.stringify(limit)} is refused`, () => {
      assert.deepStrictEqual(
        namesOf(fromCode({ deepseek: { rateLimit: limit }, nanobanana: { rateLimits: { download: limit } } })),
        ["deepseek.rateLimit", "nanobanana.rateLimits.download"]
      )
    })
  }

  it("are refused together with every other bad setting of the protection", () => {
    const variables = {
      DEEPSEEK_RATE_LIMITS: "0/hour",
      DEEPSEEK_PROBE_RATE_LIMITS: "-1/hour",
      DEEPSEEK_CONCURRENCY: "0",
      DEEPSEEK_QUEUE_LIMIT: "-1",
      DEEPSEEK_ACCOUNTING: "guessed",
      DEEPSEEK_CACHE_TTL: "0",
      NANOBANANA_RATE_LIMITS: "60/minute, 50/hour",
      NANOBANANA_STATUS_RATE_LIMITS: "1/century",
      NANOBANANA_DOWNLOAD_RATE_LIMITS: "1",
      NANOBANANA_CONCURRENCY: "1.5"
    }
    assert.deepStrictEqual(namesOf(fromVariables(variables)).toSorted(), Object.keys(variables).toSorted())
  })
})

describe("limits that are changed while the program runs", () => {
  const document: SettingsDocument = { deepseek: { rateLimit: { requests: 20, window: 60 }, concurrency: 3 } }

  it.effect("are refused whole, with every problem, and the old settings stay in force", () =>
    Effect.gen(function* () {
      const settings = yield* makeLiveSettings({ code: entriesOfDocument(document) })
      const before = yield* settings.current
      for (const bad of badLimits) {
        const change = {
          deepseek: { rateLimit: bad, concurrency: 4, queueLimit: 0 },
          nanobanana: { rateLimits: { status: bad }, accounting: "guessed" }
        } as unknown as SettingsDocument
        const error = yield* Effect.flip(settings.update(change))
        assert.deepStrictEqual(error.problems.map((it) => it.name).toSorted(), [
          "deepseek.queueLimit",
          "deepseek.rateLimit",
          "nanobanana.accounting",
          "nanobanana.rateLimits.status"
        ])
      }
      const after = yield* settings.current
      assert.deepStrictEqual([after.version, after.settings === before.settings], [1, true])
    })
  )

  it.effect("replace the limit whole, and leave what is not named", () =>
    Effect.gen(function* () {
      const settings = LiveSettings.of(yield* makeLiveSettings({ code: entriesOfDocument(document) }))
      const tiers = [
        { requests: 5, window: 1 },
        { requests: 50, window: 60 }
      ]
      const { settings: changed } = yield* settings.update({ deepseek: { rateLimit: tiers } })
      assert.deepStrictEqual([changed.deepseek.rateLimit, changed.deepseek.concurrency], [tiers, 3])
    })
  )
})
