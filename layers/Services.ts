/**
 * The wiring, once for live and simulated alike: every service over its leaves.
 *
 * The leaves (`Transport`, `ImageStore`, `LiveSettings`, the stores, `KeyStore`) are supplied by `Live.ts`, and by `mock-layers/` for
 * simulations. This value is a constant: wherever it is provided within one program, it is built once, so that there is
 * one ledger and one waiting room for each quota scope.
 */
import * as Layer from "effect/Layer"
import { Alerts } from "../src/alerts/Alerts.ts"
import * as MakeAlerts from "../src/alerts/MakeAlerts.ts"
import * as EnhancementCache from "../src/cache/EnhancementCache.ts"
import { ResponseCache } from "../src/cache/ResponseCache.ts"
import * as MakeManualRetries from "../src/dead-letter/MakeManualRetries.ts"
import { ManualRetries } from "../src/dead-letter/ManualRetries.ts"
import * as Enhance from "../src/enhancement/Enhance.ts"
import { PromptEnhancer } from "../src/enhancement/PromptEnhancer.ts"
import { Health } from "../src/health/Health.ts"
import * as MakeHealth from "../src/health/MakeHealth.ts"
import { Illustrator } from "../src/illustration/Illustrator.ts"
import * as MakeIllustrator from "../src/illustration/MakeIllustrator.ts"
import { ImageGenerator } from "../src/image/ImageGenerator.ts"
import type { ImageStore } from "../src/image/ImageStore.ts"
import * as MakeImageGenerator from "../src/image/MakeImageGenerator.ts"
import * as MakePrices from "../src/money/MakePrices.ts"
import { Prices } from "../src/money/Prices.ts"
import { priceTable } from "../src/money/PriceTable.ts"
import * as MakeOverview from "../src/overview/MakeOverview.ts"
import { Overview } from "../src/overview/Overview.ts"
import type { AdmissionControl } from "../src/pipeline/AdmissionControl.ts"
import type { Pipeline } from "../src/pipeline/Pipeline.ts"
import { DegradedModes } from "../src/policy/degraded-mode/DegradedModes.ts"
import * as MakeDegradedModes from "../src/policy/degraded-mode/MakeDegradedModes.ts"
import { RetryPolicy } from "../src/policy/retry/RetryPolicy.ts"
import { retrySchedule } from "../src/policy/retry/RetrySchedule.ts"
import { DeepSeek } from "../src/provider/deepseek/DeepSeek.ts"
import * as DeepSeekClient from "../src/provider/deepseek/DeepSeekClient.ts"
import { NanoBanana } from "../src/provider/nanobanana/NanoBanana.ts"
import * as Protocols from "../src/provider/nanobanana/Protocols.ts"
import type { LiveSettings } from "../src/settings/LiveSettings.ts"
import type { CallStatistics } from "../src/telemetry/CallStatistics.ts"
import * as MakeTelemetry from "../src/telemetry/MakeTelemetry.ts"
import { Telemetry } from "../src/telemetry/Telemetry.ts"
import { tracedTransport } from "../src/transport/TracedTransport.ts"
import { Transport } from "../src/transport/Transport.ts"
import { KeyCheck, make as MakeKeyCheck } from "../src/vault/KeyCheck.ts"
import type { KeyStore } from "../src/vault/KeyStore.ts"
import type { KeyVault } from "../src/vault/KeyVault.ts"
import * as ProtectedPipeline from "./pipeline/ProtectedPipeline.ts"
import type { Stores } from "./stores/MemoryStores.ts"

/** What the wiring stands on. */
export type Leaves = Transport | ImageStore | LiveSettings | Stores | KeyStore

/** What every composition of the library provides, live or simulated. */
export type Services =
  | Illustrator
  | PromptEnhancer
  | ImageGenerator
  | DeepSeek
  | NanoBanana
  | Pipeline
  | AdmissionControl
  | CallStatistics
  | Telemetry
  | Alerts
  | Health
  | DegradedModes
  | ResponseCache
  | RetryPolicy
  | Prices
  | KeyVault
  | ManualRetries
  | Overview
  | KeyCheck
  | Leaves

const traced = Layer.effect(Transport, Transport.useSync(tracedTransport))

const providers = Layer.mergeAll(
  Layer.merge(Layer.effect(DeepSeek, DeepSeekClient.make), Layer.effect(NanoBanana, Protocols.make)).pipe(
    Layer.provide(traced)
  ),
  Layer.succeed(Prices, MakePrices.makePrices(priceTable)),
  Layer.succeed(RetryPolicy, { schedule: retrySchedule })
)

const degradation = Layer.mergeAll(
  Layer.effect(ResponseCache, EnhancementCache.make),
  Layer.effect(DegradedModes, MakeDegradedModes.make)
)

const calls = Layer.mergeAll(
  Layer.effect(PromptEnhancer, Enhance.make),
  Layer.effect(ImageGenerator, MakeImageGenerator.make).pipe(Layer.provide(traced))
)

const watch = Layer.mergeAll(Layer.effect(Alerts, MakeAlerts.make), Layer.effect(Health, MakeHealth.make))

/** Every service, over the leaves. The leaves stay visible, so that a program can read settings or stored images. */
export const layer: Layer.Layer<Exclude<Services, Leaves>, never, Leaves> = Layer.effect(
  Overview,
  MakeOverview.make
).pipe(
  Layer.provideMerge(Layer.effect(ManualRetries, MakeManualRetries.make)),
  Layer.provideMerge(Layer.effect(Illustrator, MakeIllustrator.make)),
  Layer.provideMerge(calls),
  Layer.provideMerge(watch),
  Layer.provideMerge(degradation),
  Layer.provideMerge(Layer.effectDiscard(MakeTelemetry.showDoorMetrics)),
  Layer.provideMerge(ProtectedPipeline.layer),
  // Before whatever tells of anything.
  Layer.provideMerge(Layer.effect(Telemetry, MakeTelemetry.make)),
  Layer.provideMerge(Layer.effect(KeyCheck, MakeKeyCheck)),
  Layer.provideMerge(providers)
)
