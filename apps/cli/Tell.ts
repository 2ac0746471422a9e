/**
 * Tells a person or a program how a run went wrong.
 */
import { failureReport, messageOf, type RunFailure } from "./Outcome.ts"
import { remnantLine } from "./Remnant.ts"
import type { Run } from "./Session.ts"

/** Tells a failure: an object on standard output with `--json`, else lines on standard error; and the job left behind. */
export const tell = (failure: RunFailure, run: Run): void => {
  run.screen.status(undefined)
  const { facts } = run.progress()
  if (run.isJson) run.screen.result(JSON.stringify(failureReport(failure, facts)))
  else run.screen.line(messageOf(failure))
  const remnant = remnantLine(facts, run)
  if (remnant !== undefined) run.screen.line(remnant)
}

/** Whether `--json` is there; looked for by hand, because a command line that can not be parsed is answered in JSON too. */
export const asksForJson = (args: ReadonlyArray<string>): boolean => {
  const end = args.indexOf("--")
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === "--json" || arg === "--json=true")
}
