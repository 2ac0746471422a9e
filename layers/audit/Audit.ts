/**
 * The audit over its store, the event feed, and the recorder that tells both: wherever this is provided, what happens is
 * written down, and can be heard.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { AuditSettings } from "../../schemas/AuditSettings.ts"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import { AuditLog } from "../../src/audit/AuditLog.ts"
import type { AuditStore } from "../../src/audit/AuditStore.ts"
import * as MakeAuditLog from "../../src/audit/MakeAuditLog.ts"
import type { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { CallRecorder } from "../../src/telemetry/CallRecorder.ts"
import { logWithheld } from "../../src/telemetry/Emit.ts"
import { FailureLines } from "../../src/telemetry/FailureLines.ts"
import { EventFeed } from "../../src/telemetry/EventFeed.ts"
import { recorderOf } from "../../src/telemetry/MakeEventFeed.ts"
import type { Sealer } from "../../src/vault/Sealer.ts"
import type { Home } from "../home/Home.ts"
import * as EventFeedLayer from "../telemetry/EventFeed.ts"
import * as MemoryAuditStore from "./MemoryAuditStore.ts"
import * as SqliteAuditStore from "./SqliteAuditStore.ts"

const recorder = Layer.effect(
  CallRecorder,
  Effect.gen(function* () {
    const recorder = recorderOf((yield* AuditLog).record, yield* EventFeed)
    const lines = new FailureLines()
    yield* Effect.addFinalizer(() => Effect.suspend(() => logWithheld(lines.takeAll())))
    return Object.assign(recorder, { lines })
  })
)

/** What the rows in memory may take. **Units** bytes. */
const memoryBytes = 16 * 1024 * 1024

const keptShort = (settings: AuditSettings): AuditSettings => ({
  ...settings,
  maximumBytes: Math.min(settings.maximumBytes, memoryBytes)
})

/** Over any store. `boundsOf` may narrow the settings. */
export const layerOver = <E, R>(
  store: Layer.Layer<AuditStore, E, R>,
  boundsOf?: (settings: AuditSettings) => AuditSettings
): Layer.Layer<AuditLog | EventFeed, E, R | Sealer | LiveSettings> =>
  recorder.pipe(
    Layer.provideMerge(Layer.effect(AuditLog, MakeAuditLog.make(boundsOf))),
    Layer.provideMerge(EventFeedLayer.layer),
    Layer.provide(store)
  )

/** In the home. **Errors** `ConfigurationError` where its database can not be used. */
export const layer: Layer.Layer<AuditLog | EventFeed, ConfigurationError, Home | Sealer | LiveSettings> = layerOver(
  SqliteAuditStore.layer
)

/** In memory: the newest rows, 16 MiB of them at most. */
export const layerMemory: Layer.Layer<AuditLog | EventFeed, never, Sealer | LiveSettings> = layerOver(
  MemoryAuditStore.layer,
  keptShort
)
