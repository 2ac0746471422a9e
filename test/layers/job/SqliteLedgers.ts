/**
 * Jobs and money as a live program keeps them, in a folder of a test's.
 */
import * as Layer from "effect/Layer"
import { Home } from "../../../layers/home/Home.ts"
import * as SqliteJobLedger from "../../../layers/job/SqliteJobLedger.ts"
import * as SqliteCostLedger from "../../../layers/money/SqliteCostLedger.ts"
import * as LedgerDatabase from "../../../layers/sql/LedgerDatabase.ts"
import * as LocalSealer from "../../../layers/vault/LocalSealer.ts"
import type { Ledgers } from "../../support/FakeImageProvider.ts"

/** Each time it is provided it is another program on the same files. */
export const ledgersIn = (folder: string): Ledgers =>
  SqliteJobLedger.layer.pipe(
    Layer.provideMerge(SqliteCostLedger.layer),
    Layer.provide(Layer.mergeAll(LocalSealer.layer, LedgerDatabase.layer)),
    Layer.provide(Layer.succeed(Home, { folder })),
    Layer.fresh,
    Layer.orDie
  )
