/**
 * The process that measures how listing and claiming fare as the table grows, and tells by which plan SQLite answers.
 */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { answerParent, argumentOf } from "../process/Child.ts"
import { withLedger } from "../ours/Ledger.ts"

/** What is asked for: so many rows that have ended, and a hundred that are due. */
export interface GrowthRequest {
  readonly rows: number
}

/** **Units** milliseconds for each operation, the median. */
export interface GrowthAnswer {
  readonly rows: number
  readonly enter: number
  readonly claim: number
  readonly list: number
  readonly plans: ReadonlyArray<{ readonly query: string; readonly plan: string }>
}

const due = 100
const samples = 60

const medianOf = async (count: number, work: () => Promise<unknown>): Promise<number> => {
  const times: Array<number> = []
  for (let index = 0; index < count; index++) {
    const before = performance.now()
    await work()
    times.push(performance.now() - before)
  }
  return times.toSorted((left, right) => left - right)[Math.floor(count / 2)] ?? 0
}

/** Copies of one row that has ended, under other names and times. */
const fill = (file: string, rows: number): void => {
  const database = new DatabaseSync(file)
  database.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000")
  const columns = database
    .prepare("SELECT name FROM pragma_table_info('jobs')")
    .all()
    .map(({ name }) => String(name))
  const own: Readonly<Record<string, string>> = {
    id: "'copy_' || counter.value",
    request_hash: "lower(hex(randomblob(32)))",
    created_at: "jobs.created_at - counter.value * 1000",
    updated_at: "jobs.updated_at - counter.value * 1000"
  }
  database.exec(`
    INSERT INTO jobs (${columns.join(", ")})
    WITH RECURSIVE counter(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM counter WHERE value < ${rows})
    SELECT ${columns.map((name) => own[name] ?? `jobs.${name}`).join(", ")}
    FROM counter, (SELECT * FROM jobs WHERE state = 'Stored' LIMIT 1) AS jobs`)
  database.close()
}

const queries = {
  "what is due":
    "SELECT id FROM jobs WHERE state IN ('Queued', 'Submitting', 'Submitted', 'Running') AND priority = 1 AND due_at <= 1 ORDER BY due_at LIMIT 100",
  "a page": "SELECT * FROM jobs WHERE owner = 'default' ORDER BY created_at DESC, id DESC LIMIT 100",
  "the next page":
    "SELECT * FROM jobs WHERE owner = 'default' AND (created_at, id) < (SELECT created_at, id FROM jobs WHERE id = 'x') ORDER BY created_at DESC, id DESC LIMIT 100",
  "a key": "SELECT * FROM jobs WHERE owner = 'default' AND idempotency_key = 'k'",
  "pictures of a request":
    "SELECT * FROM jobs WHERE owner = 'default' AND request_hash = 'h' AND state = 'Stored' ORDER BY updated_at DESC LIMIT 100",
  "what a ledger holds": "SELECT id FROM jobs WHERE lease_holder = 'h'"
}

const plansIn = (file: string): GrowthAnswer["plans"] => {
  const database = new DatabaseSync(file)
  const plans = Object.entries(queries).map(([query, sql]) => ({
    query,
    plan: database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail))
      .join("; ")
  }))
  database.close()
  return plans
}

const { rows } = argumentOf<GrowthRequest>()
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ludeng-bench-growth-"))
const file = path.join(folder, "ledger.db")
try {
  await withLedger(folder, ({ job }) => job())
  fill(file, rows)
  await withLedger(folder, async (ledger) => {
    for (let index = 0; index < due; index++) await ledger.queued()
    const answer: GrowthAnswer = {
      rows,
      enter: await medianOf(samples, ledger.queued),
      claim: await medianOf(samples, () => ledger.claimAndGiveBack(1)),
      list: await medianOf(samples, () => ledger.list(100)),
      plans: plansIn(file)
    }
    answerParent(answer)
  })
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}
