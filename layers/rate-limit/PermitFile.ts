/**
 * The file of permits: what a store reads and writes there, each in one transaction.
 *
 * A grant is on disk when it returns, also after a power cut. An end, and a permit that is given back, are there for
 * every process, and may be lost in a power cut: the permit then ends by its lease, which is later and never too early.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import { epochOf, type KeptClock, type MachineReading } from "./MachineClock.ts"

/** A permit as it is kept. **Units** instants in whole milliseconds of the file's clock. */
export interface PermitRow {
  readonly id: number
  readonly leaseUntil: number
  /** Absent while it is in flight. */
  readonly countedAt: number | undefined
  readonly isGivenBack: boolean
  readonly change: number
}

/** What is no longer kept of a quota: permits counted until an instant, changes up to a number. */
export interface Forgotten {
  readonly countedUntil: number
  readonly change: number
}

/** `FULL` writes through to the disk, `NORMAL` to the system. */
export type Durability = "FULL" | "NORMAL"

/** The file. **Gotchas** Its methods throw what SQLite throws; a transaction that throws has changed nothing. */
export class PermitFile {
  /** The lead of the file's clock over the machine's monotonic one. **Units** milliseconds, with fractions. */
  readonly epoch: number
  readonly #read: () => MachineReading
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #durability: Durability = "FULL"

  /** Over a connection that nobody else uses, with `synchronous` at `FULL`. */
  constructor(database: DatabaseSync, read: () => MachineReading) {
    this.#database = database
    this.#read = read
    this.epoch = this.write("FULL", () => this.#setClock())
  }

  /** The number of the last change that any process made. */
  lastChange(): number {
    return Number(this.#one("SELECT last_change FROM clock")?.["last_change"] ?? 0)
  }

  /** What was changed of a quota after a change, oldest first. */
  changesAfter(quota: string, change: number): ReadonlyArray<PermitRow> {
    return this.#statement(
      "SELECT id, lease_until, counted_at, given_back, change FROM permits WHERE quota = ? AND change > ? ORDER BY change"
    )
      .all(quota, change)
      .map((row) => ({
        id: Number(row["id"]),
        leaseUntil: Number(row["lease_until"]),
        countedAt: row["counted_at"] === null ? undefined : Number(row["counted_at"]),
        isGivenBack: row["given_back"] === 1,
        change: Number(row["change"])
      }))
  }

  /** What had to be forgotten of a quota. */
  forgotten(quota: string): Forgotten | undefined {
    const row = this.#one("SELECT counted_until, change FROM forgotten WHERE quota = ?", quota)
    return row === undefined ? undefined : { countedUntil: Number(row["counted_until"]), change: Number(row["change"]) }
  }

  /** Runs a transaction that writes; while it runs no other process writes. */
  write<A>(durability: Durability, body: () => A): A {
    if (durability !== this.#durability) {
      this.#database.exec(`PRAGMA synchronous = ${durability}`)
      this.#durability = durability
    }
    this.#statement("BEGIN IMMEDIATE").run()
    try {
      const result = body()
      this.#statement("COMMIT").run()
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK")
      throw error
    }
  }

  /** Keeps a permit in flight. Inside `write`. */
  insert(quota: string, leaseUntil: number): PermitRow {
    const change = this.#nextChange()
    const { lastInsertRowid } = this.#statement(
      "INSERT INTO permits (quota, lease_until, change) VALUES (?, ?, ?)"
    ).run(quota, leaseUntil, change)
    return { id: Number(lastInsertRowid), leaseUntil, countedAt: undefined, isGivenBack: false, change }
  }

  /** Ends a permit; without an instant it is given back. Inside `write`. */
  end(id: number, countedAt: number | undefined): void {
    const isOpen = "id = ? AND counted_at IS NULL AND given_back = 0"
    if (countedAt === undefined) {
      this.#statement(`UPDATE permits SET given_back = 1, change = ? WHERE ${isOpen}`).run(this.#nextChange(), id)
    } else {
      this.#statement(`UPDATE permits SET counted_at = ?, change = ? WHERE ${isOpen}`).run(
        countedAt,
        this.#nextChange(),
        id
      )
    }
  }

  /** Forgets all permits of a quota but the newest, and those that are still in flight. Inside `write`. */
  forgetAllBut(quota: string, newest: number, now: number): void {
    const edge = this.#one("SELECT id FROM permits WHERE quota = ? ORDER BY id DESC LIMIT 1 OFFSET ?", quota, newest)
    if (edge === undefined) return
    const old = "quota = ? AND id <= ? AND (given_back = 1 OR coalesce(counted_at, lease_until) <= ?)"
    const what = [quota, Number(edge["id"]), now] as const
    const gone = this.#one(
      `SELECT max(change) AS change, max(CASE given_back WHEN 1 THEN 0 ELSE coalesce(counted_at, lease_until) END) AS counted
       FROM permits WHERE ${old}`,
      ...what
    )
    if (gone === undefined || gone["change"] === null) return
    this.#statement(
      `INSERT INTO forgotten (quota, counted_until, change) VALUES (?, ?, ?)
       ON CONFLICT (quota) DO UPDATE SET counted_until = max(counted_until, excluded.counted_until),
                                         change = max(change, excluded.change)`
    ).run(quota, Number(gone["counted"]), Number(gone["change"]))
    this.#statement(`DELETE FROM permits WHERE ${old}`).run(...what)
  }

  #nextChange(): number {
    const { monotonic, wall } = this.#read()
    const row = this.#one(
      "UPDATE clock SET last_change = last_change + 1, at = max(at, ?), wall = ? RETURNING last_change",
      monotonic + this.epoch,
      wall
    )
    return Number(row?.["last_change"])
  }

  #setClock(): number {
    const row = this.#one("SELECT machine, epoch, at, wall FROM clock")
    const kept: KeptClock | undefined =
      row === undefined
        ? undefined
        : {
            machine: String(row["machine"]),
            epoch: Number(row["epoch"]),
            at: Number(row["at"]),
            wall: Number(row["wall"])
          }
    const now = this.#read()
    const epoch = epochOf(kept, now)
    if (kept === undefined) {
      this.#statement("INSERT INTO clock (machine, epoch, at, wall, last_change) VALUES (?, ?, ?, ?, 0)").run(
        now.machine,
        epoch,
        now.monotonic + epoch,
        now.wall
      )
    } else {
      this.#statement("UPDATE clock SET machine = ?, epoch = ?, at = ?, wall = ?").run(
        now.machine,
        epoch,
        now.monotonic + epoch,
        now.wall
      )
    }
    return epoch
  }

  #one(sql: string, ...values: ReadonlyArray<string | number>) {
    return this.#statement(sql).get(...values)
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
