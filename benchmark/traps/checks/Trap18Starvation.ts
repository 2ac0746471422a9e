/**
 * Trap 18: who has a low priority never gets a turn while others keep coming.
 */
import type { Door, MakeDoor } from "../Door.ts"
import { pause, unwatched } from "../Running.ts"
import { type Check, type Trap, verdict } from "../Trap.ts"

const highTasks = 200
const taskMillis = 5
const agingStep = 100

const measure = async (door: Door): Promise<number | undefined> => {
  let begun = 0
  let lowAfter: number | undefined
  const high = async (): Promise<void> => {
    begun += 1
    await pause(taskMillis)
  }
  // Three callers come again as soon as they are done: one of them always waits.
  const feed = async (): Promise<void> => {
    if (begun >= highTasks) return
    await door.run(high, { priority: "high" })
    await feed()
  }
  const feeders = [feed(), feed(), feed()]
  await pause(taskMillis)
  unwatched(door.run(async () => void (lowAfter ??= begun), { priority: "low" }))
  await Promise.race([Promise.all(feeders), pause(20_000)])
  return lowAfter
}

const checkOf =
  (load: () => Promise<MakeDoor>): Check =>
  async () => {
    const door = await (await load())({ places: 1, agingStep })
    if (door === undefined) return undefined
    const after = await measure(door)
    const isKept = after !== undefined && after < highTasks
    return verdict(isKept, isKept ? `after ${after} of ${highTasks}` : `not before all ${highTasks} were done`)
  }

/** The trap. */
export const starvation: Trap = {
  number: 18,
  title: "Low priorities starve",
  question: `One place; three callers of high priority come again and again, ${highTasks} tasks of ${taskMillis} ms in all; one of low priority waits. Measured: how many of the high ones went before it. Kept: it does not wait for the last of them (ours: aging step ${agingStep} ms).`,
  checks: {
    ours: checkOf(async () => (await import("../../ours/TrapDoor.ts")).makeDoor),
    bottleneck: checkOf(async () => (await import("../doors/Bottleneck.ts")).makeDoor),
    "p-queue": checkOf(async () => (await import("../doors/PQueue.ts")).makeDoor)
  },
  without: {
    Effect: "no priorities: first come, first served",
    cockatiel: "no priorities: first come, first served",
    opossum: "no queue"
  }
}
