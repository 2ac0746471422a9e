/**
 * bottleneck. A caller who waits can not leave.
 */
import Bottleneck from "bottleneck"
import type { MakeDoor } from "../Door.ts"

/** Makes it. */
export const makeDoor: MakeDoor = ({ places, waiting }) => {
  const limiter = new Bottleneck({
    maxConcurrent: places,
    ...(waiting === undefined ? {} : { highWater: waiting, strategy: Bottleneck.strategy.OVERFLOW })
  })
  return Promise.resolve({
    run: (task, { priority } = {}) => limiter.schedule({ priority: priority === "high" ? 1 : 9 }, () => task())
  })
}
