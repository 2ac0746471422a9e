/**
 * The path of a job in the plain job API. The id came out of an answer, or from a person: it is one segment of the path
 * and nothing else.
 */
import type { ProviderJobId } from "../../../../schemas/Identifiers.ts"

/**
 * The path, or `undefined` for an id that no path can hold: `.` and `..` lead elsewhere even when they are encoded.
 */
export const jobPath = (providerJobId: ProviderJobId): string | undefined =>
  /^\.{1,2}$/.test(providerJobId) ? undefined : `/jobs/${encodeURIComponent(providerJobId.toWellFormed())}`
