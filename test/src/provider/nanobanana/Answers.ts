/**
 * Answers, plans and canaries for the tests of the image protocols.
 */
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { ProviderJobId } from "../../../../schemas/Identifiers.ts"
import type { ImagePlan } from "../../../../schemas/Image.ts"
import { NanoBananaSettings } from "../../../../schemas/Settings.ts"
import type { Attempt } from "../../../../src/pipeline/Attempt.ts"
import type { AnswerContext } from "../../../../src/provider/nanobanana/AnswerContext.ts"
import type { SubmitAnswer } from "../../../../src/provider/nanobanana/NanoBanana.ts"
import type { Answer } from "../../../../src/transport/Transport.ts"

/** Planted as the key; it does not look like one, so that only its comparison can catch it. */
export const keyCanary = "velvet.marmalade.harbour"
/** Planted as the prompt. */
export const promptCanary = "a vermilion axolotl reading Proust in the rain"

/** An answer; a body that is no string is sent as JSON. */
export const answerOf = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body))
})

/** A recorded answer from `test/fixtures/nanobanana`. */
export const fixture = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/nanobanana/${name}.json`, import.meta.url), "utf8")

/** The frame of a reading that knows the secrets. */
export const contextOf = (operation: AnswerContext["operation"]): AnswerContext => ({
  operation,
  nowMillis: 0,
  secrets: [keyCanary, promptCanary]
})

/** Settings with this base URL. */
export const settingsOf = (baseURL: string): NanoBananaSettings =>
  Schema.decodeUnknownSync(NanoBananaSettings)({ baseURL })

/** An attempt with the canary as its key. */
export const attempt: Attempt = { number: 1, timeout: Duration.seconds(30), key: Redacted.make(keyCanary) }

/** A plan as any protocol could have made it, with the canary as its prompt. */
export const planOf = (protocol: ImagePlan["protocol"], path: string): ImagePlan => ({
  protocol,
  path,
  model: "model",
  resolution: "1K",
  body: { prompt: promptCanary },
  promptCharacters: promptCanary.length,
  deviations: [],
  fit: "nearest"
})

/** The reading of an answer that names this job. */
export const acceptedAs = (id: string): Result.Result<SubmitAnswer> =>
  Result.succeed({ _tag: "Accepted", providerJobId: ProviderJobId.make(id) })

/** Every HTTP status there can be. */
export const everyStatus: ReadonlyArray<number> = Array.from({ length: 500 }, (_, index) => index + 100)
