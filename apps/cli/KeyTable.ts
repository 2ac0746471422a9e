/**
 * Keys as a person reads them: their names and how they stand. Pure.
 */
import type { KeyRecord } from "../../schemas/Key.ts"
import { columnLines } from "./Columns.ts"
import type { KeyFinding } from "./KeyQuestion.ts"

/** The keys, one a line, under a head. **Units** `now` in milliseconds since 1970. */
export const keyTable = (records: ReadonlyArray<KeyRecord>, now: number): ReadonlyArray<string> => {
  if (records.length === 0) return ["there is no key; keep one: ludeng keys add deepseek"]
  const rows = records.map((it) => [
    it.id,
    it.scope,
    stateText(it),
    it.source === "settings" ? "-" : span(now - it.addedAt),
    it.account,
    it.lastUsedAt === undefined ? "-" : `${span(now - it.lastUsedAt)} ago`,
    it.source === "settings" ? "settings" : "vault",
    it.origin
  ])
  return columnLines([["ID", "PROVIDER", "STATE", "AGE", "ACCOUNT", "LAST USED", "FROM", "FOR"], ...rows])
}

/** What was done, and how the others of the account stand. */
export const addedLines = (
  record: KeyRecord,
  all: ReadonlyArray<KeyRecord>,
  check: KeyFinding,
  file: string
): ReadonlyArray<string> => [
  `✔ ${record.id} is kept for ${record.scope} in ${file}`,
  ...(check.state === "known" ? ["  the provider knows it"] : [`  not checked: ${check.detail}`]),
  ...rotatedLines(record, all)
]

/** Which key is used from now on. */
export const rotatedLines = (record: KeyRecord, all: ReadonlyArray<KeyRecord>): ReadonlyArray<string> => {
  const others = all.filter((it) => it.scope === record.scope && it.id !== record.id)
  const used = all.find((it) => it.scope === record.scope && it.state._tag === "Active")
  const draining = others.filter(({ state }) => state._tag === "Draining").map(({ id }) => id)
  return [
    used?.id === record.id ? "  new calls use it" : `  it stands by: new calls use ${used?.id ?? "none"}`,
    ...(draining.length === 0 ? [] : [`  ${draining.join(", ")} end with the calls that hold them`])
  ]
}

/** What the providers said of keys. */
export const verdictLines = (
  found: ReadonlyArray<{ readonly record: KeyRecord; readonly finding: KeyFinding }>
): ReadonlyArray<string> =>
  found.length === 0
    ? ["there is no key to ask about"]
    : columnLines(found.map(({ finding, record }) => [record.id, record.scope, words[finding.state], finding.detail]))

const words = { known: "✔ known", unknown: "✖ not known", notAsked: "not asked", unreachable: "? no answer" } as const

const stateText = ({ state }: KeyRecord): string => {
  switch (state._tag) {
    case "Active":
      return "active"
    case "SetAside":
      return "set aside"
    case "Draining":
      return "draining"
    case "Retired":
      return { Drained: "retired", Rejected: "retired (rejected)", ByHand: "retired (by hand)" }[state.because]
  }
}

const units = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"]
] as const

/** A clock that was moved back makes no age below nothing. */
const span = (millis: number): string => {
  const [size, name] = units.find(([size]) => millis >= size) ?? [1_000, "s"]
  return `${Math.max(0, Math.floor(millis / size))} ${name}`
}
