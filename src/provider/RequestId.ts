/**
 * The id under which the provider's support can find a request. It stands in errors, events and log lines.
 */

const headerNames = ["x-request-id", "request-id", "x-ds-trace-id", "cf-ray"] as const
const longestId = 100

/**
 * The provider's id of a request, from the first header that has one.
 *
 * **Units** header names in lower case; at most 100 visible ASCII characters, others are dropped.
 */
export const requestIdOf = (headers: Readonly<Record<string, string>>): string | undefined => {
  for (const name of headerNames) {
    const header = headers[name]
    const id = header === undefined ? "" : header.replace(/[^\x21-\x7e]/g, "").slice(0, longestId)
    if (id !== "") return id
  }
  return undefined
}
