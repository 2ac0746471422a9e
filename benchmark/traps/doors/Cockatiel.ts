/**
 * cockatiel's bulkhead. It knows no priorities.
 */
import { bulkhead } from "cockatiel"
import type { MakeDoor } from "../Door.ts"

/** Makes it. */
export const makeDoor: MakeDoor = ({ places, waiting = 1_000_000 }) => {
  const policy = bulkhead(places, waiting)
  return Promise.resolve({ run: (task, { signal } = {}) => policy.execute(() => task(), signal) })
}
