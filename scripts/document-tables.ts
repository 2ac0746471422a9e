/**
 * The tables of the documents that the code decides: the recovery table, the reference of settings, the endpoints. A test compares
 * the documents with them; `node scripts/document-tables.ts` writes them anew.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Schema from "effect/Schema"
import { Outcome, Payment } from "../schemas/Provider.ts"
import { type ApiReason, categoryOf, type RejectionReason, reasonTags } from "../schemas/Reason.ts"
import { Settings } from "../schemas/Settings.ts"
import { alertRules } from "../src/alerts/AlertRules.ts"
import { rejectionFallback } from "../src/policy/fallback/FallbackTable.ts"
import { recover, recoveryRows } from "../src/policy/recovery/Recovery.ts"
import { isRejectionRetryable } from "../src/policy/recovery/RejectionTable.ts"
import { settingsAtStart } from "../src/settings/AtStart.ts"
import { settingReports } from "../src/settings/SettingReport.ts"
import { settingPaths, settingVariables, wideVariables } from "../src/settings/Variables.ts"
import { expectedOf } from "../src/settings/VariableForm.ts"
import { metricCatalog, type MetricEntry } from "../src/telemetry/MetricCatalog.ts"
import { root } from "./command.ts"
import { endpointTable, statusTable } from "./http-tables.ts"

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n")

const yesNo = (value: boolean): string => (value ? "yes" : "no")

/** What follows from each reason, as long as nothing may have been paid. */
const recovery = (): string =>
  table(
    [
      "reason",
      "category",
      "retry: free",
      "retry: metered",
      "retry: paid submit",
      "breaker",
      "key",
      "stand-in allowed",
      "alert",
      "try again later"
    ],
    (Object.keys(recoveryRows) as ReadonlyArray<ApiReason["_tag"]>).map((tag) => {
      const row = recoveryRows[tag]
      const rules = Payment.literals.map((payment) => recover({ _tag: tag }, payment, "Refused").retry)
      return [
        `\`${tag}\``,
        categoryOf({ _tag: tag }),
        ...rules,
        row.breaker,
        row.key,
        yesNo(row.fallback),
        yesNo(row.alert),
        yesNo(row.isRetryable)
      ]
    })
  )

/** The metrics that are made of events and doors. */
const metrics = (): string =>
  table(
    ["metric", "kind", "labels", "says"],
    Object.entries<MetricEntry>(metricCatalog).map(([name, { description, kind, labels }]) => [
      `\`${name}\``,
      kind,
      labels.map((it) => `\`${it}\``).join(", "),
      description
    ])
  )

/** What becomes of reserved money, by what a repetition may cost and what became of the request. */
const money = (): string =>
  table(
    ["payment", ...Outcome.literals.map((outcome) => `\`${outcome}\``)],
    Payment.literals.map((payment) => [
      `\`${payment}\``,
      ...Outcome.literals.map((outcome) => recover({ _tag: "ServerFailed" }, payment, outcome).money)
    ])
  )

/** What is to be waited for, where that depends on more than the reason's name. */
const waits: { readonly [T in RejectionReason["_tag"]]?: string } = {
  StorageFailed: "after a full disk, or a locked ledger",
  BudgetExhausted: "when its day or month is over"
}

const rejections = (): string =>
  table(
    ["reason", "try again later", "stand-in allowed"],
    reasonTags
      .filter(
        (tag): tag is RejectionReason["_tag"] => categoryOf({ _tag: tag }) === "rejection" || tag === "StorageFailed"
      )
      .map((tag) => [
        `\`${tag}\``,
        waits[tag] ?? yesNo(isRejectionRetryable({ _tag: tag } as RejectionReason)),
        yesNo(rejectionFallback[tag])
      ])
  )

const owners = { provider: "the provider's", ours: "ours" } as const

const settings = (): string => {
  const defaults = new Map(
    settingReports(Schema.decodeUnknownSync(Settings)({}), new Map()).map((report) => [report.name, report.value])
  )
  const shown = (name: string): string => {
    const value = defaults.get(name) ?? "unset"
    return value === "unset" || value === "missing" ? "" : `\`${value}\``
  }
  return table(
    ["setting", "variable", "default", "whose default", "expected of the variable", "changes", "what it is"],
    [
      ...settingPaths.map((path) => {
        const { about, defaultFrom, form, name } = settingVariables[path]
        const value = shown(name)
        const owner = value === "" ? "" : owners[defaultFrom]
        const changes = settingsAtStart.has(path) ? "at the next start" : "while it runs"
        return [`\`${path}\``, `\`${name}\``, value, owner, expectedOf(form), changes, about]
      }),
      ...wideVariables.map(({ about, form, name }) => ["", `\`${name}\``, "", "", expectedOf(form), "", about])
    ]
  )
}

/** The alerts: when each is raised, and when it is over. */
const alerts = (): string =>
  table(
    ["alert", "raised when", "critical from", "resolved below", "for", "what to do"],
    Object.entries(alertRules).map(([name, rule]) => [
      `\`${name}\``,
      rule.when,
      Number.isFinite(rule.criticalAt) ? String(rule.criticalAt) : "",
      String(rule.resolveBelow),
      `${rule.holdMillis / 1_000} s`,
      rule.remedy
    ])
  )

/** The tables by name, and the document each stands in. */
export const documentTables: ReadonlyArray<{
  readonly name: string
  readonly document: string
  readonly make: () => string
}> = [
  { name: "alerts", document: "docs/guide/alerts.md", make: alerts },
  { name: "metrics", document: "docs/guide/telemetry.md", make: metrics },
  { name: "recovery", document: "docs/guide/errors.md", make: recovery },
  { name: "money", document: "docs/guide/errors.md", make: money },
  { name: "rejections", document: "docs/guide/errors.md", make: rejections },
  { name: "settings", document: "docs/guide/configuration.md", make: settings },
  {
    name: "endpoints",
    document: "docs/guide/http.md",
    make: () => table(["endpoint", "scope", "what it does"], endpointTable())
  },
  { name: "statuses", document: "docs/guide/http.md", make: () => table(["status", "reasons"], statusTable()) }
]

/** The document with the table of this name in its place, between the two comments that mark it. */
export const withTable = (text: string, name: string, content: string): string => {
  const begin = `<!-- ${name}: written by scripts/document-tables.ts -->`
  const end = `<!-- ${name}: end -->`
  const [before, rest] = text.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`no place for the table ${name}`)
  return `${before}${begin}\n\n${content}\n\n${end}${after}`
}

if (import.meta.main) {
  for (const { document, make, name } of documentTables) {
    const file = path.join(root, document)
    fs.writeFileSync(file, withTable(fs.readFileSync(file, "utf8"), name, make()))
  }
}
