/**
 * Which methods a path has: what a 405 tells. Pure.
 */

/** A route as the definition has it: `/v1/jobs/:id`. */
export interface RoutePattern {
  readonly method: string
  readonly path: string
}

const segmentsOf = (path: string): ReadonlyArray<string> => path.split("/").filter((it) => it !== "")

/**
 * The methods, in alphabetical order; none where the path is not there. `GET` is taken for `HEAD` too.
 */
export const methodsAt = (url: string, patterns: ReadonlyArray<RoutePattern>): ReadonlyArray<string> => {
  const asked = segmentsOf(url.split(/[?#]/)[0] ?? "")
  const methods = patterns
    .filter(({ path }) => {
      const segments = segmentsOf(path)
      return (
        segments.length === asked.length &&
        segments.every((segment, index) => segment.startsWith(":") || segment === asked[index])
      )
    })
    .flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]))
  return [...new Set(methods)].toSorted()
}
