/**
 * Which network addresses are on the public internet, and which are this machine itself.
 *
 * The rule is an allow-list: an address is public only when its registry calls it ordinary unicast. Everything private,
 * loopback, link-local, shared (CGNAT), multicast, reserved, documented or unspecified is refused, and so are addresses
 * that tunnel to an IPv4 address that would be. Names are judged by what they resolve to, in `layers/transport`.
 *
 * **Gotchas** Decimal, octal and hexadecimal forms (`2130706433`) are turned into dotted ones by `new URL`, not here.
 */
import ipaddr from "ipaddr.js"

/** Global unicast IPv6; whatever lies outside of it is not routed on the internet. */
const globalUnicast = ipaddr.IPv6.parse("2000::")
/** The well-known prefix of NAT64 (RFC 6052): the last 32 bits are the IPv4 address that is really reached. */
const translated = ipaddr.IPv6.parse("64:ff9b::")
/** `::8.8.8.8` (RFC 4291, deprecated) is not routed; `ipaddr.js` takes it for the mapped `::ffff:8.8.8.8`. */
const ipv4Compatible = /^\[?::\d+\.\d/

const isPublicIPv6 = (address: ipaddr.IPv6): boolean => {
  if (address.match(translated, 96)) {
    return new ipaddr.IPv4(address.toByteArray().slice(12)).range() === "unicast"
  }
  return address.match(globalUnicast, 3) && address.range() === "unicast"
}

/** The address of a URL's host name, `undefined` for a name. */
const parse = (host: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined => {
  const literal = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host
  return ipaddr.isValid(literal) ? ipaddr.process(literal) : undefined
}

/** Whether a URL's host is an address and not a name; IPv6 with or without brackets. */
export const isAddress = (host: string): boolean => parse(host) !== undefined

/**
 * Whether an address may be fetched from when its URL came from somebody else.
 *
 * **Details** IPv4-mapped and NAT64 addresses count as the IPv4 address within; 6to4 and Teredo are refused as a whole,
 * nothing serves pictures from there. What is no address at all is not public.
 *
 * **Source** The IANA special-purpose address registries, as `ipaddr.js` has them.
 */
export const isPublicAddress = (address: string): boolean => {
  const parsed = ipv4Compatible.test(address) ? undefined : parse(address)
  if (parsed === undefined) return false
  return parsed instanceof ipaddr.IPv6 ? isPublicIPv6(parsed) : parsed.range() === "unicast"
}

/** Whether an address is this machine's own. */
export const isLoopbackAddress = (address: string): boolean => parse(address)?.range() === "loopback"

/** Whether a URL's host is this machine by name (`localhost`, `localhost.`, `x.localhost`: RFC 6761) or by address. */
export const isLoopbackHost = (host: string): boolean => {
  const name = host.toLowerCase().replace(/\.$/, "")
  return name === "localhost" || name.endsWith(".localhost") || isLoopbackAddress(name)
}
