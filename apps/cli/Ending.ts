/**
 * What an exit of the program's fiber means: success, or one of the failures the program knows. Pure.
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { ApiError, Rejection } from "../../schemas/Failures.ts"
import { ConfigurationError } from "../../schemas/Settings.ts"
import { VaultFailed } from "../../schemas/VaultFailed.ts"
import { isShowHelp } from "./EveryUsageProblem.ts"
import { Defect, Interrupted, type RunFailure, UsageFailed } from "./Outcome.ts"
import { usageText } from "./UsageText.ts"

/** The failure of an exit, `undefined` for success. */
export const endingOf = (exit: Exit.Exit<unknown, unknown>): RunFailure | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  if (error instanceof ApiError || error instanceof Rejection || error instanceof ConfigurationError) return error
  if (error instanceof UsageFailed || error instanceof VaultFailed || error instanceof Interrupted) return error
  if (isShowHelp(error)) return new UsageFailed({ message: usageText(error) })
  if (Cause.hasInterruptsOnly(exit.cause)) return new Interrupted({ message: "interrupted" })
  return defectOf(Cause.squash(exit.cause))
}

// The message of something unexpected may hold what was handled; its class and its places in the code do not.
const defectOf = (thrown: unknown): Defect => {
  const name = thrown instanceof Error ? thrown.constructor.name : typeof thrown
  const frames = thrown instanceof Error ? (thrown.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : []
  return new Defect({ message: [`a defect of ludeng (${name}), please report it:`, ...frames].join("\n") })
}
