/**
 * The doors through which every request leaves: for each quota scope one waiting room with its slots, for each operation
 * in it a lane with its limits, a circuit and a retry budget. One of each in a program, whoever asks.
 */
import * as Context from "effect/Context"
import type { Operation, QuotaScope } from "../../schemas/Provider.ts"
import type { SettingsVersion } from "../../schemas/Settings.ts"
import type { TimeoutList } from "../policy/deadline/TimeoutList.ts"
import type { Circuit } from "../policy/circuit-breaker/Circuit.ts"
import type { Lane } from "../policy/rate-limit/Lane.ts"
import type { WaitingRoom } from "../policy/rate-limit/WaitingRoom.ts"
import type { RetryBudget } from "../policy/retry/RetryBudget.ts"
import type { RefusalRow } from "./RefusalRow.ts"

/** The door of one operation of one account. */
export interface Door {
  readonly scope: QuotaScope
  readonly operation: Operation
  readonly room: WaitingRoom
  readonly lane: Lane
  readonly circuit: Circuit
  readonly retryBudget: RetryBudget
  readonly refusals: RefusalRow
}

/**
 * The service. It never fails and never waits: waiting is done in a door's room, by whoever wants to pass.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { AdmissionControl, PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const program = Effect.gen(function* () {
 *   const control = yield* AdmissionControl
 *   control.door("deepseek", "chat").circuit.isolate(0)
 *   return yield* Effect.flip(PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" })))
 * })
 * const refused = await Effect.runPromise(Effect.provide(program, Mock.layer))
 * refused.reason._tag // => "Isolated"
 * ```
 */
export class AdmissionControl extends Context.Service<
  AdmissionControl,
  {
    /** The one door of an operation. */
    readonly door: (scope: QuotaScope, operation: Operation) => Door
    /** Every door there is. */
    readonly doors: ReadonlyArray<Door>
    /** The times that calls wait for, all in one list. */
    readonly timeouts: TimeoutList
    /** Takes a version of the settings that is newer than the one in force. */
    readonly follow: (version: SettingsVersion) => void
  }
>()("@ludeng/providers/pipeline/AdmissionControl") {}
