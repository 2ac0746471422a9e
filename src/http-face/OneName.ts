/**
 * Whether a path is written in the one way that this face knows. Pure.
 */

/** The longest path that can name anything. **Units** characters. */
const longestPath = 512

/** `url` is the target of a request: a path, and a query that does not matter here. Nothing of ours needs an escape. */
export const hasOneName = (url: string): boolean => {
  const path = url.split("?", 1)[0] ?? ""
  return path.length <= longestPath && /^(?:\/|(?:\/[\w.~@:-]+)+)$/.test(path)
}
