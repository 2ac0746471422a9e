/**
 * The process of one case, one number of waiters and one phase: enqueue and drain, or enqueue and cancel half. Every
 * step is given up when its time is over; what was done until then is told.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { answerParent, argumentOf } from "../process/Child.ts"
import { queueCases } from "./Cases.ts"
import type { OpenedQueue, OpenQueue } from "./QueueCase.ts"

/** What a runner is asked for. **Units** `cap` in milliseconds, for each step. */
export interface RunnerRequest {
  readonly name: string
  readonly waiters: number
  readonly phase: "drain" | "cancel"
  readonly cap: number
}

/** A step: how many it managed, and in which time. `begun` where more were begun than managed. **Units** milliseconds. */
export interface Step {
  readonly count: number
  readonly millis: number
  readonly begun?: number
}

/** What was measured; absent is what the case can not do. **Units** bytes of one waiter. */
export interface RunnerAnswer {
  readonly isNotThereYet?: boolean
  readonly enqueue?: Step
  readonly bytes?: number
  readonly drain?: Step
  readonly cancel?: Step
}

/** A small generator of our own, so that every case gets the same classes. */
const classes = () => {
  let state = 20_261_124
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >>> 8) % 10
  }
}

const memory = async (): Promise<number> => {
  for (let times = 0; times < 2; times++) {
    globalThis.gc?.()
    await sleep(1)
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const lookEvery = 64

const enqueue = async (queue: OpenedQueue, waiters: number, isCancellable: boolean, cap: number): Promise<Step> => {
  const nextClass = classes()
  const begunAt = performance.now()
  const isOver = () => performance.now() - begunAt > cap
  let added = 0
  while (added < waiters && !(added % lookEvery === 0 && isOver())) {
    queue.add(nextClass(), isCancellable)
    added += 1
  }
  const { accepted } = queue
  if (accepted === undefined) return { count: added, millis: performance.now() - begunAt }
  while (accepted() < added && !isOver()) await sleep(1)
  return { count: accepted(), millis: performance.now() - begunAt, begun: added }
}

/** Counts to a number and tells when it is reached. */
class Counter {
  count = 0
  #target = Number.POSITIVE_INFINITY
  #reached: (() => void) | undefined

  readonly add = (): void => {
    this.count += 1
    if (this.count === this.#target) this.#reached?.()
  }

  /** Waits until the target is reached or the time is over. */
  async until(target: number, cap: number): Promise<void> {
    if (this.count >= target) return
    await Promise.race([
      new Promise<void>((resolve) => {
        this.#target = target
        this.#reached = resolve
      }),
      sleep(cap)
    ])
  }
}

const drainOf = async (queue: OpenedQueue, done: Counter, waiters: number, cap: number): Promise<Step> => {
  const before = done.count
  const begunAt = performance.now()
  queue.release()
  await done.until(before + waiters, cap)
  return { count: done.count - before, millis: performance.now() - begunAt }
}

const cancelOf = async (queue: OpenedQueue, gone: Counter, waiters: number, cap: number): Promise<Step | undefined> => {
  const { cancel } = queue
  if (cancel === undefined) return undefined
  const begunAt = performance.now()
  let cancelled = 0
  for (let index = 0; index < waiters; index += 2) {
    if (cancelled % lookEvery === 0 && performance.now() - begunAt > cap) break
    cancel(index)
    cancelled += 1
  }
  await gone.until(cancelled, cap)
  return { count: gone.count, millis: performance.now() - begunAt }
}

const warmUp = async (open: OpenQueue, waiters: number): Promise<void> => {
  const done = new Counter()
  const queue = await open(waiters, done.add, () => undefined)
  if (queue === undefined) return
  const { count } = await enqueue(queue, waiters, false, 5_000)
  await drainOf(queue, done, count, 5_000)
}

const measure = async (open: OpenQueue, { cap, phase, waiters }: RunnerRequest): Promise<RunnerAnswer> => {
  const done = new Counter()
  const gone = new Counter()
  const queue = await open(waiters, done.add, gone.add)
  if (queue === undefined) return { isNotThereYet: true }
  const before = await memory()
  const enqueued = await enqueue(queue, waiters, phase === "cancel", cap)
  if (phase === "cancel") {
    const cancel = await cancelOf(queue, gone, enqueued.count, cap)
    return cancel === undefined ? {} : { cancel }
  }
  const bytes = ((await memory()) - before) / (enqueued.begun ?? enqueued.count)
  return { enqueue: enqueued, bytes, drain: await drainOf(queue, done, enqueued.count, cap) }
}

const request = argumentOf<RunnerRequest>()
const found = queueCases.find((it) => it.name === request.name)
if (found === undefined) throw new Error(`there is no case ${request.name}`)
const open = await found.load()
await warmUp(open, found.warmUp)
answerParent(await measure(open, request))
