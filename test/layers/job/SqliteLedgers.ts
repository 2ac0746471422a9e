/**
 * Jobs and money as a live program keeps them, in a folder of a test's.
 */
import * as Layer from "effect/Layer"
import type { SqlClient } from "effect/sql/SqlClient"
import { Home } from "../../../layers/home/Home.ts"
import * as SqliteJobLedger from "../../../layers/job/SqliteJobLedger.ts"
import * as SqliteCostLedger from "../../../layers/money/SqliteCostLedger.ts"
import * as LedgerDatabase from "../../../layers/sql/LedgerDatabase.ts"
import * as LocalSealer from "../../../layers/vault/LocalSealer.ts"
import type { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import type { Ledgers } from "../../support/FakeImageProvider.ts"

/** Each time it is provided it is another program on the same files. */
export const ledgersIn = (folder: string): Layer.Layer<Layer.Success<Ledgers> | SqlClient, never, LiveSettings> =>
  SqliteJobLedger.layer.pipe(
    Layer.provideMerge(SqliteCostLedger.layer),
    Layer.provideMerge(LedgerDatabase.layer),
    Layer.provide(LocalSealer.layer),
    Layer.provide(Layer.succeed(Home, { folder })),
    Layer.fresh,
    Layer.orDie
  )
