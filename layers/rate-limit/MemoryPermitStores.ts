/**
 * Permits in memory: exact within one process, forgotten at its end.
 */
import * as Layer from "effect/Layer"
import { MemoryPermitStore } from "../../src/policy/rate-limit/MemoryPermitStore.ts"
import { PermitStores, quotaName } from "../../src/policy/rate-limit/PermitStores.ts"

/** The stores. */
export const layer: Layer.Layer<PermitStores> = Layer.sync(PermitStores, () => {
  const stores = new Map<string, MemoryPermitStore>()
  return {
    storeOf: (quota) => {
      const name = quotaName(quota)
      const store = stores.get(name) ?? new MemoryPermitStore([])
      stores.set(name, store)
      return store
    }
  }
})
