/**
 * The lines of a `.env` that say nothing, though they are no comment: told by their number, never by their text, because a
 * key may stand there. Pure.
 */
import type { SettingProblem } from "../../schemas/Settings.ts"

// As effect's ConfigProvider reads it: what this does not match it passes over in silence.
const assignment =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/gm

/** A problem for the lines that can not be read; none where there are none. */
export const dotEnvProblems = (file: string, contents: string): ReadonlyArray<SettingProblem> => {
  const rest = contents
    .replace(/\r\n?/g, "\n")
    .replace(assignment, (lines) => lines.replace(/[^\n]/g, ""))
    .split("\n")
  const numbers = rest.flatMap((line, index) => (/^\s*(#|$)/.test(line) ? [] : [index + 1]))
  if (numbers.length === 0) return []
  const lines = numbers.length === 1 ? `line ${numbers[0]}` : `lines ${numbers.join(", ")}`
  return [{ name: file, problem: `${lines} can not be read`, expected: "NAME=value, or a comment after #" }]
}
