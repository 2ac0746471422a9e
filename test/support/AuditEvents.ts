/**
 * Events of calls that never were, for whoever keeps them.
 */
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import { AttemptFailed } from "../../schemas/Failures.ts"
import { CallId, defaultOwner } from "../../schemas/Identifiers.ts"
import { KeyId } from "../../schemas/Key.ts"
import type { Exchange } from "../../src/telemetry/CallRecorder.ts"

export const common = (callId: string, at = 0) => ({
  callId: CallId.make(callId),
  owner: defaultOwner,
  provider: "deepseek" as const,
  operation: "chat" as const,
  at
})

const request = { fieldLengths: { prompt: 9 }, bodySha256: "ab12", parameters: { mode: "balanced" } }

const ofAttempt = (attempt: number) => ({
  attempt,
  elapsed: Duration.millis(12.5),
  admission: {
    waited: Duration.millis(3_200),
    circuit: "Closed" as const,
    heldBackBy: "window" as const,
    tier: { limit: 2, windowMillis: 60_000 }
  },
  keyId: KeyId.make("key_7")
})

export const attemptSucceeded = (callId: string, at = 0, attempt = 1): CallEvent => ({
  _tag: "AttemptSucceeded",
  ...common(callId, at),
  ...ofAttempt(attempt),
  request
})

export const attemptFailed = (callId: string, at = 0, attempt = 1): CallEvent => ({
  _tag: "AttemptFailed",
  ...common(callId, at),
  ...ofAttempt(attempt),
  failure: new AttemptFailed({
    provider: "deepseek",
    operation: "chat",
    reason: { _tag: "RateLimited", retryAfter: Duration.seconds(2) },
    outcome: "Refused",
    status: 429,
    providerRequestId: "request-9"
  }),
  request
})

export const callSucceeded = (callId: string, at = 0, attempts = 1): CallEvent => ({
  _tag: "CallSucceeded",
  ...common(callId, at),
  attempts,
  elapsed: Duration.millis(20),
  cost: { usdMicros: 123, basis: "measured" }
})

export const exchangeOf = (asked: string, answered: string | Uint8Array, key = "sk-canary"): Exchange => ({
  request: asked,
  answer: {
    status: 200,
    headers: {},
    body: typeof answered === "string" ? new TextEncoder().encode(answered) : answered
  },
  key: Redacted.make(key)
})
