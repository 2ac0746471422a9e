import { layer } from "../../../layers/money/MemoryCostLedger.ts"
import { suite } from "./CostLedgerContract.ts"

suite("MemoryCostLedger", layer)
