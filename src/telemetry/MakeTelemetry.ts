/**
 * Builds `Telemetry` as the host wants it, or else the metrics, and lets it listen to the feed; and shows the doors.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { countInto } from "./CallMetrics.ts"
import { showDoors } from "./DoorMetrics.ts"
import { EventFeed } from "./EventFeed.ts"
import { MetricCells } from "./MetricCells.ts"
import { Telemetry } from "./Telemetry.ts"

/** Cells in the registry of whoever builds them, until the scope closes. */
const makeCells: Effect.Effect<MetricCells, never, Scope.Scope> = Effect.flatMap(Effect.context<never>(), (context) =>
  Effect.acquireRelease(
    Effect.sync(() => new MetricCells(context)),
    (it) => Effect.sync(() => it.removeAll())
  )
)

/** The metrics that are made of events. */
export const makeMetrics: Effect.Effect<Telemetry["Service"], never, Scope.Scope> = Effect.map(makeCells, (cells) => ({
  observe: countInto(cells)
}))

/** The host's own, where the composition was provided with one; else the metrics. It hears the feed. */
export const make: Effect.Effect<Telemetry["Service"], never, EventFeed | Scope.Scope> = Effect.gen(function* () {
  const own = yield* Effect.serviceOption(Telemetry)
  const telemetry = Option.isSome(own) ? own.value : yield* makeMetrics
  const feed = yield* EventFeed
  yield* feed.listen((event) => telemetry.observe(event))
  return telemetry
})

/** Shows what the doors hold, and goes with the settings. It has no timer: gauges are read when somebody asks. */
export const showDoorMetrics: Effect.Effect<void, never, AdmissionControl | LiveSettings | Scope.Scope> = Effect.gen(
  function* () {
    const control = yield* AdmissionControl
    const settings = yield* LiveSettings
    const clock = yield* Clock.Clock
    const follow = showDoors(yield* makeCells, control.doors, () => millisOf(clock))
    const changed = Stream.runForEach(settings.changes, (version) =>
      Effect.sync(() => {
        control.follow(version)
        follow()
      })
    )
    yield* Effect.forkScoped(changed)
  }
)
