/**
 * Simulated providers in a process of their own, the live library in this one, and loopback between them: what the
 * providers counted is asked of them, and counted anew here.
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Live from "../../layers/Live.ts"
import type { Services } from "../../layers/Services.ts"
import type { LedgerEntry, LedgerTotals } from "../../mock-layers/simulation/Ledger.ts"
import type { ScriptDocument } from "../../mock-layers/simulation/Script.ts"
import type { Operation } from "../../schemas/Provider.ts"
import type { ConfigurationError, SettingsDocument } from "../../schemas/Settings.ts"
import { startSimulator } from "../support/SimulatorProcess.ts"
import { type OnTheWire, watchWire } from "./OnTheWire.ts"

/** The providers, and the wire to them. **Units** windows and instants in milliseconds. */
export interface SocketWorld {
  readonly wire: OnTheWire
  readonly live: (settings: {
    readonly deepseek?: SettingsDocument["deepseek"]
    readonly nanobanana?: SettingsDocument["nanobanana"]
    readonly store?: SettingsDocument["store"]
  }) => Layer.Layer<Services, ConfigurationError>
  readonly play: (script: ScriptDocument) => Effect.Effect<void>
  readonly totals: Effect.Effect<LedgerTotals>
  readonly entries: Effect.Effect<ReadonlyArray<LedgerEntry>>
  readonly instants: (operation: Operation) => Effect.Effect<ReadonlyArray<number>>
  /** The most requests in any window as the provider tells it; another count than ours of its instants is a defect. */
  readonly fullestWindow: (operation: Operation, windowMillis: number) => Effect.Effect<number>
}

/** The most instants in any half-open window of a length: every instant begins one, and every other is looked at. */
export const fullestWindowOf = (instants: ReadonlyArray<number>, windowMillis: number): number =>
  Math.max(
    0,
    ...instants.map((from) => instants.filter((instant) => instant >= from && instant < from + windowMillis).length)
  )

/** Starts the providers; they end with the scope. */
export const startWorld: Effect.Effect<SocketWorld, never, Scope.Scope> = Effect.gen(function* () {
  const { baseUrls, directory } = yield* Effect.acquireRelease(
    Effect.promise(() => startSimulator()),
    (simulator) => Effect.promise(() => simulator.stop())
  )
  const { origin } = new URL(baseUrls.deepseek)
  const ask = <A>(path: string, body?: unknown): Effect.Effect<A> =>
    Effect.promise(async () => {
      const method = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }
      const response = await fetch(`${origin}/__simulator/${path}`, method)
      if (!response.ok) throw new Error(await response.text())
      return (await response.json()) as A
    })
  const instants = (operation: Operation) =>
    Effect.map(
      ask<{ readonly countedAt: ReadonlyArray<number> }>(`instants?operation=${operation}`),
      (it) => it.countedAt
    )
  return {
    wire: yield* watchWire(origin),
    live: ({ deepseek = {}, nanobanana = {}, store = "memory" }) =>
      Live.layerWith({
        deepseek: { apiKey: "sk-simulated", baseURL: baseUrls.deepseek, ...deepseek },
        nanobanana: {
          apiKey: "simulated",
          baseURL: baseUrls.generic,
          protocol: "generic",
          ...nanobanana
        },
        imageDirectory: directory,
        home: `${directory}/home`,
        store
      }),
    play: (script) => Effect.asVoid(ask("script", script)),
    totals: ask<LedgerTotals>("totals"),
    entries: Effect.map(ask<{ readonly entries: ReadonlyArray<LedgerEntry> }>("ledger"), (it) => it.entries),
    instants,
    fullestWindow: Effect.fnUntraced(function* (operation, windowMillis) {
      const ours = fullestWindowOf(yield* instants(operation), windowMillis)
      const told = yield* ask<{ readonly largestCount: number }>(
        `windows?operation=${operation}&window=${windowMillis}`
      )
      if (told.largestCount !== ours) throw new Error(`the provider tells ${told.largestCount}, its instants ${ours}`)
      return ours
    })
  }
})
