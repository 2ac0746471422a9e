/**
 * One run of the program: its screen, what is known of it so far, and whether `--json` was asked for.
 *
 * The progress is kept in a plain cell, because it is read in a signal handler and written by a synchronous observer.
 */
import * as Context from "effect/Context"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { Mode } from "./Mode.ts"
import { decided, noPolicies, type Policies, type PolicyTrail } from "./Policies.ts"
import { advance, noProgress, type Progress } from "./Progress.ts"
import type { Screen } from "./Screen.ts"
import { processInput, type SecretInput } from "./SecretInput.ts"

/**
 * The run. `provider` tells a person where a job runs: protocol and host; `keepsJobs` that its jobs outlive it. `exitCode` is that of a command which has
 * already told what is wrong.
 */
export interface Run {
  readonly version: string
  readonly isJson: boolean
  readonly screen: Screen
  /** Where secrets are read. */
  readonly input: SecretInput
  readonly observe: (event: CallEvent) => void
  readonly progress: () => Progress
  readonly policies: () => Policies
  /** Where the rewritten prompt came from, as far as is known. */
  readonly enhanced: () => PolicyTrail["enhanced"]
  mode?: Mode
  keepsJobs?: boolean
  provider?: string
  exitCode?: 1 | 3 | 4 | 5 | 6
  /** It serves until it is stopped: a signal is then its proper end, and no failure. */
  isServing?: boolean
}

/** The run as a service. */
export class Session extends Context.Service<Session, Run>()("ludeng/cli/Session") {}

/** A run that has not begun. */
export const makeRun = (version: string, isJson: boolean, screen: Screen, input: SecretInput = processInput): Run => {
  let progress = noProgress
  let trail = noPolicies
  const run: Run = {
    version,
    isJson,
    screen,
    input,
    observe: (event) => {
      const step = advance(progress, event, run.mode?._tag === "Simulated")
      progress = step.progress
      trail = decided(trail, event)
      if (step.lines.length > 0) screen.status(undefined)
      for (const line of step.lines) screen.line(line)
    },
    progress: () => progress,
    policies: () => trail.policies,
    enhanced: () => trail.enhanced
  }
  return run
}
