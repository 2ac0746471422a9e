/**
 * Tells a person or a program how a run went wrong.
 */
import { failureReport, messageOf, type RunFailure } from "./Outcome.ts"
import { remnantLine } from "./Remnant.ts"
import { withPolicies } from "./Results.ts"
import type { Run } from "./Session.ts"
import { costText } from "./Text.ts"

/**
 * Tells a failure: an object on standard output with `--json`, else lines on standard error; and the job left behind.
 * The object holds what the policies decided, if a call had begun.
 */
export const tell = (failure: RunFailure, run: Run): void => {
  run.screen.status(undefined)
  const { facts } = run.progress()
  if (run.isJson) {
    const report = failureReport(failure, facts)
    const isCall = report.error.callId !== null
    run.screen.result(
      JSON.stringify(isCall ? withPolicies(report, run.policies(), { enhanced: run.enhanced(), image: null }) : report)
    )
  } else {
    run.screen.line(messageOf(failure))
    const spent = spentLine(failure, run)
    if (spent !== undefined) run.screen.line(spent)
    if (failure._tag === "ApiError") run.screen.line(`call ${failure.callId}`)
  }
  // Somebody else has given it up meanwhile: what this program last knew of it is over.
  const isGivenUp = failure._tag === "ApiError" && failure.reason._tag === "GenerationCancelled"
  const remnant = isGivenUp ? undefined : remnantLine(facts, run)
  if (remnant !== undefined) run.screen.line(remnant)
}

/** What a failed call has cost, `undefined` where that is nothing. Pure. */
export const spentLine = (failure: RunFailure, { mode }: Pick<Run, "mode">): string | undefined => {
  if (failure._tag !== "ApiError" || failure.cost === undefined || mode?._tag === "Simulated") return undefined
  if (failure.cost.usdMicros === 0) return undefined
  return failure.cost.usdMicros === null ? "what was spent is not known" : `spent ${costText(failure.cost)}`
}

const flagsOf = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const end = args.indexOf("--")
  return end < 0 ? args : args.slice(0, end)
}

/** Whether `--json` is there; looked for by hand, because a command line that can not be parsed is answered in JSON too. */
export const asksForJson = (args: ReadonlyArray<string>): boolean =>
  flagsOf(args).some((arg) => arg === "--json" || arg === "--json=true")

/** Whether standard error shall be objects where it is no terminal: with `--json`, and where the log was asked for. */
export const asksForObjects = (args: ReadonlyArray<string>): boolean =>
  asksForJson(args) || flagsOf(args).some((arg) => arg === "--log-level" || arg.startsWith("--log-level="))
