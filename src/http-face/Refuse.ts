/**
 * Refusals of the face itself: what is answered before any call began. Each carries an id all the same: the id of its
 * request, which the request's log line and the header `X-Request-Id` have too.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { HttpProblem } from "../../schemas/http-face/Problem.ts"
import type { FaceReason } from "../../schemas/http-face/ProblemStatus.ts"
import { CallId } from "../../schemas/Identifiers.ts"
import type { InputRejected, RejectionReason } from "../../schemas/Reason.ts"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import { makeIdentifier } from "../pipeline/CallId.ts"
import { reject } from "../pipeline/Reject.ts"
import { type FaceFacts, faceProblem, inputProblem, problemOf, settingsProblem } from "./ProblemOf.ts"

/**
 * The id of the request that is served, by whoever serves it: it stands on the request's log lines. Where nobody gave one,
 * a refusal makes an id and a log line of its own.
 */
export const RequestId = Context.Reference<string | undefined>("@ludeng/providers/http-face/RequestId", {
  defaultValue: () => undefined
})

const told = (problemFor: (callId: CallId) => HttpProblem): Effect.Effect<HttpProblem> =>
  Effect.gen(function* () {
    const requestId = yield* RequestId
    const problem = problemFor(CallId.make(requestId ?? (yield* makeIdentifier("request"))))
    if (requestId === undefined) {
      const { callId, reason, status } = problem
      yield* Effect.annotateLogs(Effect.logInfo("request refused"), { callId, reason, status })
    }
    return problem
  })

/** The problem of a refusal, to be answered with. */
export const refusal = (reason: FaceReason, detail: string, facts: FaceFacts = {}): Effect.Effect<HttpProblem> =>
  told((callId) => faceProblem(callId, reason, detail, facts))

/** A request that could not be read, to be answered with. */
export const inputRefusal = (rejected: typeof InputRejected.Type): Effect.Effect<HttpProblem> =>
  told((callId) => inputProblem(callId, rejected))

/** A body that is no JSON by its own word, to be answered with. */
export const mediaTypeRefusal: Effect.Effect<HttpProblem> = refusal(
  "UnsupportedMediaType",
  "the body must be application/json"
)

/** Refuses. **Errors** always, with the problem. */
export const refuse = (reason: FaceReason, detail: string, facts: FaceFacts = {}): Effect.Effect<never, HttpProblem> =>
  Effect.flip(refusal(reason, detail, facts))

/** Refuses a request that could not be read. **Errors** always, with the problem: each field that is wrong is named. */
export const refuseInput = (rejected: typeof InputRejected.Type): Effect.Effect<never, HttpProblem> =>
  Effect.flip(inputRefusal(rejected))

/** Refuses settings that can not be taken. **Errors** always, with the problem: every field of it is named. */
export const refuseSettings = (error: ConfigurationError): Effect.Effect<never, HttpProblem> =>
  Effect.flip(told((callId) => settingsProblem(callId, error)))

/** The problem of a look into a store, outside of any call. */
export const refusalOf = <A, R>(look: Effect.Effect<A, RejectionReason, R>): Effect.Effect<A, HttpProblem, R> =>
  Effect.catch(look, (reason) => Effect.flip(told((callId) => problemOf(reject(reason, callId)))))
