/**
 * Whether an address is reached from this machine alone. Pure.
 */

/** IPv4 127.0.0.0/8, IPv6 ::1, and the name that stands for them. */
export const isLoopback = (host: string): boolean =>
  /^127(?:\.\d{1,3}){3}$/.test(host) || host === "::1" || host === "[::1]" || host.toLowerCase() === "localhost"
