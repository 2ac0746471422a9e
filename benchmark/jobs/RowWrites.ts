/**
 * The writes that a ledger makes, recorded as SQLite is given them, and made again by nobody but SQLite: what the rows
 * cost without the library. What is only read, and savepoints inside a transaction, are left out.
 */
import { DatabaseSync, type SQLInputValue, StatementSync } from "node:sqlite"

/** One statement with its values. */
export interface RowWrite {
  readonly sql: string
  readonly values: ReadonlyArray<SQLInputValue>
}

const isWrite = (sql: string): boolean => /^\s*(BEGIN|COMMIT|INSERT|UPDATE|DELETE)\b/i.test(sql)

/** Records from now on; gives what was recorded so far. */
export const recordWrites = (): (() => ReadonlyArray<RowWrite>) => {
  const writes: Array<RowWrite> = []
  for (const name of ["all", "run"] as const) {
    const original = StatementSync.prototype[name] as (...values: Array<SQLInputValue>) => unknown
    Object.assign(StatementSync.prototype, {
      [name](this: StatementSync, ...values: Array<SQLInputValue>) {
        if (isWrite(this.sourceSQL)) writes.push({ sql: this.sourceSQL, values })
        return original.apply(this, values)
      }
    })
  }
  return () => writes.splice(0)
}

/** Makes the writes again on a database that has the tables and none of the rows. */
export const makeWrites = (file: string, writes: ReadonlyArray<RowWrite>): void => {
  const database = new DatabaseSync(file)
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
  const prepared = new Map<string, StatementSync>()
  for (const { sql, values } of writes) {
    let statement = prepared.get(sql)
    if (statement === undefined) prepared.set(sql, (statement = database.prepare(sql)))
    statement.all(...values)
  }
  database.close()
}
