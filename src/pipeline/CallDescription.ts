/**
 * What is told of the calls of a service's method: its name, and what of a result is told. No text of a result is.
 */
import type { CallMethod, ProvenanceName } from "../../schemas/CallEnded.ts"
import type { Enhancement } from "../../schemas/Enhancement.ts"
import type { JobId } from "../../schemas/Identifiers.ts"
import type { Illustration } from "../../schemas/Illustration.ts"
import type { GeneratedImage } from "../../schemas/Image.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { CallResult } from "./Pipeline.ts"

/** What is told of a result; what it does not say is left out. */
export interface ResultFacts {
  readonly provenance?: ProvenanceName
  readonly isSimulated?: boolean
  readonly attempts?: number
  readonly cost?: Cost
  readonly jobId?: JobId
}

/** A method. */
export interface CallDescription<A> {
  readonly method: CallMethod
  readonly factsOf: (result: A) => ResultFacts
}

const nothing: ResultFacts = {}

/** A method whose results are told of by this. Default: nothing of a result is told. */
export const describeCall = <A>(
  method: CallMethod,
  factsOf: (result: A) => ResultFacts = () => nothing
): CallDescription<A> => ({ method, factsOf })

/** A request of the pipeline that is a call by itself. */
export const requestAlone = describeCall<CallResult<unknown>>("request", ({ attempts, cost }) => ({ attempts, cost }))

/** Of an enhanced prompt. */
export const factsOfEnhancement = ({ attempts, cost, isSimulated, provenance }: Enhancement): ResultFacts => ({
  provenance: provenance._tag,
  isSimulated,
  attempts,
  cost
})

/** Of a picture. One that was there before has cost the call that made it. */
export const factsOfImage = ({ attempts, cost, isSimulated, jobId, provenance }: GeneratedImage): ResultFacts => ({
  provenance: provenance._tag,
  isSimulated,
  attempts,
  jobId,
  ...(attempts === 0 ? {} : { cost })
})

const degrading = new Set<ProvenanceName | undefined>(["Stale", "OtherProvider", "Degraded"])

/** Of an illustrated prompt: a prompt that something else stood in for degrades the whole. */
export const factsOfIllustration = ({
  attempts,
  cost,
  enhanced,
  generated,
  isSimulated
}: Illustration): ResultFacts => {
  const enhancedBy = enhanced?.provenance._tag
  const paid = generated.attempts === 0 ? enhanced?.cost : cost
  return {
    provenance: enhancedBy !== undefined && degrading.has(enhancedBy) ? enhancedBy : generated.provenance._tag,
    isSimulated,
    attempts,
    jobId: generated.jobId,
    ...(paid === undefined ? {} : { cost: paid })
  }
}
