/** The name of the ledger's file in the home. */
export const ledgerFile = "ledger.db"
