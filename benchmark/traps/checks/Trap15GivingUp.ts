/**
 * Trap 15: who gives up while waiting takes a permit along, keeps a place, or gives one back twice.
 */
import type { MakeDoor } from "../Door.ts"
import type { MakePaced } from "../Paced.ts"
import { comesTrue, millisText, pause, unwatched } from "../Running.ts"
import { type Check, type Trap, verdictOfParts } from "../Trap.ts"

type Part = Parameters<typeof verdictOfParts>[0][number]

const tier = { limit: 10, window: 300 }
const leavers = 20
const races = 200

/** How much later than the next window a newcomer begins, after a queue of others has left. */
const permitPart = async (name: string, make: MakePaced): Promise<Part | undefined> => {
  const limiter = await make([tier])
  if (limiter === undefined) return undefined
  let begunAt = 0
  for (let caller = 0; caller < tier.limit; caller++) unwatched(limiter.run(() => (begunAt ||= performance.now())))
  await pause(30)
  const leaving = new AbortController()
  for (let caller = 0; caller < leavers; caller++) unwatched(limiter.run(() => undefined, leaving.signal))
  await pause(30)
  leaving.abort()
  await pause(30)
  let late: number | undefined
  unwatched(limiter.run(() => (late = performance.now() - begunAt - tier.window)))
  await comesTrue(() => late !== undefined, 3_000)
  return [`${name}: a newcomer after ${leavers} have left`, late !== undefined && late < 100, lateText(late)]
}

const lateText = (late: number | undefined) => (late === undefined ? "not within 3 s" : `${millisText(late)} late`)

/** Whether a caller who leaves is told at once, and not only when a place is free. */
const tellingPart = async (make: MakeDoor): Promise<Part | undefined> => {
  const door = await make({ places: 1 })
  if (door === undefined) return undefined
  unwatched(door.run(() => new Promise(() => undefined)))
  await pause(10)
  const leaving = new AbortController()
  let isTold = false
  door.run(() => Promise.resolve(), { signal: leaving.signal }).catch(() => (isTold = true))
  await pause(10)
  leaving.abort()
  const told = await comesTrue(() => isTold, 300)
  return ["who leaves is told", told !== undefined, millisText(told)]
}

/** Lets so many microtasks go by, and beyond ten so many turns of the event loop. */
const ticks = async (count: number): Promise<void> => {
  for (let tick = 0; tick < Math.min(count, 10); tick++) await Promise.resolve()
  for (let turn = 10; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** A place becomes free, and so many ticks later its next holder leaves. Tells whether the place is lost. */
const isPlaceLost = async (make: MakeDoor, leavesAfter: number): Promise<boolean> => {
  const door = await make({ places: 1 })
  if (door === undefined) return false
  const holder = Promise.withResolvers<void>()
  unwatched(door.run(() => holder.promise))
  await pause(0)
  const leaving = new AbortController()
  unwatched(door.run(() => pause(0), { signal: leaving.signal }))
  await pause(0)
  holder.resolve()
  await ticks(leavesAfter)
  leaving.abort()
  const next = door.run(() => Promise.resolve()).then(() => true)
  return !(await Promise.race([next, pause(500).then(() => false)]))
}

const racePart = async (make: MakeDoor): Promise<Part> => {
  let lost = 0
  for (let race = 0; race < races && lost < 5; race++) if (await isPlaceLost(make, race % 14)) lost += 1
  return [`places lost in ${races} races of granting and leaving`, lost === 0, `${lost}`]
}

interface Makers {
  readonly doors: () => Promise<MakeDoor>
  readonly paced?: () => Promise<Readonly<Record<string, MakePaced>>>
}

const checkOf =
  ({ doors, paced }: Makers): Check =>
  async () => {
    const parts: Array<Part | undefined> = []
    for (const [name, make] of Object.entries((await paced?.()) ?? {})) parts.push(await permitPart(name, make))
    const door = await doors()
    parts.push(await tellingPart(door), await racePart(door))
    return parts.includes(undefined) ? undefined : verdictOfParts(parts.filter((it) => it !== undefined))
  }

/** The trap. */
export const givingUp: Trap = {
  number: 15,
  title: "Who gives up leaves a trace",
  question: `A limit of ${tier.limit} in ${tier.window} ms, used up; ${leavers} callers wait and leave; then one more comes. Kept: it begins with the next window (at most 100 ms late); who leaves is told at once; a place is not lost whose next holder leaves in the tick in which it is given, or one of those around it.`,
  checks: {
    ours: checkOf({
      doors: async () => (await import("../../ours/TrapDoor.ts")).makeDoor,
      paced: async () => ({ limiter: (await import("../../ours/TrapPaced.ts")).makePaced })
    }),
    Effect: checkOf({
      doors: async () => (await import("../doors/EffectSemaphore.ts")).makeDoor,
      paced: async () => {
        const { makeWith } = await import("../paced/EffectRateLimiter.ts")
        return { "fixed-window": makeWith("fixed-window"), "token-bucket": makeWith("token-bucket") }
      }
    }),
    cockatiel: checkOf({ doors: async () => (await import("../doors/Cockatiel.ts")).makeDoor }),
    "p-queue": checkOf({
      doors: async () => (await import("../doors/PQueue.ts")).makeDoor,
      paced: async () => ({ strict: (await import("../paced/PQueue.ts")).makePaced })
    })
  },
  without: { opossum: "no queue", bottleneck: "who waits can not leave" }
}
