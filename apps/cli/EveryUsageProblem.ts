/**
 * All that is wrong with the flags of a command line, and not only the first: the parser stops at a value that it can not
 * read, so the line is read again without that flag, with commands that do nothing, until nothing is wrong any more.
 */
import type * as CliError from "effect/cli/CliError"
import * as Effect from "effect/Effect"

/** A line without a flag, and without the value after it. What comes after `--` is no flag. */
export const withoutFlag = (args: ReadonlyArray<string>, name: string): ReadonlyArray<string> => {
  const end = args.indexOf("--")
  const flags = end < 0 ? args : args.slice(0, end)
  const kept: Array<string> = []
  for (let at = 0; at < flags.length; at++) {
    const arg = flags[at] ?? ""
    if (arg === `--${name}`) at += 1
    else if (!arg.startsWith(`--${name}=`)) kept.push(arg)
  }
  return [...kept, ...(end < 0 ? [] : args.slice(end))]
}

/** Whether a failure tells of a command line that can not be read. */
export const isShowHelp = (error: unknown): error is CliError.ShowHelp =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "ShowHelp"

/**
 * The problems that `first` had, and those of the rest of the line. `read` reads a line and does nothing else: its
 * commands are empty.
 */
export const everyUsageProblem = <R>(
  args: ReadonlyArray<string>,
  first: CliError.ShowHelp,
  read: (args: ReadonlyArray<string>) => Effect.Effect<void, unknown, R>
): Effect.Effect<CliError.ShowHelp["errors"], never, R> =>
  Effect.gen(function* () {
    const found = [...first.errors]
    let rest = args
    let last: CliError.ShowHelp["errors"] = first.errors
    // Each round takes a flag off the line.
    while (rest.length > 0) {
      const shorter = last.reduce(
        (line, error) =>
          error._tag === "InvalidValue" && error.kind === "flag" ? withoutFlag(line, error.option) : line,
        rest
      )
      if (shorter.length === rest.length) return found
      rest = shorter
      const again = yield* Effect.result(read(rest))
      if (again._tag === "Success" || !isShowHelp(again.failure)) return found
      last = again.failure.errors
      found.push(...last)
    }
    return found
  })
