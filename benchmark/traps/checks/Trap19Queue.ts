/**
 * Trap 19: a queue without a bound, that keeps who has left, with a timer for each waiter, slower the longer it is.
 */
import { median } from "../../report/Statistics.ts"
import type { Door, MakeDoor } from "../Door.ts"
import { comesTrue, pause, unwatched } from "../Running.ts"
import { type Check, type Trap, verdictOfParts } from "../Trap.ts"

const waiting = 100
const noTask = () => Promise.resolve()

/** The one place is taken until the promise resolves. */
const taken = async (
  door: Door | undefined
): Promise<{ readonly door: Door; readonly release: () => void } | undefined> => {
  if (door === undefined) return undefined
  const { promise, resolve } = Promise.withResolvers<void>()
  const inside = Promise.withResolvers<void>()
  unwatched(
    door.run(() => {
      inside.resolve()
      return promise
    })
  )
  await inside.promise
  return { door, release: resolve }
}

/** How many callers are refused when twice as many come as may wait. */
const refusedOf = async (door: Door): Promise<number> => {
  let refused = 0
  for (let caller = 0; caller < waiting * 2; caller++) door.run(noTask).catch(() => (refused += 1))
  await comesTrue(() => refused >= waiting, 3_000)
  return refused
}

/** Whether callers find a place to wait after those before them have left; absent where nobody can leave. */
const refusedAfterLeaving = async (door: Door): Promise<number> => {
  const leaving = new AbortController()
  for (let caller = 0; caller < waiting; caller++) unwatched(door.run(noTask, { signal: leaving.signal }))
  await pause(50)
  leaving.abort()
  await pause(50)
  let refused = 0
  for (let caller = 0; caller < waiting; caller++) door.run(noTask).catch(() => (refused += 1))
  await pause(100)
  return refused
}

const timers = () => process.getActiveResourcesInfo().filter((it) => it === "Timeout").length

const timersOf = async (door: Door): Promise<number> => {
  const before = timers()
  for (let caller = 0; caller < 1_000; caller++) unwatched(door.run(noTask))
  await pause(50)
  return timers() - before
}

/** **Units** microseconds to add a waiter of low or high priority in turn, behind `length` others. */
const microsBehind = (door: Door, length: number): number => {
  const add = (caller: number) => unwatched(door.run(noTask, { priority: caller % 2 === 0 ? "low" : "high" }))
  for (let caller = 0; caller < length; caller++) add(caller)
  const chunks = Array.from({ length: 15 }, () => {
    const begunAt = performance.now()
    for (let caller = 0; caller < chunk; caller++) add(caller)
    return ((performance.now() - begunAt) * 1000) / chunk
  })
  return median(chunks) ?? Number.NaN
}

const chunk = 200

const longest = 50_000

interface Abilities {
  readonly canBound: boolean
  readonly canLeave: boolean
}

type Parts = Parameters<typeof verdictOfParts>[0]

const noMore = (): Promise<Parts> => Promise.resolve([])

/** Effect's limiter tells each caller how long to sleep. */
const sleepersOfEffect = async (): Promise<Parts> => {
  const { openWith } = await import("../../adherence/limiters/EffectRateLimiter.ts")
  const start = await openWith("fixed-window")([{ limit: 1, window: 3_600_000 }])
  const before = timers()
  for (let caller = 0; caller < 1_001; caller++) start?.(() => undefined)
  await pause(50)
  const count = timers() - before
  return [["timers for 1 000 waiters of its limiter", count <= 2, `${count}`]]
}

const checkOf =
  (load: () => Promise<MakeDoor>, { canBound, canLeave }: Abilities, more: () => Promise<Parts> = noMore): Check =>
  async () => {
    const make = await load()
    const fresh = async (bound?: number) =>
      (await taken(await make({ places: 1, ...(bound === undefined ? {} : { waiting: bound }) })))?.door
    const bounded = await fresh(waiting)
    const left = await fresh(waiting)
    const timed = await fresh()
    // The first one warms up.
    const doors = [await fresh(), await fresh(), await fresh()] as const
    if (bounded === undefined || left === undefined || timed === undefined || doors.includes(undefined))
      return undefined
    const micros: Array<number> = []
    for (const [index, door] of doors.entries()) {
      if (door !== undefined) micros.push(microsBehind(door, index === 2 ? longest : 1_000))
    }
    const refused = canBound ? await refusedOf(bounded) : 0
    const count = await timersOf(timed)
    const growth = (micros[2] ?? Number.NaN) / (micros[1] ?? Number.NaN)
    const refusedLater = canLeave && canBound ? await refusedAfterLeaving(left) : 0
    return verdictOfParts([
      ["can be bounded", refused === waiting, canBound ? `${refused} of ${waiting} too many are refused` : "no bound"],
      [
        "who leaves is forgotten",
        canLeave && refusedLater === 0,
        canLeave
          ? canBound
            ? `${refusedLater} of ${waiting} newcomers refused`
            : "leaves at once"
          : "nobody can leave"
      ],
      ["timers for 1 000 waiters", count <= 2, `${count}`],
      [`time to add behind ${longest} to that behind 1 000`, growth < 2, growth.toFixed(1)],
      ...(await more())
    ])
  }

/** The trap. */
export const queue: Trap = {
  number: 19,
  title: "A queue that grows, keeps, and slows",
  question: `One place, taken. Kept: the queue can be bounded; those who leave make room at once; at most two timers for 1 000 waiters; behind ${longest} waiters a newcomer costs less than twice what it costs behind 1 000.`,
  checks: {
    ours: checkOf(async () => (await import("../../ours/TrapDoor.ts")).makeDoor, { canBound: true, canLeave: true }),
    Effect: checkOf(
      async () => (await import("../doors/EffectSemaphore.ts")).makeDoor,
      { canBound: false, canLeave: true },
      sleepersOfEffect
    ),
    cockatiel: checkOf(async () => (await import("../doors/Cockatiel.ts")).makeDoor, {
      canBound: true,
      canLeave: true
    }),
    bottleneck: checkOf(async () => (await import("../doors/Bottleneck.ts")).makeDoor, {
      canBound: true,
      canLeave: false
    }),
    "p-queue": checkOf(async () => (await import("../doors/PQueue.ts")).makeDoor, { canBound: false, canLeave: true })
  },
  without: { opossum: "no queue: refuses at once" }
}
