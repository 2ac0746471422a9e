/**
 * The face of the library: the services, and the two families of failure. Compositions are in `layers/` and
 * `mock-layers/`, the nouns in `schemas/`.
 */
export { type EnhancementOptions, PromptEnhancer } from "./enhancement/PromptEnhancer.ts"
export { Illustrator } from "./illustration/Illustrator.ts"
export { type DownloadTarget, ImageGenerator } from "./image/ImageGenerator.ts"
export { ImageStore, type ImageTarget } from "./image/ImageStore.ts"
export { JobLedger, type NewJob } from "./job/JobLedger.ts"
export { CostLedger, type CostTotals } from "./money/CostLedger.ts"
export { Prices } from "./money/Prices.ts"
export type { Attempt } from "./pipeline/Attempt.ts"
export { type CallPlan, type CallResult, Pipeline } from "./pipeline/Pipeline.ts"
export { recover, type Recovery } from "./policy/recovery/Recovery.ts"
export { RetryPolicy } from "./policy/retry/RetryPolicy.ts"
export { type RetryOptions, retrySchedule } from "./policy/retry/RetrySchedule.ts"
export { type ChatAnswer, type ChatRequest, DeepSeek } from "./provider/deepseek/DeepSeek.ts"
export { type ImageProtocol, NanoBanana } from "./provider/nanobanana/NanoBanana.ts"
export { LiveSettings } from "./settings/LiveSettings.ts"
export { type CallObserver, CallEvents } from "./telemetry/CallEvents.ts"
export { type ExchangeRequest, Transport } from "./transport/Transport.ts"
export { TransportFailed } from "./transport/TransportFailed.ts"
export { ApiError, AttemptFailed, type CallFailure, Rejection } from "../schemas/Failures.ts"
export { ConfigurationError } from "../schemas/Settings.ts"
