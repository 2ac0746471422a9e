/**
 * Trap 28: the result of a call that began before the circuit moved decides what becomes of it now.
 */
import { type Breaker, Down, tripped } from "../Breaker.ts"
import { breakerTrap } from "../BreakerTrap.ts"
import { comesTrue, pause, unwatched } from "../Running.ts"
import { verdictOfParts } from "../Trap.ts"

const options = { trip: { kind: "consecutive", failures: 1 }, open: 100 } as const

const closedAgain = async (breaker: Breaker): Promise<void> => {
  await pause(130)
  const closed = comesTrue(() => breaker.state() === "closed", 2_000)
  for (let call = 0; call < 60 && breaker.state() !== "closed"; call++) await breaker.call(() => Promise.resolve())
  if ((await closed) === undefined) throw new Error("the circuit does not close")
}

/** The trap. */
export const staleResults = breakerTrap(
  {
    number: 28,
    title: "Stale results",
    question:
      "A call begins, the circuit opens, recovers and closes; then that call fails. In a second circuit a call begins, the circuit opens and is half-open with a probe in flight; then that call succeeds. Kept: the first circuit stays closed, the second one is not closed."
  },
  async (fresh) => {
    const first = await fresh(options)
    const slowFailure = Promise.withResolvers<void>()
    unwatched(first.call(() => slowFailure.promise))
    await tripped(first, 5)
    await closedAgain(first)
    slowFailure.reject(new Down())
    await pause(20)
    const afterFailure = first.state()

    const second = await fresh(options)
    const slowSuccess = Promise.withResolvers<void>()
    const probe = Promise.withResolvers<void>()
    unwatched(second.call(() => slowSuccess.promise))
    await tripped(second, 5)
    await pause(130)
    unwatched(second.call(() => probe.promise))
    await pause(10)
    slowSuccess.resolve()
    await pause(20)
    const afterSuccess = second.state()
    probe.resolve()
    return verdictOfParts([
      ["late failure, closed circuit", afterFailure === "closed", afterFailure],
      ["late success, half-open circuit", afterSuccess !== "closed", afterSuccess]
    ])
  }
)
