/**
 * The pipeline with what protects its calls: the doors (limits, slots, circuits, retry budgets), the
 * keys and the statistics.
 */
import * as Layer from "effect/Layer"
import type { CostLedger } from "../../src/money/CostLedger.ts"
import { AdmissionControl } from "../../src/pipeline/AdmissionControl.ts"
import * as MakeAdmissionControl from "../../src/pipeline/MakeAdmissionControl.ts"
import { Pipeline } from "../../src/pipeline/Pipeline.ts"
import * as RunPipeline from "../../src/pipeline/RunPipeline.ts"
import type { PermitStores } from "../../src/policy/rate-limit/PermitStores.ts"
import type { RetryPolicy } from "../../src/policy/retry/RetryPolicy.ts"
import type { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { tellSettingsChanges } from "../../src/settings/TellChanges.ts"
import { CallStatistics } from "../../src/telemetry/CallStatistics.ts"
import * as MakeCallStatistics from "../../src/telemetry/MakeCallStatistics.ts"
import type { KeyCheck } from "../../src/vault/KeyCheck.ts"
import type { KeyStore } from "../../src/vault/KeyStore.ts"
import { KeyVault } from "../../src/vault/KeyVault.ts"
import * as MakeKeyVault from "../../src/vault/MakeKeyVault.ts"

const protection = Layer.mergeAll(
  Layer.effect(AdmissionControl, MakeAdmissionControl.make),
  Layer.effect(CallStatistics, MakeCallStatistics.make),
  Layer.effect(KeyVault, MakeKeyVault.make),
  Layer.effectDiscard(tellSettingsChanges)
)

/** The layer; a constant, so that there is one waiting room for each quota scope. */
export const layer: Layer.Layer<
  Pipeline | AdmissionControl | CallStatistics | KeyVault,
  never,
  CostLedger | LiveSettings | RetryPolicy | PermitStores | KeyStore | KeyCheck
> = Layer.effect(Pipeline, RunPipeline.make).pipe(Layer.provideMerge(protection))
