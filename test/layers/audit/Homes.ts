/**
 * Audits over homes in folders: each a program of its own, as far as the database can tell.
 */
import * as Layer from "effect/Layer"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Audit from "../../../layers/audit/Audit.ts"
import * as AuditDatabase from "../../../layers/audit/AuditDatabase.ts"
import * as SqliteAuditStore from "../../../layers/audit/SqliteAuditStore.ts"
import { Home } from "../../../layers/home/Home.ts"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import * as LocalSealer from "../../../layers/vault/LocalSealer.ts"
import type { SettingsDocument } from "../../../schemas/Settings.ts"

/** The audit of a home. */
export const auditIn = (folder: string, audit: NonNullable<SettingsDocument["audit"]> = {}) =>
  Audit.layerOver(SqliteAuditStore.layerOverClient).pipe(
    Layer.provideMerge(AuditDatabase.layer),
    Layer.provide(LocalSealer.layer),
    Layer.provide(Layer.merge(layerFromCode({ audit }), Layer.succeed(Home, { folder }))),
    Layer.fresh
  )

/** From now on the database may not grow, as on a disk that is full; or it may again. */
export const setFull = (isFull: boolean) =>
  Effect.orDie(SqlClient.SqlClient.use((sql) => sql.unsafe(`PRAGMA max_page_count = ${isFull ? 1 : 100_000}`)))

/** From now on nothing may be written, as on a disk that was mounted anew; or it may again. */
export const setReadOnly = (isReadOnly: boolean) =>
  Effect.orDie(SqlClient.SqlClient.use((sql) => sql.unsafe(`PRAGMA query_only = ${isReadOnly ? 1 : 0}`)))
