/**
 * Asks a provider whether it knows a key, where that is free: for `ludeng keys verify` and before a key is kept.
 */
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as UndiciTransport from "../../layers/transport/UndiciTransport.ts"
import { mockVariables } from "../../mock-layers/MockVariables.ts"
import type { QuotaScope } from "../../schemas/Provider.ts"
import type { Settings } from "../../schemas/Settings.ts"
import { DeepSeek } from "../../src/provider/deepseek/DeepSeek.ts"
import * as DeepSeekClient from "../../src/provider/deepseek/DeepSeekClient.ts"
import { make as makeKeyCheck } from "../../src/vault/KeyCheck.ts"
import { failureText } from "./FailureText.ts"

/** What was found; `notAsked` where nobody could be asked for free, or nobody wanted to. */
export interface KeyFinding {
  readonly state: "known" | "unknown" | "notAsked" | "unreachable"
  readonly detail: string
}

/** Asks once. It never fails: a failure is a finding. */
export const askAboutKey = (
  settings: Settings,
  scope: QuotaScope,
  key: Redacted.Redacted<string>
): Effect.Effect<KeyFinding> =>
  Effect.gen(function* () {
    const mock = yield* Effect.result(mockVariables)
    if (Result.isFailure(mock) || mock.success.useMockApis === true)
      return { state: "notAsked", detail: "USE_MOCK_APIS is set, and keys are not sent" } as const
    const client = yield* DeepSeekClient.make
    const check = yield* Effect.provideService(makeKeyCheck, DeepSeek, client)
    const question = check.question(scope, settings)
    if (question === undefined) return { state: "notAsked", detail: "nothing free is documented to ask" } as const
    const timeout = settings.deepseek.attemptTimeout.probe
    const answer = yield* Effect.result(question({ number: 1, timeout, key }))
    if (Result.isSuccess(answer)) return { state: "known", detail: "the provider knows it" } as const
    return answer.failure.reason._tag === "KeyRejected"
      ? ({ state: "unknown", detail: "the provider does not know it" } as const)
      : ({ state: "unreachable", detail: failureText(answer.failure.reason) } as const)
  }).pipe(Effect.provide(UndiciTransport.layer))
