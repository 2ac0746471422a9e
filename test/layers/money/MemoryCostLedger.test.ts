import * as Layer from "effect/Layer"
import { layer } from "../../../layers/money/MemoryCostLedger.ts"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import { suite } from "../../contract/CostLedgerContract.ts"

suite("MemoryCostLedger", Layer.provideMerge(layer, Layer.orDie(layerFromCode({}))), { runs: 150 })
