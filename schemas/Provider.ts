/**
 * Who is called, and for what. Quotas, circuits, timeouts and metrics are kept by these two names.
 */
import * as Schema from "effect/Schema"

/** The external services this library speaks to. */
export const Provider = Schema.Literals(["deepseek", "nanobanana"])
export type Provider = typeof Provider.Type

/**
 * The kinds of request. `chat` rewrites a prompt; `submit`, `status`, `cancel` and `download` are the life of an image
 * job; `probe` asks for something free (models, balance).
 */
export const Operation = Schema.Literals(["chat", "probe", "submit", "status", "cancel", "download"])
export type Operation = typeof Operation.Type

/**
 * Whose quota a request counts against: one account at one provider, however many keys it has. The second image provider
 * (`NANOBANANA_FALLBACK_…`) is an account of its own.
 */
export const QuotaScope = Schema.Literals(["deepseek", "nanobanana", "nanobanana-fallback"])
export type QuotaScope = typeof QuotaScope.Type

/**
 * The wire protocols an image can be asked for in: `nanobananaapi` is nanobananaapi.ai, `generic` the plain job API
 * (`POST /generate`, `GET /jobs/{id}`, `DELETE /jobs/{id}`).
 */
export const ImageProtocolName = Schema.Literals(["nanobananaapi", "generic"])
export type ImageProtocolName = typeof ImageProtocolName.Type

/**
 * What an unanswered or repeated request may cost: `free` nothing, `metered` some tokens, `paidSubmit` a whole image.
 */
export const Payment = Schema.Literals(["free", "metered", "paidSubmit"])
export type Payment = typeof Payment.Type

/**
 * What became of a request at the provider, as far as we can know.
 *
 * - `NotSent`: no byte of it left this machine.
 * - `Refused`: it was answered, and the answer proves that it was not processed.
 * - `Accepted`: it runs; the provider's job id is known.
 * - `Done`: it was processed to the end.
 * - `Unknown`: it was sent, and nothing proves whether it was processed.
 */
export const Outcome = Schema.Literals(["NotSent", "Refused", "Accepted", "Done", "Unknown"])
export type Outcome = typeof Outcome.Type
