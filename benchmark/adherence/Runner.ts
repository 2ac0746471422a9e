/**
 * The process of one limiter and one pattern: gives it all tasks and notes when each begins.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { answerParent, argumentOf } from "../process/Child.ts"
import type { Tier } from "./Limiter.ts"
import { limiters } from "./Limiters.ts"

/** What a runner is asked for. **Units** `arrivals` in milliseconds from the beginning, sorted; `cap` in milliseconds. */
export interface RunnerRequest {
  readonly name: string
  readonly tiers: ReadonlyArray<Tier>
  readonly arrivals: ReadonlyArray<{ readonly at: number; readonly count: number }>
  readonly cap: number
}

/** The sorted instants; empty where the limiter is not there yet. */
export interface RunnerAnswer {
  readonly starts: ReadonlyArray<number>
}

const measure = async ({ arrivals, cap, name, tiers }: RunnerRequest): Promise<ReadonlyArray<number>> => {
  const found = limiters.find((it) => it.name === name)
  if (found === undefined) throw new Error(`there is no limiter ${name}`)
  const start = await (await found.load())(tiers)
  if (start === undefined) return []
  const starts: Array<number> = []
  const total = arrivals.reduce((sum, { count }) => sum + count, 0)
  const all = Promise.withResolvers<void>()
  const task = () => {
    if (starts.push(performance.now()) === total) all.resolve()
  }
  const begunAt = performance.now()
  for (const { at, count } of arrivals) {
    await sleep(Math.max(0, begunAt + at - performance.now()))
    for (let index = 0; index < count; index++) start(task)
  }
  await Promise.race([all.promise, sleep(cap)])
  return starts.toSorted((left, right) => left - right)
}

answerParent({ starts: await measure(argumentOf<RunnerRequest>()) } satisfies RunnerAnswer)
