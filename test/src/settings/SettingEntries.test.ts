import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { requireKeys } from "../../../src/settings/RequireKeys.ts"
import * as Effect from "effect/Effect"
import {
  entriesOfDocument,
  entriesOfVariables,
  mergeEntries,
  settingsOf,
  type VariableLookup
} from "../../../src/settings/SettingEntries.ts"
import { settingReports } from "../../../src/settings/SettingReport.ts"
import type { SettingSource } from "../../../schemas/SettingsChange.ts"
import { isSecretForm } from "../../../src/settings/VariableForm.ts"
import { settingPaths, settingVariables, wideVariables } from "../../../src/settings/Variables.ts"

const lookupOf =
  (variables: Readonly<Record<string, string>>, source: SettingSource = "environment"): VariableLookup =>
  (name) => {
    const text = variables[name]
    return text === undefined ? undefined : { text, source }
  }
const fromVariables = (variables: Readonly<Record<string, string>>) =>
  Result.getOrThrow(settingsOf(entriesOfVariables(lookupOf(variables))))
const problemsOf = (variables: Readonly<Record<string, string>>) => {
  const result = settingsOf(entriesOfVariables(lookupOf(variables)))
  return Result.isFailure(result) ? result.failure : []
}
const fromCode = (document: unknown) => {
  const { entries, problems } = entriesOfDocument(document)
  return settingsOf(entries, problems)
}

const goodText = {
  key: "sk-good",
  secret: "a long passphrase",
  webhookUrl: "https://hooks.example.com/a?token=b",
  webhookSecret: "a secret of two",
  text: "some-text",
  url: "https://example.com/v1",
  milliseconds: "1234",
  longMilliseconds: "604800000",
  callers: "50",
  accounting: "sent",
  count: "7",
  rateLimits: "20/minute, 100/hour",
  dollars: "0.04",
  boolean: "true",
  protocol: "generic",
  store: "memory",
  keptPrompts: "omitted",
  budget: "2.5",
  priceFile: "prices.json",
  auditBodies: "hashed",
  bodyBytes: "1000",
  storeBytes: "5000000",
  retention: "1000000",
  imageRetention: "2592000000",
  imageBytes: "20000000000",
  providers: "deepseek"
} as const
const badText = {
  ...goodText,
  key: "sk bad",
  secret: "short",
  webhookUrl: "file:///etc/passwd",
  webhookSecret: "brief",
  url: "ftp://x",
  milliseconds: "30s",
  longMilliseconds: "7d",
  callers: "0",
  accounting: "guessed",
  count: "99",
  rateLimits: "many",
  dollars: "4 cents",
  boolean: "perhaps",
  protocol: "http",
  store: "paper",
  keptPrompts: "shredded",
  budget: "a lot",
  auditBodies: "clear",
  bodyBytes: "64 KiB",
  imageRetention: "30",
  imageBytes: "0",
  storeBytes: "1 GiB",
  retention: "90 days",
  providers: "openai"
}

/** The table itself is read from its file elsewhere. */
const readPaths = settingPaths.filter((path) => path !== "prices")

