/**
 * Trap 26: what says nothing of the provider's health is counted all the same, as a failure or as a success.
 */
import { Neutral, tripped } from "../Breaker.ts"
import { breakerTrap } from "../BreakerTrap.ts"
import { pause, unwatched } from "../Running.ts"
import { verdictOfParts } from "../Trap.ts"

const trip = { kind: "consecutive", failures: 3 } as const

/** The trap. */
export const whoCounts = breakerTrap(
  {
    number: 26,
    title: "Neutral outcomes are counted",
    question:
      "An error that the library was told to leave out (a 404) comes 20 times to a closed circuit, and once as the probe of a recovering one; then a caller leaves in the midst of a probe. Kept: the closed circuit stays closed, the recovering one is not closed by either."
  },
  async (fresh) => {
    const neutral = () => Promise.reject(new Neutral())
    const closed = await fresh({ trip, open: 100 })
    for (let call = 0; call < 20; call++) await closed.call(neutral)

    const recovering = await fresh({ trip, open: 100 })
    await tripped(recovering, 10)
    await pause(130)
    await recovering.call(neutral)
    const afterNeutral = recovering.state()

    const left = await fresh({ trip, open: 100 })
    await tripped(left, 10)
    await pause(130)
    const caller = new AbortController()
    unwatched(
      left.call(async () => {
        await pause(60)
        if (caller.signal.aborted) throw new Neutral()
      }, caller.signal)
    )
    await pause(20)
    caller.abort()
    await pause(80)
    return verdictOfParts([
      ["20 neutral, closed", closed.state() === "closed", closed.state()],
      ["neutral probe", afterNeutral !== "closed", afterNeutral],
      ["caller left the probe", left.state() !== "closed", left.state()]
    ])
  }
)
