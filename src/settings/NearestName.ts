/**
 * The name that somebody may have meant: at most two letters away, and nearer than half of it. Pure.
 */

/** The nearest of the names; `undefined` where none is near, or the name is one of them. */
export const nearestOf = <N extends string>(name: string, names: ReadonlyArray<N>): N | undefined => {
  const reach = Math.min(2, Math.floor(name.length / 3))
  const found = names
    .filter((it) => Math.abs(it.length - name.length) <= reach)
    .map((it) => ({ it, distance: distanceBetween(name, it) }))
    .filter(({ distance }) => distance <= reach)
    .toSorted((left, right) => left.distance - right.distance)[0]
  return found === undefined || found.distance === 0 ? undefined : found.it
}

/** How many letters must be put in, taken out, changed or swapped with the next one. */
const distanceBetween = (left: string, right: string): number => {
  let older: ReadonlyArray<number> = []
  let above: ReadonlyArray<number> = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1]
      const isSwapped = row > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      current.push(
        Math.min(
          (above[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (above[column - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (older[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
        )
      )
    }
    older = above
    above = current
  }
  return above[right.length] ?? 0
}
