/**
 * The process of one situation: the same crowd asks bare and with the library, from the same seed.
 */
import * as Effect from "effect/Effect"
import { bareAskOf } from "../ours/BareCalls.ts"
import { askOf, retriesPerFailed } from "../ours/Resilience.ts"
import { type Crowd, failuresOf } from "../ours/VirtualCrowd.ts"
import { answerParent, argumentOf } from "../process/Child.ts"
import { situations } from "./Situations.ts"

/** Which situation, for whom. */
export interface RunnerRequest {
  readonly situation: number
  readonly crowd: Crowd
}

/** **Units** failures in calls; `retriesPerFailed` in retries for each request whose first attempt failed. */
export interface RunnerAnswer {
  readonly bareFailures: number
  readonly failures: number
  readonly retriesPerFailed: number
}

const { crowd, situation: number } = argumentOf<RunnerRequest>()
const situation = situations[number]
if (situation === undefined) throw new Error(`there is no situation ${number}`)
const bare = await Effect.runPromise(failuresOf(situation, crowd, bareAskOf(situation.kind), Effect.void))
const ours = await Effect.runPromise(failuresOf(situation, crowd, askOf(situation.kind), retriesPerFailed))
answerParent({
  bareFailures: bare.failures,
  failures: ours.failures,
  retriesPerFailed: ours.seen
} satisfies RunnerAnswer)
