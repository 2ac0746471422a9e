/**
 * Which cases the speed section measures, and for how long.
 */

/** A case. **Units** `delay`, `warmUp`, `duration` in milliseconds. */
export interface SpeedCase {
  readonly workers: number
  readonly delay: number
  readonly warmUp: number
  readonly duration: number
  readonly rounds: number
}

/** The case that the goals are about: it is measured longer, in steady state. */
export const isGoalCase = (it: Pick<SpeedCase, "workers" | "delay">): boolean => it.workers === 64 && it.delay === 0

const numbersInFlight = [1, 5, 64, 512]
const delays = [0, 20]

/** All cases of a run, the one of the goals first. */
export const speedCases = (isQuick: boolean): ReadonlyArray<SpeedCase> => {
  const cases = delays.flatMap((delay) => numbersInFlight.map((workers) => ({ workers, delay })))
  const timed = cases.map((it): SpeedCase => {
    if (isQuick) return { ...it, warmUp: 200, duration: 300, rounds: 1 }
    return isGoalCase(it)
      ? { ...it, warmUp: 4_000, duration: 2_500, rounds: 3 }
      : { ...it, warmUp: 1_000, duration: 1_000, rounds: 1 }
  })
  return [...timed.filter(isGoalCase), ...timed.filter((it) => !isGoalCase(it))]
}

/** The name of a case. */
export const caseName = ({ delay, workers }: Pick<SpeedCase, "workers" | "delay">): string =>
  `${workers} in flight, ${delay} ms`