describe("settings as entries", () => {
  it("reads every variable of the table into its place, and reports it with its source", () => {
    const variables = Object.fromEntries(
      readPaths.map((path) => [settingVariables[path].name, goodText[settingVariables[path].form]])
    )
    const entries = entriesOfVariables(lookupOf(variables))
    const reports = settingReports(Result.getOrThrow(settingsOf(entries)), entries)
    assert.strictEqual(reports.length, settingPaths.length)
    for (const path of readPaths) {
      const { name, form } = settingVariables[path]
      const value = isSecretForm(form) ? "set" : goodText[form]
      assert.deepStrictEqual(
        reports.find((it) => it.name === name),
        { name, value, source: "environment" }
      )
    }
  })

  it("reports all bad values together, by the variable's name, and never a value", () => {
    const names = settingPaths.map((path) => settingVariables[path]).filter((variable) => variable.form !== "text")
    const problems = problemsOf(Object.fromEntries(names.map(({ name, form }) => [name, badText[form]])))
    assert.deepStrictEqual(problems.map((it) => it.name).toSorted(), names.map((it) => it.name).toSorted())
    for (const text of Object.values(badText)) assert.notInclude(problems.map((it) => it.problem).join(), text)
  })

  it("names the variable for several places once, when its value is bad", () => {
    assert.deepStrictEqual(problemsOf({ NANOBANANA_ATTEMPT_TIMEOUT: "soon" }), [
      {
        name: "NANOBANANA_ATTEMPT_TIMEOUT",
        problem: "the value can not be used",
        expected: "a whole number of milliseconds from 1 to 86400000"
      }
    ])
  })

  it("a key pasted into the wrong variable is not told", () => {
    const secret = "sk-0123456789abcdef"
    const variables = [...settingPaths.map((path) => settingVariables[path]), ...wideVariables]
    const told = JSON.stringify(problemsOf(Object.fromEntries(variables.map(({ name }) => [name, secret]))))
    assert.include(told, "DEEPSEEK_TIMEOUT")
    assert.notInclude(told, secret)
  })

  it("the attempt timeout of one operation wins over that of all", () => {
    const { attemptTimeout } = fromVariables({
      NANOBANANA_ATTEMPT_TIMEOUT: "1000",
      NANOBANANA_STATUS_ATTEMPT_TIMEOUT: "2000"
    }).nanobanana
    assert.deepStrictEqual(
      [attemptTimeout.submit, attemptTimeout.status, attemptTimeout.cancel, attemptTimeout.download].map(
        Duration.toMillis
      ),
      [1000, 2000, 1000, 1000]
    )
  })

  it("blank text is no value, and the placeholder is no key", () => {
    const settings = fromVariables({
      DEEPSEEK_TIMEOUT: "  ",
      DEEPSEEK_API_KEY: "your_api_key_here",
      NANOBANANA_API_KEY: " "
    })
    assert.strictEqual(Duration.toMillis(settings.deepseek.timeout), 30_000)
    assert.isUndefined(settings.deepseek.apiKey)
    assert.isUndefined(settings.nanobanana.apiKey)
  })

  it("takes the plain object with keys, URLs, limits and times as it stands", () => {
    const settings = Result.getOrThrow(
      fromCode({
        deepseek: {
          apiKey: "sk-a",
          baseURL: "https://api.deepseek.com/v1",
          timeout: 30_000,
          retryLimit: 3,
          rateLimit: { requests: 100, window: 3600 }
        },
        nanobanana: {
          apiKey: Redacted.make(" nb-b "),
          baseURL: "https://api.nanobanana.com/v1",
          timeout: 180_000,
          retryLimit: 2,
          rateLimit: { requests: 50, window: 3600 }
        }
      })
    )
    assert.strictEqual(Redacted.value(settings.deepseek.apiKey ?? Redacted.make("")), "sk-a")
    assert.strictEqual(Redacted.value(settings.nanobanana.apiKey ?? Redacted.make("")), "nb-b")
    assert.deepStrictEqual(settings.nanobanana.rateLimit, { requests: 50, window: 3600 })
    assert.notInclude(JSON.stringify(settings), "sk-a")
  })

  it("refuses fields that do not exist, and says which do", () => {
    const { problems } = entriesOfDocument({ deepseek: { timeOut: 1 }, nanobanana: 5, color: "red" })
    assert.deepStrictEqual(
      problems.map((it) => it.name),
      ["deepseek.timeOut", "nanobanana", "color"]
    )
    assert.include(problems[0]?.expected, "attemptTimeout")
  })

  it("a field that does not exist hides no other bad value", () => {
    const result = fromCode({ deepseek: { apiKey: "ok", timeout: "canary", bogus: 1 }, nanobanana: { retryLimit: 99 } })
    assert.deepStrictEqual(Result.isFailure(result) ? result.failure.map((it) => it.name) : [], [
      "deepseek.bogus",
      "deepseek.timeout",
      "nanobanana.retryLimit"
    ])
  })

  it("reports every bad value of a document", () => {
    const result = fromCode({
      deepseek: { timeout: -1, baseURL: "http://a:b@c" },
      nanobanana: { attemptTimeout: { submit: 0 }, pollCap: "1" }
    })
    assert.deepStrictEqual(Result.isFailure(result) ? result.failure.map((it) => it.name) : [], [
      "deepseek.timeout",
      "deepseek.baseURL",
      "nanobanana.attemptTimeout.submit",
      "nanobanana.pollCap"
    ])
  })

  it("a stronger source wins value by value", () => {
    const weaker = entriesOfVariables(lookupOf({ DEEPSEEK_TIMEOUT: "1", DEEPSEEK_MODEL: "a" }, ".env"))
    const merged = mergeEntries(weaker, entriesOfVariables(lookupOf({ DEEPSEEK_TIMEOUT: "2" })))
    const { deepseek } = Result.getOrThrow(settingsOf(merged))
    assert.deepStrictEqual([Duration.toMillis(deepseek.timeout), deepseek.model], [2, "a"])
    assert.deepStrictEqual(
      [...merged.values()].map((it) => it.source),
      ["environment", ".env"]
    )
  })

  it.effect("asks only for the keys of the providers that are named", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(requireKeys(fromVariables({})))
      assert.deepStrictEqual(
        error.problems.map((it) => it.name),
        ["DEEPSEEK_API_KEY", "NANOBANANA_API_KEY"]
      )
      yield* requireKeys(fromVariables({ LUDENG_PROVIDERS: "deepseek", DEEPSEEK_API_KEY: "sk-a" }))
    })
  )
})

