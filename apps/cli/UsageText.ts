/**
 * What is wrong with a command line, in words that never repeat it: a prompt in the wrong place is still a prompt, and
 * an error may be logged. Only what looks like a misspelled flag is named. Pure.
 */
import type * as CliError from "effect/cli/CliError"

/** The problems of a command line, one a line, and where to read on. */
export const usageText = ({ commandPath, errors }: CliError.ShowHelp): string => {
  const help = `see ${commandPath.join(" ")} --help`
  if (errors.length === 0) return `a command is missing, ${help}`
  return [...new Set(errors.map((error) => explanation(error, commandPath))), help].join("\n")
}

const explanation = (error: CliError.NonShowHelpErrors, path: ReadonlyArray<string>): string => {
  switch (error._tag) {
    case "UnrecognizedOption":
      return /^--[a-z][a-z-]*$/i.test(error.option)
        ? `there is no flag ${error.option}${meant(error.suggestions, "")}`
        : `no such flag; a prompt that begins with a dash goes last, after --, as in ${withPrompt(path)} -- "…"`
    case "UnknownSubcommand":
      return error.suggestions.length > 0
        ? `there is no such command${meant(error.suggestions, "ludeng ")}`
        : 'there is no such command, did you mean ludeng illustrate "…"?'
    case "UnexpectedArgument":
      return takesPrompt(path)
        ? "more words than one PROMPT: put it in quotes, and flags before --"
        : `${path.join(" ")} takes no words`
    case "InvalidValue": {
      const name = error.kind === "flag" ? `--${error.option}` : error.option.toUpperCase()
      const problem = error.value === "" ? "the value is missing" : "the value can not be used"
      return `${name}: ${problem}, expected ${expectation(error.expected)}`
    }
    case "MissingArgument":
    case "MissingOption":
    case "ValidationError":
      return error.message
    case "DuplicateOption":
    case "UserError":
      return "the command line can not be read"
  }
}

const meant = (suggestions: ReadonlyArray<string>, prefix: string): string =>
  suggestions[0] === undefined ? "" : `, did you mean ${prefix}${suggestions[0]}?`

const takesPrompt = (path: ReadonlyArray<string>): boolean =>
  path.at(-1) === "illustrate" || path.at(-1) === "enhance" || path.at(-1) === "generate"

const withPrompt = (path: ReadonlyArray<string>): string => (takesPrompt(path) ? path.join(" ") : "ludeng illustrate")

// The parser quotes the value in some of its expectations.
const expectation = (text: string): string => {
  if (text.startsWith("omit the value")) return "no value"
  const expected = text.replace(/^Expected:? /, "").replace(/, (?:got|actual) [^]*$/, "")
  return expected === "a string representing a finite number" ? "a number" : expected
}
