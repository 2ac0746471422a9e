/**
 * What keeps a call from asking DeepSeek at all: a degraded mode, no healthy key, no attempt left. Asked after the cache, which
 * answers without any of these, and before the call would join or begin a flight.
 *
 * A mode that a rule entered because of the circuit keeps nobody from here: the circuit itself refuses, and lets its
 * probes through, or it would never close again.
 */
import * as Duration from "effect/Duration"
import type { DegradedMode } from "../../schemas/DegradedMode.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { ReasonTag, RejectionReason } from "../../schemas/Reason.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { keyOfAccount } from "../pipeline/Pipeline.ts"
import { reject } from "../pipeline/Reject.ts"
import { heldMode, type HeldMode, shedRetryAfter } from "../policy/degraded-mode/DecideModes.ts"
import type { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import type { KeyVault } from "../vault/KeyVault.ts"
import type { Obstacle } from "./EnhancementWish.ts"

type Modes = Pick<DegradedModes["Service"], "held" | "follow" | "accountRestsForMillis">

const keySetting = "DEEPSEEK_API_KEY"

/** What keeps the call back, if anything does. */
export const heldBack = (modes: Modes, vault: KeyVault["Service"], call: Call): Obstacle | undefined => {
  modes.follow(call.settings)
  vault.follow(call.settings)
  const held = modes.held()
  if (held.length > 0) {
    const shed = call.priority === "low" ? heldMode(held, "LowPriorityShed") : undefined
    if (shed !== undefined)
      return inMode(reject({ _tag: "LoadShed" }, call.callId, { retryAfter: shedRetryAfter }), shed)
    const account = heldMode(held, "CacheOnly")
    if (account !== undefined) return inMode(rejectedForAccount(modes, account, call), account)
    const without = heldMode(held, "WithoutEnhancement")
    if (without?.by === "hand") return inMode(reject({ _tag: "Isolated" }, call.callId), without)
  }
  if (!vault.has(keyOfAccount("deepseek", call.settings.settings.deepseek.baseURL)))
    return rejected({ _tag: "NoHealthyKey", setting: keySetting }, call)
  return call.attempts.left <= 0 ? rejected({ _tag: "AttemptsExhausted" }, call) : undefined
}

/** The obstacle that a failed call is: refused by the circuit, it is told as the mode that this is. */
export const obstacleOf = (modes: Pick<Modes, "held">, failure: CallFailure): Obstacle => {
  const reason = failure.reason._tag
  if (failure._tag === "Rejection" && (reason === "CircuitOpen" || reason === "Isolated")) {
    const without = heldMode(modes.held(), "WithoutEnhancement")
    if (without !== undefined) return { failure, reason, mode: without.mode }
  }
  return { failure, reason }
}

const inMode = (failure: CallFailure, { mode, reason }: { mode: DegradedMode; reason: ReasonTag }): Obstacle => ({
  failure,
  reason,
  mode
})

const rejected = (reason: RejectionReason, { callId }: Call): Obstacle => ({
  failure: reject(reason, callId),
  reason: reason._tag
})

/** Nothing was sent, so it is a rejection: the one that says the same of us as DeepSeek said of the account. */
const accountRefusal = (reason: ReasonTag): RejectionReason => {
  switch (reason) {
    case "InsufficientBalance":
      return { _tag: "BudgetExhausted", budget: "balance at DeepSeek" }
    case "KeyRejected":
      return { _tag: "NoHealthyKey", setting: keySetting }
    case "QuotaExhausted":
      return { _tag: "RateLimitExceeded", operation: "chat" }
    default:
      return { _tag: "Isolated" }
  }
}

const rejectedForAccount = (modes: Modes, { by, reason }: HeldMode, { callId }: Call): CallFailure =>
  reject(
    accountRefusal(reason),
    callId,
    by === "hand" ? {} : { retryAfter: Duration.millis(Math.ceil(modes.accountRestsForMillis())) }
  )
