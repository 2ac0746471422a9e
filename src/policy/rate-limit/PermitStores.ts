/**
 * Where the permits of all quotas are kept: in memory, exact within one process, or in a file that the processes of a
 * machine share, exact across all of them and across restarts.
 */
import * as Context from "effect/Context"
import type { Operation, QuotaScope } from "../../../schemas/Provider.ts"
import type { PermitStore } from "./PermitStore.ts"

/**
 * Names a quota: an operation of an account. The account is told apart by where it is reached, as one home may be used
 * with a provider and with a simulation of it. It is not told apart by key: keys of one account share its quota.
 */
export interface Quota {
  readonly scope: QuotaScope
  readonly operation: Operation
  readonly baseURL: string
}

/**
 * The service.
 *
 * **Details** A store has no tiers until it is configured. Asked twice for one quota it gives the same store.
 */
export class PermitStores extends Context.Service<PermitStores, { readonly storeOf: (quota: Quota) => PermitStore }>()(
  "@ludeng/providers/policy/rate-limit/PermitStores"
) {}

/** The name of a quota, for a store that keeps stores by name. */
export const quotaName = ({ baseURL, operation, scope }: Quota): string => `${scope} ${operation} ${baseURL}`