describe("settings that need each other", () => {
  const url = "https://hooks.example.com/alerts?token=canary"
  const secret = "canary of two"

  it("a webhook without what signs it, and the other way round, is refused by the name of what is missing", () => {
    const lacking = (variables: Readonly<Record<string, string>>) =>
      problemsOf(variables).map(({ name, problem }) => `${name} ${problem}`)
    assert.deepStrictEqual(lacking({ LUDENG_ALERT_WEBHOOK_URL: url }), [
      "LUDENG_ALERT_WEBHOOK_SECRET is missing, and LUDENG_ALERT_WEBHOOK_URL is set"
    ])
    assert.deepStrictEqual(lacking({ LUDENG_ALERT_WEBHOOK_SECRET: secret }), [
      "LUDENG_ALERT_WEBHOOK_URL is missing, and LUDENG_ALERT_WEBHOOK_SECRET is set"
    ])
    assert.deepStrictEqual(lacking({ LUDENG_ALERT_WEBHOOK_URL: url, LUDENG_ALERT_WEBHOOK_SECRET: "short" }), [
      "LUDENG_ALERT_WEBHOOK_SECRET the value can not be used"
    ])
    assert.deepStrictEqual(lacking({ LUDENG_ALERT_WEBHOOK_URL: url, LUDENG_ALERT_WEBHOOK_SECRET: secret }), [])
  })

  it("a webhook is an http or https URL without user or fragment", () => {
    const isTaken = (text: string) =>
      problemsOf({ LUDENG_ALERT_WEBHOOK_URL: text, LUDENG_ALERT_WEBHOOK_SECRET: secret }).length === 0
    assert.isTrue(["http://alerts.internal:9000/a", url].every(isTaken))
    const bad = [
      "ftp://a.example",
      "a.example/hook",
      "https://user:word@a.example",
      "https://a.example/#b",
      "javascript:1"
    ]
    assert.deepStrictEqual(bad.filter(isTaken), [])
  })

  it("neither is shown, in code as in variables", () => {
    const both = fromVariables({ LUDENG_ALERT_WEBHOOK_URL: url, LUDENG_ALERT_WEBHOOK_SECRET: secret })
    const entries = entriesOfDocument({ alerts: { webhookUrl: url, webhookSecret: secret } }).entries
    const shownTexts = JSON.stringify([both, settingReports(both, entries), [...entries], inspect(both, { depth: 9 })])
    assert.include(shownTexts, "LUDENG_ALERT_WEBHOOK_URL")
    assert.notInclude(shownTexts, "canary")
  })
})
