/**
 * The other end of the simulated providers: what they were asked, what they charged, and the script they play. For tests
 * and demonstrations; `Mock.ts` and `Simulated.ts` provide it beside the services.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Operation } from "../schemas/Provider.ts"
import type { LedgerEntry, LedgerTotals } from "./simulation/Ledger.ts"
import { Script, type ScriptDocument } from "./simulation/Script.ts"
import type { Simulation } from "./simulation/Simulation.ts"

/**
 * The service.
 *
 * **Errors** None; a script that can not be used (a ratio above 1) is a defect of the caller.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { ImageGenerator } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 * import { MockHandle } from "@ludeng/providers/mock-layers/MockHandle"
 *
 * const program = Effect.gen(function* () {
 *   yield* ImageGenerator.use((it) => it.generate({ prompt: "a red fox" }))
 *   return yield* MockHandle.use((it) => it.totals)
 * })
 * const totals = await Effect.runPromise(Effect.provide(program, Mock.layer))
 * totals.acceptedSubmits // => 1
 * totals.chargedUsdMicros // => 20000
 * ```
 */
export class MockHandle extends Context.Service<
  MockHandle,
  {
    /** What was asked, the oldest first, at most the newest 10 000: provider, operation, path, decoded body, time, charge. */
    readonly requests: Effect.Effect<ReadonlyArray<LedgerEntry>>
    /** What it came to, and how many requests were in flight at once. **Units** micro-dollars. */
    readonly totals: Effect.Effect<LedgerTotals>
    /**
     * When each request of an operation was counted, of all there were. **Units** milliseconds with their fraction since the
     * first request of any operation.
     */
    readonly countedAt: (operation: Operation) => Effect.Effect<ReadonlyArray<number>>
    /** The most requests of an operation that were counted in any half-open window `[t, t + window)`, of all there were. */
    readonly largestCountInWindow: (operation: Operation, windowMillis: number) => Effect.Effect<number>
    /** The script that is played. */
    readonly script: Effect.Effect<Script>
    /** Changes the given fields of the script from the next request on; the counts of its rules begin anew. */
    readonly setScript: (change: ScriptDocument) => Effect.Effect<Script>
    /** Forgets all requests, jobs and charges; the script stays, and chance begins anew from the seed. */
    readonly reset: Effect.Effect<void>
  }
>()("@ludeng/providers/mock-layers/MockHandle") {}

/** The handle of a simulation. */
export const makeMockHandle = (simulation: Simulation): MockHandle["Service"] => ({
  requests: Effect.sync(() => simulation.ledger.entries),
  totals: Effect.sync(() => simulation.ledger.totals),
  countedAt: (operation) => Effect.sync(() => simulation.ledger.countedAt(operation)),
  largestCountInWindow: (operation, windowMillis) =>
    Effect.sync(() => simulation.ledger.largestCountInWindow(operation, windowMillis)),
  script: Effect.sync(() => simulation.script),
  setScript: (change) =>
    Effect.sync(() => {
      simulation.setScript(Schema.decodeUnknownSync(Script)({ ...simulation.script, ...change }))
      return simulation.script
    }),
  reset: Effect.sync(() => simulation.reset())
})
