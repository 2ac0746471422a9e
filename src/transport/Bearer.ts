/**
 * A key on its way to one origin.
 */
import type * as Redacted from "effect/Redacted"
import { addressOf } from "./Address.ts"
import type { Credential } from "./Transport.ts"

/** The credential for the origin of a URL. */
export const bearerOf = (url: string, key: Redacted.Redacted<string>): Credential => ({
  origin: addressOf(url).origin,
  scheme: "Bearer",
  key
})
