/**
 * What the handlers of the simulated services have in common: they are pure. They read the world, and say what is to be
 * answered and what is to change; `Simulation.ts` does it.
 */
import type { PlainAnswer, SimulatedRequest } from "./Messages.ts"
import type { FaultKind, Script } from "./Script.ts"
import type { Chance } from "./SeededRandom.ts"
import type { SimulatedJob } from "./SimulatedJob.ts"

/** What a handler sees besides the request. **Units** `now` in milliseconds since 1970. */
export interface World {
  readonly now: number
  readonly script: Script
  readonly chance: Chance
  /** What shall go wrong in the content of the answer, if anything. */
  readonly fault: FaultKind | undefined
  readonly jobs: ReadonlyMap<string, SimulatedJob>
  /** The beginnings of conversations that the context cache holds. */
  readonly cachedPrefixes: ReadonlySet<string>
}

/** What a handler did. **Units** `usdMicros` is what is charged for it. */
export interface Handled {
  readonly answer: PlainAnswer
  readonly usdMicros?: number
  /** A job that is new or changed. */
  readonly job?: SimulatedJob
  /** Whether this was a submit that was accepted. */
  readonly isAccepted?: boolean
  readonly newPrefixes?: ReadonlyArray<string>
}

/** The faults that are refusals. */
export type RefusalFault = Extract<
  FaultKind,
  "rate-limited" | "server-error" | "unavailable" | "unauthorized" | "no-balance"
>

/** The refusals every service knows, told in its own form; `over-limit` is the 429 of a limit of the script. */
export type Refusal = RefusalFault | "over-limit"

/** A simulated service. */
export interface SimulatedHandler {
  readonly handle: (request: SimulatedRequest, world: World) => Handled
  readonly refuse: (refusal: Refusal) => PlainAnswer
}

/** The body of a request as JSON; `undefined` where it is none. */
export const jsonOf = (text: string): unknown => {
  if (text === "") return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A field of a JSON object; `undefined` where there is none. */
export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined

/** What a fault makes of a job that is being accepted. */
export const jobEndOf = (fault: FaultKind | undefined): SimulatedJob["end"] => {
  if (fault === "job-fails") return "fails"
  if (fault === "content-blocked") return "blocked"
  return fault === "stuck-job" ? "never" : "completes"
}
