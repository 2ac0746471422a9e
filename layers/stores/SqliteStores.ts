/**
 * Everything that is kept, in the databases of the home.
 */
import * as Layer from "effect/Layer"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import type { LiveSettings } from "../../src/settings/LiveSettings.ts"
import type { Home } from "../home/Home.ts"
import * as Audit from "../audit/Audit.ts"
import * as SqliteCacheStore from "../cache/SqliteCacheStore.ts"
import * as SqliteDeadLetters from "../dead-letter/SqliteDeadLetters.ts"
import * as SqliteJobLedger from "../job/SqliteJobLedger.ts"
import * as SqliteCostLedger from "../money/SqliteCostLedger.ts"
import * as SqlitePermitStores from "../rate-limit/SqlitePermitStores.ts"
import * as LedgerDatabase from "../sql/LedgerDatabase.ts"
import * as HomeSealer from "../vault/HomeSealer.ts"
import type { OpenedVault } from "../vault/OpenedVault.ts"
import type { Stores } from "./MemoryStores.ts"

/** The stores. **Errors** `ConfigurationError` that names `LUDENG_HOME` where the home can not be used. */
export const layer: Layer.Layer<Stores, ConfigurationError, Home | LiveSettings | OpenedVault> =
  SqliteJobLedger.layer.pipe(
    Layer.provideMerge(SqliteCostLedger.layer),
    Layer.provideMerge(Layer.merge(SqliteCacheStore.layer, SqliteDeadLetters.layer)),
    Layer.provideMerge(
      Layer.mergeAll(
        // The key first: a ledger without its key is a home of which a part is lost.
        Layer.merge(Audit.layer, LedgerDatabase.layer).pipe(Layer.provideMerge(HomeSealer.layer)),
        SqlitePermitStores.layer
      )
    )
  )
