/**
 * A circuit breaker as the checks use it, whichever library it is from.
 */
import type { Library } from "./Trap.ts"

/** An error that says nothing of the provider's health: a 404, a 429, a caller who left. */
export class Neutral extends Error {
  override readonly name = "Neutral"
}

/** An error of the provider. */
export class Down extends Error {
  override readonly name = "Down"
}

/** How a call ended: it passed the circuit (and succeeded or not), or was refused. */
export type Ending = "succeeded" | "failed" | "refused"

/** The breaker. */
export interface Breaker {
  /** Calls through the circuit. With a signal, the caller may leave. */
  readonly call: (task: () => Promise<unknown>, signal?: AbortSignal) => Promise<Ending>
  readonly state: () => "closed" | "open" | "recovering"
}

/** When it opens, and for how long. **Units** `open`, `window` and `lease` in milliseconds. */
export interface BreakerOptions {
  /** Failures in a row that open; or a share of failures in a window of time where the library has one. */
  readonly trip:
    | { readonly kind: "consecutive"; readonly failures: number }
    | { readonly kind: "share"; readonly minimumCalls: number; readonly window: number }
    | { readonly kind: "default" }
  readonly open: number
  /** How long a probe may take, where the breaker itself has such a limit. */
  readonly lease?: number
  /** Calls that probe at once, where the library lets one choose and its default is one. */
  readonly probes?: number
}

/** Makes a breaker; absent where it is not there yet. */
export type MakeBreaker = (options: BreakerOptions) => Promise<Breaker | undefined>

/** The makers, each loaded only where it is asked for. */
export const breakerMakers: Partial<Readonly<Record<Library, () => Promise<MakeBreaker>>>> = {
  ours: async () => (await import("../ours/TrapBreaker.ts")).makeBreaker,
  Effect: async () => (await import("./breakers/EffectBreaker.ts")).makeBreaker,
  cockatiel: async () => (await import("./breakers/Cockatiel.ts")).makeBreaker,
  opossum: async () => (await import("./breakers/Opossum.ts")).makeBreaker
}

/** Fails until the circuit is open. */
export const tripped = async (breaker: Breaker, attempts: number): Promise<void> => {
  for (let attempt = 0; attempt < attempts && breaker.state() !== "open"; attempt++) {
    await breaker.call(() => Promise.reject(new Down()))
  }
  if (breaker.state() !== "open") throw new Error("the circuit does not open")
}

/** Why the others are not asked. */
export const noBreaker = { bottleneck: "no circuit breaker", "p-queue": "no circuit breaker" } as const
