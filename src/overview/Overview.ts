/**
 * The program at a glance, for a page, a terminal or a host of one's own: what is under way, what waits, what failed, and
 * what it costs, in one snapshot.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Owner } from "../../schemas/Identifiers.ts"
import type { OverviewReport } from "../../schemas/Overview.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"

/**
 * The service.
 *
 * **Details** A snapshot is at most a second old: whoever asks within the second is given the same one. The first makes the
 * service listen to what happens; before, the chart and the refusals are empty, and a call pays nothing for them.
 * Jobs, failed calls and money are those of the owner; doors, requests and reasons are of the whole program, which is the
 * business of whoever operates it.
 *
 * **Errors** `StorageFailed` where a store can not be read; ask again later.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { ImageGenerator, Overview } from "@ludeng/providers"
 * import { defaultOwner } from "@ludeng/providers/schemas/Identifiers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const program = Effect.gen(function* () {
 *   yield* ImageGenerator.use((it) => it.generate({ prompt: "a red fox" }))
 *   return yield* Overview.use((it) => it.snapshot(defaultOwner))
 * })
 * const { jobs, mode } = await Effect.runPromise(Effect.provide(program, Mock.layer))
 * jobs.map(({ meaning, state }) => [state, meaning]) // => [["Stored", "paid, and the picture was stored"]]
 * mode // => "simulated"
 * ```
 */
export class Overview extends Context.Service<
  Overview,
  {
    readonly snapshot: (owner: Owner) => Effect.Effect<OverviewReport, typeof StorageFailed.Type>
    /** A snapshot at once, then one a second, for as long as somebody reads. */
    readonly snapshots: (owner: Owner) => Stream.Stream<OverviewReport, typeof StorageFailed.Type>
  }
>()("@ludeng/providers/overview/Overview") {}
