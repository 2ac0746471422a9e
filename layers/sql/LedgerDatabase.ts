/**
 * The database of what was paid for: jobs, money, permits, dead letters. A transaction in it survives a power cut.
 */
import type * as Layer from "effect/Layer"
import type * as SqlClient from "effect/sql/SqlClient"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import type { Home } from "../home/Home.ts"
import { deadLetterTable } from "./ledger/DeadLetterTable.ts"
import { jobTable } from "./ledger/JobTable.ts"
import { moneyTables } from "./ledger/MoneyTables.ts"
import { ledgerFile } from "./LedgerFile.ts"
import { layerDatabase } from "./OpenDatabase.ts"

/** Its client: one connection for all ledgers, so that a job and its money move in one transaction. */
export const layer: Layer.Layer<SqlClient.SqlClient, ConfigurationError, Home> = layerDatabase({
  fileName: ledgerFile,
  synchronous: "FULL",
  migrations: [jobTable, moneyTables, deadLetterTable]
})
