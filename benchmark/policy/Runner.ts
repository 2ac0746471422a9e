/**
 * The process of one case: finds out how many calls fill a time, warms up, and measures.
 */
import { answerParent, argumentOf } from "../process/Child.ts"
import { policyCases } from "./Cases.ts"
import type { RunMany } from "./PolicyCase.ts"

/** What a runner is asked for. **Units** `duration` and `warmUp` in milliseconds. */
export interface RunnerRequest {
  readonly name: string
  readonly workers: number
  readonly warmUp: number
  readonly duration: number
}

/** The time of one call, or nothing where the case is not there yet. **Units** nanoseconds. */
export interface RunnerAnswer {
  readonly nanos: number | null
}

const largestBatch = 1_000_000

/** A batch that takes about `millis`, found by doubling; that is the warm-up too. */
const batchOf = async (run: RunMany, workers: number, millis: number, warmUp: number): Promise<number> => {
  const until = performance.now() + warmUp
  let batch = workers
  while (performance.now() < until) {
    const begunAt = performance.now()
    await run(batch, workers)
    if (performance.now() - begunAt < millis && batch < largestBatch) batch *= 2
  }
  return batch
}

const nanosOf = async (run: RunMany, workers: number, batch: number, duration: number): Promise<number> => {
  const begunAt = performance.now()
  let calls = 0
  while (performance.now() < begunAt + duration) {
    await run(batch, workers)
    calls += batch
  }
  return ((performance.now() - begunAt) * 1e6) / calls
}

const measure = async (run: RunMany, { duration, warmUp, workers }: RunnerRequest): Promise<number> =>
  nanosOf(run, workers, await batchOf(run, workers, duration / 10, warmUp), duration)

const request = argumentOf<RunnerRequest>()
const found = policyCases.find((it) => it.name === request.name)
if (found === undefined) throw new Error(`there is no case ${request.name}`)
const run = await (await found.load())()
answerParent({ nanos: run === undefined ? null : await measure(run, request) } satisfies RunnerAnswer)
