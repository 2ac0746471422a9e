/**
 * A file of permits in a folder of its own, and processes that share it, each with clocks that are set by hand.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Home } from "../../../layers/home/Home.ts"
import type { MachineReading } from "../../../layers/rate-limit/MachineClock.ts"
import { PermitFile } from "../../../layers/rate-limit/PermitFile.ts"
import { SqlitePermitStore } from "../../../layers/rate-limit/SqlitePermitStore.ts"
import { layerDatabase } from "../../../layers/sql/OpenDatabase.ts"
import { openSqlite } from "../../../layers/sql/SqliteClient.ts"
import { permitTables } from "../../../layers/sql/permits/PermitTables.ts"
import type { RateTier } from "../../../src/policy/rate-limit/RateTier.ts"

const tables = layerDatabase({ fileName: "permits.db", synchronous: "FULL", migrations: [permitTables] })

/** In memory where the system has such a folder: thousands of grants need not wait for a disk. */
const fastFolder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()

/** A program over the file, that can be asked by instants of its own clock. */
export interface PermitProgram {
  readonly connection: DatabaseSync
  readonly storeOf: (tiers: ReadonlyArray<RateTier>, quota?: string) => SqlitePermitStore
}

/** The machine on which the programs run: one monotonic clock, one wall clock. */
export class PermitMachine {
  readonly folder = mkdtempSync(join(fastFolder, "ludeng-permits-"))
  reading: MachineReading = { machine: "first run", monotonic: 5_000, wall: 1_795_000_000_000 }
  readonly #connections: Array<DatabaseSync> = []

  /** Makes the tables. */
  readonly prepare: Effect.Effect<void> = Effect.scoped(Layer.build(tables)).pipe(
    Effect.provide(Layer.succeed(Home, { folder: this.folder })),
    Effect.orDie,
    Effect.asVoid
  )

  /** Both clocks go on. */
  pass(millis: number): void {
    const { monotonic, wall } = this.reading
    this.reading = { ...this.reading, monotonic: monotonic + millis, wall: wall + millis }
  }

  get path(): string {
    return join(this.folder, "permits.db")
  }

  /** Starts a program whose own clock stands at `clock`. */
  start(clock = 0): PermitProgram {
    const connection = openSqlite({ file: this.path, synchronous: "FULL" })
    this.#connections.push(connection)
    const file = new PermitFile(connection, () => this.reading)
    const lead = file.epoch + this.reading.monotonic - clock
    return {
      connection,
      storeOf: (tiers, quota = "chat") => {
        const store = new SqlitePermitStore(file, quota, lead)
        store.configure(tiers)
        return store
      }
    }
  }

  /** Ends every program, and removes the file. */
  end(): void {
    for (const connection of this.#connections) connection.close()
    rmSync(this.folder, { recursive: true })
  }
}

/** A machine with an empty file, for as long as the scope lives. */
export const permitMachine = Effect.acquireRelease(
  Effect.gen(function* () {
    const machine = new PermitMachine()
    yield* machine.prepare
    return machine
  }),
  (machine) => Effect.sync(() => machine.end())
)
