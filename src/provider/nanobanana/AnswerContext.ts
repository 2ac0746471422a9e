/**
 * What a pure reader of answers is told apart from the answer itself, and the form in which it reports a failure.
 */
import * as Redacted from "effect/Redacted"
import type { ImagePlan } from "../../../schemas/Image.ts"
import type { Attempt } from "../../pipeline/Attempt.ts"
import { failedAnswerOf } from "../FailedAnswer.ts"
import { safeProviderText } from "../ProviderText.ts"

/**
 * The frame of one reading.
 *
 * **Units** `nowMillis` in milliseconds since 1970, for hints given as a date. `secrets` are the texts that no error may
 * quote; without them (the prompt of a job is not at hand) the provider's words are dropped altogether.
 */
export interface AnswerContext {
  readonly operation: "submit" | "status" | "cancel"
  readonly nowMillis: number
  readonly secrets: ReadonlyArray<string> | undefined
}

/** The texts of an attempt that no error may quote: the key, and of the plan the prompt and the style. */
export const secretsOf = (attempt: Attempt, plan: ImagePlan): ReadonlyArray<string> => {
  const { parameters, prompt } = plan.body
  const style = isRecord(parameters) ? parameters["style"] : undefined
  const key = attempt.key === undefined ? undefined : Redacted.value(attempt.key)
  return [key, prompt, style].filter((it) => typeof it === "string")
}

/** The provider's words, as far as they may be kept. */
export const keptText = (text: string | undefined, context: AnswerContext): string | undefined =>
  text === undefined || context.secrets === undefined ? undefined : safeProviderText(text, context.secrets)

/** The attempt that ended with this answer failed. */
export const failedAnswer = failedAnswerOf("nanobanana")

/** Whether an HTTP status says that the request succeeded. */
export const isSuccess = (status: number): boolean => status >= 200 && status <= 299

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
