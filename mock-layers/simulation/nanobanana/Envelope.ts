/**
 * The envelope of nanobananaapi.ai, and its refusals.
 *
 * Which HTTP status comes with an error is not documented. Here what a gateway would refuse (key, rate, overload) has
 * the status too, and what the application refuses comes with 200 and only its `code`: a client must look at both.
 *
 * **Source** docs.nanobananaapi.ai/nanobanana-api/get-task-details; the codes of docs.kie.ai, which has the same envelope;
 * the 500 for a wrong parameter from elky431-debug/Etsmart, PROBLEME_NANONBANANA_POLLING.md.
 */
import type { Refusal } from "../Handler.ts"
import { json, type PlainAnswer } from "../Messages.ts"

/** A success. */
export const success = (data: unknown): PlainAnswer => json(200, { code: 200, msg: "success", data })

/** An error of the application. */
export const failure = (code: number, msg: string, status = 200): PlainAnswer => json(status, { code, msg, data: null })

/** What a wrong parameter gets: a 500 that is the client's own fault. */
export const wrongParameters = failure(500, "Server exception, please check the parameters and try again")

const tooFrequent = failure(429, "Your call frequency is too high, please try again later", 429)

/** The refusals. */
export const envelopeRefusals: Readonly<Record<Refusal, PlainAnswer>> = {
  "rate-limited": tooFrequent,
  "over-limit": tooFrequent,
  "server-error": failure(500, "Internal server error, please try again in a few minutes", 500),
  unavailable: failure(455, "The service is under maintenance", 503),
  unauthorized: failure(401, "You do not have access permissions", 401),
  "no-balance": failure(402, "The current credits are insufficient, please top up")
}
