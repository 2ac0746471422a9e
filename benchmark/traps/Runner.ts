/**
 * The process of one check.
 */
import { answerParent, argumentOf } from "../process/Child.ts"
import type { Library, Verdict } from "./Trap.ts"
import { traps } from "./Traps.ts"

/** Which check. */
export interface RunnerRequest {
  readonly number: number
  readonly library: Library
}

// Calls that nobody waits for any more may still be refused: that is part of several checks.
process.on("unhandledRejection", () => undefined)

const { library, number } = argumentOf<RunnerRequest>()
const check = traps.find((it) => it.number === number)?.checks[library]
if (check === undefined) throw new Error(`there is no check of trap ${number} on ${library}`)
const answer: Verdict = (await check()) ?? { standing: "not there yet", figure: "not there yet" }
answerParent(answer)
