/**
 * Trap 29: the first error opens, or errors of long ago do.
 */
import { Down } from "../Breaker.ts"
import { breakerTrap } from "../BreakerTrap.ts"
import { pause } from "../Running.ts"
import { verdictOfParts } from "../Trap.ts"

const window = 100
const minimumCalls = 10

/** The trap. */
export const oldErrors = breakerTrap(
  {
    number: 29,
    title: "The first error, and yesterday's errors",
    question: `With its defaults, the first call fails. Then, with a window of ${window} ms and a minimum of ${minimumCalls} calls where the library has them: ${minimumCalls - 1} failures, a silence of 15 windows, one failure. Kept: closed both times.`
  },
  async (fresh) => {
    const down = () => Promise.reject(new Down())
    const byDefault = await fresh({ trip: { kind: "default" }, open: 1_000 })
    await byDefault.call(down)
    const afterFirst = byDefault.state()

    const decayed = await fresh({ trip: { kind: "share", minimumCalls, window }, open: 1_000 })
    for (let call = 1; call < minimumCalls; call++) await decayed.call(down)
    const before = decayed.state()
    await pause(window * 15)
    await decayed.call(down)
    const after = decayed.state()
    return verdictOfParts([
      ["one failure, defaults", afterFirst === "closed", afterFirst],
      [
        `${minimumCalls - 1} failures long ago`,
        after === "closed",
        before === "closed" ? after : `open already after the ${minimumCalls - 1}`
      ]
    ])
  }
)
