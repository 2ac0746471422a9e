/**
 * Trap 20: when a provider comes back, everybody is let through at once, and it goes down again.
 */
import { tripped } from "../Breaker.ts"
import { breakerTrap } from "../BreakerTrap.ts"
import { pause, Running } from "../Running.ts"
import { verdict } from "../Trap.ts"

const callers = 500
const proof = 10

/** The trap. */
export const herd = breakerTrap(
  {
    number: 20,
    title: "Herd on recovery",
    question: `After the open time ${callers} callers come at once and ask again every 5 ms until they pass; a call takes 30 ms and succeeds. Measured: the most calls in flight before ${proof} have succeeded (kept: at most ${proof}), and after that, where a breaker bounds nothing any more and a bulkhead has to. cockatiel is given ${proof} probes.`
  },
  async (fresh) => {
    const breaker = await fresh({ trip: { kind: "consecutive", failures: 3 }, open: 150, probes: proof })
    await tripped(breaker, 10)
    await pause(200)
    const running = new Running()
    let succeeded = 0
    let mostBeforeProof = 0
    const task = async () => {
      running.begin()
      if (succeeded < proof) mostBeforeProof = Math.max(mostBeforeProof, running.now)
      await pause(30)
      running.end()
      succeeded += 1
    }
    const until = performance.now() + 5_000
    const caller = async () => {
      while (performance.now() < until && (await breaker.call(task)) !== "succeeded") await pause(5)
    }
    await Promise.race([Promise.all(Array.from({ length: callers }, caller)), pause(6_000)])
    return verdict(
      mostBeforeProof <= proof,
      `${mostBeforeProof} in flight`,
      `Afterwards ${running.most}; ${succeeded} of ${callers} succeeded`
    )
  }
)
