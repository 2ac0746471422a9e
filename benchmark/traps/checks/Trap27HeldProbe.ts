/**
 * Trap 27: a probe that says nothing, or never ends, keeps the half-open place for ever.
 */
import { type Breaker, Neutral, tripped } from "../Breaker.ts"
import { breakerTrap } from "../BreakerTrap.ts"
import { millisText, pause, unwatched } from "../Running.ts"
import { type Library, verdictOfParts } from "../Trap.ts"

const trip = { kind: "consecutive", failures: 3 } as const
const lease = 200

/** Asks every 20 ms until somebody is let through. **Units** milliseconds. */
const nextPass = async (breaker: Breaker, within: number): Promise<number | undefined> => {
  const passed: Array<number> = []
  const begunAt = performance.now()
  const task = async () => void passed.push(performance.now() - begunAt)
  while (passed.length === 0 && performance.now() - begunAt < within) {
    unwatched(breaker.call(task))
    await pause(20)
  }
  return passed[0]
}

const recovered = async (make: Promise<Breaker>): Promise<Breaker> => {
  const breaker = await make
  await tripped(breaker, 10)
  await pause(130)
  return breaker
}

/** As many as ours lets probe at once: the others know one place. */
const places = (library: Library): number => (library === "ours" ? 2 : 1)

/** The trap. */
export const heldProbe = breakerTrap(
  {
    number: 27,
    title: "A probe keeps the half-open place",
    question:
      "A probe ends neutral (a 429); in a second circuit the probes never end. Measured: how long until another call is let through. Kept: at once after the neutral one, within 2 s of those that hang. The breaker alone, with its own time limit where it has one (ours: lease 200 ms; opossum: timeout 200 ms); a time limit inside the call would free the place in every library."
  },
  async (fresh, library) => {
    const neutral = await recovered(fresh({ trip, open: 100, lease }))
    await neutral.call(() => Promise.reject(new Neutral()))
    const afterNeutral = await nextPass(neutral, 1_000)

    const hung = await recovered(fresh({ trip, open: 100, lease }))
    const never = new Promise<void>(() => undefined)
    for (let probe = 0; probe < places(library); probe++) unwatched(hung.call(() => never))
    await pause(20)
    const afterHung = await nextPass(hung, 2_000)
    return verdictOfParts([
      ["after a neutral probe", afterNeutral !== undefined && afterNeutral < 50, millisText(afterNeutral)],
      ["after a probe that hangs", afterHung !== undefined, millisText(afterHung)]
    ])
  }
)
