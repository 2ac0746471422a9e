/**
 * Resolves the name of a result's host, and lets the connection have only addresses that may be fetched from. Because
 * the socket connects to what was checked here, a name that answers differently the second time (DNS rebinding) gains
 * nothing.
 */
import type { LookupAddress } from "node:dns"
import type { LookupFunction } from "node:net"

/** A name leads to an address that may not be fetched from. */
export class AddressNotAllowed extends Error {
  readonly code = "ADDRESS_NOT_ALLOWED"
}

/** A lookup that fails with `AddressNotAllowed` unless every address of the name is allowed. */
export const guardedLookup =
  (lookup: LookupFunction, isAllowed: (address: string) => boolean): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error !== null && error !== undefined) return callback(error, "")
      const addresses: ReadonlyArray<LookupAddress> =
        typeof found === "string" ? [{ address: found, family: family ?? 0 }] : found
      const [first] = addresses
      if (first === undefined || !addresses.every(({ address }) => isAllowed(address))) {
        return callback(new AddressNotAllowed("A name leads to an address that may not be fetched from"), "")
      }
      return options.all === true ? callback(null, [...addresses]) : callback(null, first.address, first.family)
    })
