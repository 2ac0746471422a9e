/** The contract of the audit, in memory and in the home's database. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Audit from "../../layers/audit/Audit.ts"
import { Home } from "../../layers/home/Home.ts"
import { layerFromCode } from "../../layers/settings/MemorySettings.ts"
import * as LocalSealer from "../../layers/vault/LocalSealer.ts"
import { temporaryFolder } from "../support/TemporaryFolder.ts"
import { suite } from "./AuditLogContract.ts"

suite({
  name: "in memory",
  layer: (audit) =>
    Audit.layerMemory.pipe(Layer.provide(Layer.merge(LocalSealer.layerMemory, layerFromCode({ audit }))), Layer.fresh)
})

suite({
  name: "in the home",
  layer: (audit) =>
    Audit.layer.pipe(
      Layer.provide(LocalSealer.layer),
      Layer.provide(
        Layer.merge(
          layerFromCode({ audit }),
          Layer.effect(
            Home,
            Effect.map(temporaryFolder, (folder) => ({ folder }))
          )
        )
      ),
      Layer.fresh
    )
})
