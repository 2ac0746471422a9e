/**
 * Where an answer of the model comes from, as `metadata.deepseek` of its last two parts (`response-metadata`, `finish`)
 * says it: no result hides what it is.
 */
import * as Schema from "effect/Schema"
import { CallId } from "../../schemas/Identifiers.ts"
import { Cost } from "../../schemas/Money.ts"
import { Provenance } from "../../schemas/Provenance.ts"
import type { ChatEnd } from "../../src/chat/StreamChat.ts"

/**
 * The origin. **Units** `attempts` counts the requests begun; `cost.usdMicros` in millionths of a US dollar, all attempts
 * included, `null` where there is no price.
 */
export const AnswerOrigin = Schema.Struct({
  callId: CallId,
  isSimulated: Schema.Boolean,
  provenance: Provenance,
  attempts: Schema.Int,
  cost: Cost
})

/** The origin as it stands in the metadata: JSON. A type, because an interface is no JSON to the compiler. */
export type AnswerOrigin = Plain<typeof AnswerOrigin.Encoded>

type Plain<A> = A extends object ? { readonly [Name in keyof A]: Plain<A[Name]> } : A

declare module "effect/ai/Response" {
  interface FinishPartMetadata {
    /** Where the answer comes from. */
    readonly deepseek?: AnswerOrigin
  }
  interface ResponseMetadataPartMetadata {
    /** Where the answer comes from. */
    readonly deepseek?: AnswerOrigin
  }
}

const encode = Schema.encodeSync(AnswerOrigin)

/** The origin of an answer that is whole. */
export const originOf = ({ attempts, callId, cost, isSimulated, provenance }: ChatEnd): AnswerOrigin =>
  encode({ callId, isSimulated, provenance, attempts, cost })
