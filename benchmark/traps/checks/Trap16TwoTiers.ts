/**
 * Trap 16: a request that one tier refuses has used up the other.
 */
import type { MakePaced, Paced } from "../Paced.ts"
import { comesTrue, millisText, pause, unwatched } from "../Running.ts"
import { type Check, type Trap, verdict } from "../Trap.ts"

const short = { limit: 10, window: 200 }
const long = { limit: 12, window: 1_000 }
const newcomers = 10

const nothing = () => undefined

/** Callers that the long tier does not let through: refused at once, or they wait and leave. */
const comeInVain = async ({ attempt, run }: Paced): Promise<void> => {
  if (attempt !== undefined) {
    for (let caller = 0; caller < newcomers; caller++) unwatched(attempt(nothing))
    return
  }
  const leaving = new AbortController()
  for (let caller = 0; caller < newcomers; caller++) unwatched(run(nothing, leaving.signal))
  await pause(20)
  leaving.abort()
}

const measure = async (limiter: Paced): Promise<number | undefined> => {
  const begunAt = performance.now()
  const until = (at: number) => pause(Math.max(0, begunAt + at - performance.now()))
  for (let caller = 0; caller < short.limit; caller++) unwatched(limiter.run(nothing))
  await until(250)
  for (let caller = short.limit; caller < long.limit; caller++) unwatched(limiter.run(nothing))
  await until(950)
  await comeInVain(limiter)
  await until(1_025)
  const comeAt = performance.now()
  const starts: Array<number> = []
  for (let caller = 0; caller < newcomers; caller++)
    unwatched(limiter.run(() => starts.push(performance.now() - comeAt)))
  await comesTrue(() => starts.length === newcomers, 3_000)
  return starts.length === newcomers ? Math.max(...starts) : undefined
}

const checkOf =
  (load: () => Promise<MakePaced>): Check =>
  async () => {
    const limiter = await (await load())([short, long])
    if (limiter === undefined) return undefined
    const late = await measure(limiter)
    const figure = late === undefined ? "not within 3 s" : `${millisText(late)} late`
    return verdict(late !== undefined && late < 60, figure)
  }

/** The trap. */
export const twoTiers: Trap = {
  number: 16,
  title: "Refused by one tier, paid in the other",
  question: `${short.limit} in ${short.window} ms and ${long.limit} in ${long.window} ms, the long tier used up. Shortly before its window moves on ${newcomers} callers come in vain: they are refused, or wait and leave. Then ${newcomers} come for which there is room in both. Measured: how late the last of them begins. Kept: less than 60 ms.`,
  checks: {
    ours: checkOf(async () => (await import("../../ours/TrapPaced.ts")).makePaced),
    Effect: checkOf(async () => (await import("../paced/EffectRateLimiter.ts")).makeWith("fixed-window")),
    "p-queue": checkOf(async () => (await import("../paced/PQueue.ts")).makePaced)
  },
  without: {
    cockatiel: "no rate limiter",
    opossum: "no rate limiter",
    bottleneck: "who waits can neither be refused nor leave"
  }
}
