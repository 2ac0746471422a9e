import { MemoryPermitStore } from "../../../../src/policy/rate-limit/MemoryPermitStore.ts"
import { suite } from "./PermitStoreContract.ts"

suite("in memory", (tiers) => new MemoryPermitStore(tiers), 2_000)
