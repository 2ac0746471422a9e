/**
 * URLs, taken apart once: a program asks few addresses, each of them often.
 */

/** What of a URL an exchange needs. `path` has the query with it. */
export interface Address {
  readonly origin: string
  readonly hostname: string
  readonly path: string
}

/** Addresses that are remembered; with more, all are forgotten. */
const remembered = 256

const addresses = new Map<string, Address>()

/** The parts of a URL. **Errors** as `new URL`. */
export const addressOf = (text: string): Address => {
  const known = addresses.get(text)
  if (known !== undefined) return known
  const url = new URL(text)
  const { hostname, origin, pathname, search } = url
  const address = { origin, hostname, path: pathname + search }
  if (addresses.size >= remembered) addresses.clear()
  addresses.set(text, address)
  return address
}
