/**
 * The traps of the scoreboard, by number.
 */
import { lateWork } from "./checks/Trap04LateWork.ts"
import { retryAfter } from "./checks/Trap05RetryAfter.ts"
import { slidingWindow } from "./checks/Trap13SlidingWindow.ts"
import { givingUp } from "./checks/Trap15GivingUp.ts"
import { twoTiers } from "./checks/Trap16TwoTiers.ts"
import { starvation } from "./checks/Trap18Starvation.ts"
import { queue } from "./checks/Trap19Queue.ts"
import { herd } from "./checks/Trap20Herd.ts"
import { whoCounts } from "./checks/Trap26WhoCounts.ts"
import { heldProbe } from "./checks/Trap27HeldProbe.ts"
import { staleResults } from "./checks/Trap28StaleResults.ts"
import { oldErrors } from "./checks/Trap29OldErrors.ts"
import type { Trap } from "./Trap.ts"

/** All traps. */
export const traps: ReadonlyArray<Trap> = [
  lateWork,
  retryAfter,
  slidingWindow,
  givingUp,
  twoTiers,
  starvation,
  queue,
  herd,
  whoCounts,
  heldProbe,
  staleResults,
  oldErrors
]
