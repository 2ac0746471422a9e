/**
 * What pages of other origins may do (CORS): nothing, unless their exact origin was named. Tokens travel in a header that a
 * page has to set itself, so that no cookie and no credentials mode is ever allowed. Pure.
 */

/** Headers for an answer to a page of this origin; none where it is not named. */
export const crossOriginHeaders = (
  origin: string | undefined,
  named: ReadonlyArray<string>
): Readonly<Record<string, string>> => {
  if (named.length === 0) return {}
  const vary = { vary: "Origin" }
  if (origin === undefined || !named.includes(origin)) return vary
  return {
    ...vary,
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "etag, location, preference-applied, retry-after, x-request-id",
    "cross-origin-resource-policy": "cross-origin"
  }
}

/** The answer to a page that asks beforehand; `undefined` where this is no such question, or of an origin not named. */
export const preflightHeaders = (
  method: string,
  headers: Readonly<Record<string, string | undefined>>,
  named: ReadonlyArray<string>
): Readonly<Record<string, string>> | undefined => {
  const { origin } = headers
  const isPreflight = method === "OPTIONS" && headers["access-control-request-method"] !== undefined
  if (!isPreflight || origin === undefined || !named.includes(origin)) return undefined
  return {
    ...crossOriginHeaders(origin, named),
    "access-control-allow-methods": "GET, HEAD, POST, PATCH, DELETE",
    "access-control-allow-headers":
      "authorization, content-type, idempotency-key, if-none-match, prefer, range, x-request-id",
    "access-control-max-age": "600"
  }
}

/** Whether a text is an exact origin: scheme, host, port, and nothing else. Never `*`, never `null`. */
export const isOrigin = (text: string): boolean => {
  try {
    const url = new URL(text)
    return (url.protocol === "https:" || url.protocol === "http:") && url.origin === text
  } catch {
    return false
  }
}
