/**
 * URLs, parsed once: a program asks few addresses, each of them often.
 */

/** URLs that are remembered; with more, all are forgotten. */
const remembered = 256

const urls = new Map<string, URL>()

/** The URL of an address. It is shared: it must not be changed. **Errors** as `new URL`. */
export const parsedUrl = (address: string): URL => {
  const known = urls.get(address)
  if (known !== undefined) return known
  const url = new URL(address)
  if (urls.size >= remembered) urls.clear()
  urls.set(address, url)
  return url
}
