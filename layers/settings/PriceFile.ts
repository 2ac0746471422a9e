/**
 * Reads the file of prices that `LUDENG_PRICES` names. What stands in it is checked with the other settings.
 */
import { readFileSync, statSync } from "node:fs"
import * as Effect from "effect/Effect"
import type { SettingProblem } from "../../schemas/Settings.ts"
import type { DocumentEntries, SettingEntries } from "../../src/settings/SettingEntries.ts"
import type { SettingPath } from "../../src/settings/Variables.ts"

const maximumBytes = 1_048_576

/** The entries with the file's contents in place of its path; without them, and a problem, where it can not be read. */
export const withPriceFile = (entries: SettingEntries): Effect.Effect<DocumentEntries> =>
  Effect.sync(() => {
    const entry = entries.get("prices")
    if (entry === undefined) return { entries, problems: [] }
    const read = contentsOf(String(entry.value))
    const rest = new Map<SettingPath, typeof entry>(entries)
    rest.delete("prices")
    if ("problem" in read) return { entries: rest, problems: [{ name: entry.name, ...read }] }
    return { entries: rest.set("prices", { ...entry, value: read.value }), problems: [] }
  })

const contentsOf = (file: string): { readonly value: unknown } | Omit<SettingProblem, "name"> => {
  let text: string
  try {
    // Looked at before it is opened: a pipe without a writer would hold the program.
    const status = statSync(file)
    if (!status.isFile() || status.size > maximumBytes) throw new Error("no such file")
    text = readFileSync(file, "utf8")
  } catch {
    return { problem: "can not be read", expected: "a readable, regular file of at most 1 MiB" }
  }
  try {
    return { value: JSON.parse(text) }
  } catch {
    return { problem: "is no JSON", expected: "a JSON file with a table of prices" }
  }
}
