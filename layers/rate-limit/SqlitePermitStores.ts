/**
 * Permits in a file of the home, shared by every process that uses it: exact across all of them, and across restarts.
 *
 * **Details** A file of its own, with a connection of its own. A permit is taken in one synchronous step; in the ledger's
 * file that step could meet a transaction of this very process that waits for its next turn, and would block it for ever.
 * Quotas are named by scope, operation and a hash of the base URL: what is sent to a simulation of a provider, or to a
 * second installation of it, counts against another quota, and no address stands in the file.
 */
import { hash } from "node:crypto"
import * as path from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import { millisOf } from "../../src/policy/deadline/Deadline.ts"
import { PermitStores, type Quota, quotaName } from "../../src/policy/rate-limit/PermitStores.ts"
import { Home } from "../home/Home.ts"
import { layerDatabase, unusable } from "../sql/OpenDatabase.ts"
import { openUnlocked } from "../sql/SqliteClient.ts"
import { permitTables } from "../sql/permits/PermitTables.ts"
import { problemOf, thrownFailure } from "../sql/SqlFailure.ts"
import { type MachineReading, readMachine } from "./MachineClock.ts"
import { PermitFile } from "./PermitFile.ts"
import { SqlitePermitStore } from "./SqlitePermitStore.ts"

/** The name of the file in the home. */
export const permitFileName = "permits.db"

const tables = layerDatabase({ fileName: permitFileName, synchronous: "FULL", migrations: [permitTables] })

/** The stores, by a machine's clocks. **Errors** `ConfigurationError` that names `LUDENG_HOME`, the file, and its fault. */
export const layerBy = (read: () => MachineReading): Layer.Layer<PermitStores, ConfigurationError, Home> =>
  Layer.effect(
    PermitStores,
    Effect.gen(function* () {
      const { folder } = yield* Home
      const name = path.join(folder, permitFileName)
      yield* Effect.scoped(Layer.build(tables))
      const orUnusable = <A>(open: () => A) =>
        Effect.try({ try: open, catch: (error) => unusable(name, thrownFailure("open", error).problem) })
      const stores = new Map<string, SqlitePermitStore>()
      const database = yield* Effect.acquireRelease(
        Effect.mapError(openUnlocked({ file: name, synchronous: "FULL" }), (error) => unusable(name, problemOf(error))),
        (it) =>
          Effect.sync(() => {
            for (const store of stores.values()) store.flush()
            it.close()
          })
      )
      const file = yield* orUnusable(() => new PermitFile(database, read))
      const lead = file.epoch + read().monotonic - millisOf(yield* Clock.Clock)
      return {
        storeOf: (quota) => {
          const row = rowName(quota)
          const store = stores.get(row) ?? new SqlitePermitStore(file, row, lead)
          stores.set(row, store)
          return store
        }
      }
    })
  )

/** The stores of this machine. **Errors** as `layerBy`. */
export const layer: Layer.Layer<PermitStores, ConfigurationError, Home> = layerBy(readMachine)

const rowName = (quota: Quota): string => quotaName({ ...quota, baseURL: hash("sha256", quota.baseURL).slice(0, 16) })
