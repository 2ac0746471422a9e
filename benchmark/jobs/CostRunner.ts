/**
 * The process that measures what jobs cost beside their bare row writes: rounds of both, one after the other, in one
 * process, on the same disk.
 */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { answerParent, argumentOf } from "../process/Child.ts"
import { withLedger } from "../ours/Ledger.ts"
import { makeWrites, recordWrites, type RowWrite } from "./RowWrites.ts"

/** What is asked for. */
export interface CostRequest {
  readonly jobs: number
  readonly rounds: number
}

/** **Units** CPU in milliseconds for each job (user and system), heap in bytes. */
export interface CostAnswer {
  readonly rounds: ReadonlyArray<{ readonly ours: number; readonly bare: number; readonly writes: number }>
  readonly heapAt: ReadonlyArray<{ readonly jobs: number; readonly bytes: number }>
}

const cpuMillis = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}

const heapBytes = async (): Promise<number> => {
  for (let times = 0; times < 2; times++) {
    globalThis.gc?.()
    await sleep(1)
  }
  return process.memoryUsage().heapUsed
}

const folderOf = (name: string): string => fs.mkdtempSync(path.join(os.tmpdir(), `ludeng-bench-${name}-`))

const inFolder = async <A>(name: string, work: (folder: string) => Promise<A>): Promise<A> => {
  const folder = folderOf(name)
  try {
    return await work(folder)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

const { jobs, rounds } = argumentOf<CostRequest>()

/** CPU of ours, and the heap at each tenth of the way. */
const ours = (heapAt: Array<CostAnswer["heapAt"][number]>, count: number) =>
  inFolder("ours", async (folder) => {
    let used = 0
    await withLedger(folder, async ({ job }) => {
      for (let warm = 0; warm < 200; warm++) await job()
      for (let tenth = 1; tenth <= 10; tenth++) {
        const before = cpuMillis()
        for (let index = 0; index < count / 10; index++) await job()
        used += cpuMillis() - before
        heapAt.push({ jobs: (tenth * count) / 10, bytes: await heapBytes() })
      }
    })
    return used / count
  })

const bareOf = (writes: ReadonlyArray<RowWrite>, count: number) =>
  inFolder("bare", async (folder) => {
    // The library makes the tables, and leaves.
    await withLedger(folder, () => Promise.resolve())
    const before = cpuMillis()
    makeWrites(path.join(folder, "ledger.db"), writes)
    return (cpuMillis() - before) / count
  })

const perRound = Math.round(jobs / rounds)
const heapAt: Array<CostAnswer["heapAt"][number]> = []
const oursByRound: Array<number> = []
for (let round = 0; round < rounds; round++) oursByRound.push(await ours(round === 0 ? heapAt : [], perRound))
const recorded = recordWrites()
const measured = []
for (const own of oursByRound) {
  const writes = await inFolder("recorded", async (folder) => {
    let found: ReadonlyArray<RowWrite> = []
    await withLedger(folder, async ({ job }) => {
      recorded()
      for (let index = 0; index < perRound; index++) await job()
      found = recorded()
    })
    return found
  })
  measured.push({ ours: own, bare: await bareOf(writes, perRound), writes: writes.length / perRound })
}
answerParent({ rounds: measured, heapAt } satisfies CostAnswer)
