/**
 * A failure of a free question, in a few words. Pure.
 */
import type { ApiReason } from "../../schemas/Reason.ts"

/** The proxy's own troubles are not the provider's. */
export const failureText = (reason: ApiReason): string =>
  "code" in reason && reason.code.startsWith("PROXY_") ? `the proxy failed, ${reason.code}` : reason._tag
