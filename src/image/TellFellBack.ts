/**
 * Tells that something else stands in for a picture of the first account.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ReasonTag } from "../../schemas/Reason.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { emit } from "../telemetry/Emit.ts"

/** What stands in, and why. */
export const tellFellBack = (
  { callId, owner }: Pick<Call, "callId" | "owner">,
  to: "OtherProtocol" | "EarlierImage",
  reason: ReasonTag
): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (at) =>
    emit({ _tag: "FellBack", callId, owner, provider: "nanobanana", operation: "submit", at, to, reason })
  )
