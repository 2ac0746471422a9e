/**
 * The audit as objects for `--json` and as lines for a person. Pure.
 */
import type { AuditEntry, AuditReport, KeptBodies, KeptBody } from "../../schemas/Audit.ts"
import { explain, sumOf } from "../../src/audit/Explain.ts"
import { findingText } from "../../src/audit/FindingText.ts"
import { columnLines } from "./Columns.ts"
import { bytesText, dollarsText, plainText, secondsText } from "./Text.ts"

const timeText = (at: number): string => new Date(at).toISOString().replace("T", " ").replace("Z", "")

/** Rows as a table, in the order they come. */
export const rowLines = (entries: ReadonlyArray<AuditEntry>): ReadonlyArray<string> =>
  entries.length === 0
    ? ["There are no rows."]
    : columnLines([
        ["ROW", "TIME (UTC)", "WHAT", "OF", "OUTCOME", "CALL"],
        ...entries.map(({ row, sequence }) => [
          String(sequence),
          timeText(row.at),
          plainText(row.kind),
          plainText([row.provider ?? row.scope, row.operation ?? row.keyId].filter((it) => it !== undefined).join(" ")),
          plainText([row.outcome, row.reason?.["_tag"] ?? row.because].filter((it) => it !== undefined).join(" ")),
          plainText(row.callId ?? "-")
        ])
      ])

/** A row as an object. */
export const entryJson = ({ row, sequence }: AuditEntry) => ({ sequence, ...row })

/** One row with everything in it. */
export const entryLines = (entry: AuditEntry, bodies: KeptBodies | undefined): ReadonlyArray<string> => [
  ...Object.entries(entryJson(entry)).map(
    ([name, value]) => `${name.padEnd(18)} ${plainText(typeof value === "string" ? value : JSON.stringify(value))}`
  ),
  ...bodyLines("request", bodies?.request),
  ...bodyLines("answer", bodies?.answer)
]

const bodyLines = (name: string, body: KeptBody | undefined): ReadonlyArray<string> =>
  body === undefined ? [] : ["", `${name}, ${bytesText(body.bytes)}${body.isCut ? ", cut" : ""}:`, plainText(body.text)]

/** The decisions of a call. */
export const explainLines = (callId: string, entries: ReadonlyArray<AuditEntry>): ReadonlyArray<string> => {
  const { attempts, costUsdMicros, retries, waitMillis } = sumOf(entries)
  const cost = costUsdMicros === null ? "cost unknown" : dollarsText(costUsdMicros)
  return [
    `call ${plainText(callId)}, ${timeText(entries[0]?.row.at ?? 0)} UTC`,
    ...explain(entries).map(
      ({ afterMillis, text }) => `${`+${secondsText(afterMillis)}`.padStart(10)}  ${plainText(text)}`
    ),
    `in all: ${attempts} request${attempts === 1 ? "" : "s"}, ${retries} of them again, waited ${secondsText(waitMillis)}, ${cost}`
  ]
}

/** The decisions as an object. */
export const explainJson = (callId: string, entries: ReadonlyArray<AuditEntry>) => ({
  callId,
  decisions: explain(entries),
  ...sumOf(entries),
  rows: entries.map(entryJson)
})

/** What a verification came to. */
export const verifyLines = (report: AuditReport): ReadonlyArray<string> => [
  report.findings.length === 0
    ? `✔ ${countText(report)}: whole, in order, and as they were written`
    : `✘ ${countText(report)}: not as they were written`,
  ...report.findings.map((finding) => `  ${findingText(finding)}`),
  ...(report.furtherFindings === 0 ? [] : [`  and ${report.furtherFindings} more`]),
  ...(report.end === undefined
    ? []
    : [
        `  the end is ${report.end.sequence}:${report.end.link} (note it elsewhere: audit verify --noted finds it later)`
      ])
]

const countText = ({ removed, rows }: AuditReport): string =>
  `${rows} row${rows === 1 ? "" : "s"}${removed === 0 ? "" : ` (${removed} before them removed by age or size)`}`

/** The same as an object. */
export const verifyJson = (report: AuditReport) => ({
  isWhole: report.findings.length === 0,
  rows: report.rows,
  removed: report.removed,
  end: report.end ?? null,
  findings: report.findings.map((finding) => ({ ...finding, text: findingText(finding) })),
  furtherFindings: report.furtherFindings
})
