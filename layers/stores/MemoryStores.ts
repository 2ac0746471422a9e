/**
 * Everything that is kept, in memory: for tests, for embedding, and where `LUDENG_STORE` says so. It ends with the process.
 */
import * as Layer from "effect/Layer"
import type { AuditLog } from "../../src/audit/AuditLog.ts"
import type { DeadLetters } from "../../src/dead-letter/DeadLetters.ts"
import type { JobLedger } from "../../src/job/JobLedger.ts"
import type { CostLedger } from "../../src/money/CostLedger.ts"
import type { LiveSettings } from "../../src/settings/LiveSettings.ts"
import type { PermitStores } from "../../src/policy/rate-limit/PermitStores.ts"
import type { EventFeed } from "../../src/telemetry/EventFeed.ts"
import type { Sealer } from "../../src/vault/Sealer.ts"
import * as Audit from "../audit/Audit.ts"
import * as MemoryDeadLetters from "../dead-letter/MemoryDeadLetters.ts"
import * as MemoryJobLedger from "../job/MemoryJobLedger.ts"
import * as MemoryCostLedger from "../money/MemoryCostLedger.ts"
import * as MemoryPermitStores from "../rate-limit/MemoryPermitStores.ts"
import * as LocalSealer from "../vault/LocalSealer.ts"

/** What is kept: the services whose layers are chosen together, with the event feed that the audit tells its losses to. */
export type Stores = JobLedger | CostLedger | Sealer | PermitStores | AuditLog | EventFeed | DeadLetters

/** The stores. */
export const layer: Layer.Layer<Stores, never, LiveSettings> = Layer.mergeAll(
  MemoryJobLedger.layer.pipe(Layer.provideMerge(MemoryCostLedger.layer)),
  Audit.layerMemory.pipe(Layer.provideMerge(LocalSealer.layerMemory)),
  MemoryPermitStores.layer,
  MemoryDeadLetters.layer
)
