/**
 * The face of the library: the services, and the two families of failure. Compositions are in `layers/` and
 * `mock-layers/`, the nouns in `schemas/`.
 */
export { AccessTokens, type AddedToken, type TokenWanted } from "./access/AccessTokens.ts"
export { Alerts } from "./alerts/Alerts.ts"
export { type AlertRule, type AlertRules, alertRules } from "./alerts/AlertRules.ts"
export {
  activeAlerts,
  type AlertDecision,
  type AlertState,
  decideAlerts,
  nothingWatched,
  type Observation
} from "./alerts/DecideAlerts.ts"
export { followQueue, noGrowth, type QueueGrowth } from "./alerts/GrowingQueue.ts"
export { AuditLog, type AuditQuery, type AuditStatistics } from "./audit/AuditLog.ts"
export { type CallSum, type Decision, explain, sumOf } from "./audit/Explain.ts"
export { CacheKey } from "./cache/CacheKey.ts"
export { CacheStore, CacheStoreFailed, type CacheStoreOf } from "./cache/CacheStore.ts"
export type { CachedEnhancement } from "./cache/CachedEnhancement.ts"
export { type CacheStatistics, ResponseCache } from "./cache/ResponseCache.ts"
export { localTemplate } from "./enhancement/LocalTemplate.ts"
export { type EnhancementOptions, PromptEnhancer } from "./enhancement/PromptEnhancer.ts"
export { makePromptTemplates, PromptTemplates } from "./enhancement/PromptTemplates.ts"
export { type CircuitFact, decideHealth, type HealthFacts, type HealthVerdict } from "./health/DecideHealth.ts"
export { decideReadiness } from "./health/DecideReadiness.ts"
export { Health } from "./health/Health.ts"
export { probeDeepSeek, probeRegularly } from "./health/ProbeProvider.ts"
export { answered, attemptFailed, noEvidence, type ProviderEvidence } from "./health/ProviderEvidence.ts"
export { Illustrator } from "./illustration/Illustrator.ts"
export { type DownloadTarget, ImageGenerator } from "./image/ImageGenerator.ts"
export {
  type ImageCondition,
  type ImageInspection,
  type ImageRemoval,
  ImageStore,
  type ImageTarget,
  type ListedFile,
  type ListedImage
} from "./image/ImageStore.ts"
export { JobWorker, type JobWorkerOptions } from "./image/JobWorker.ts"
export { ImageSweeper, type ImageSweeperOptions } from "./image/ImageSweeper.ts"
export { ownNameOf, type OwnName } from "./image/PictureName.ts"
export { sweepImages, type SweepOptions, type SweepReport, type SweptFile } from "./image/SweepImages.ts"
export {
  decideRetention,
  type KeptPicture,
  type PictureStanding,
  type PictureToGo,
  type RetentionLimits
} from "./image/DecideRetention.ts"
export { removeImage } from "./image/RemoveImage.ts"
export { type ImageProblem, verifyImages, type VerifyReport } from "./image/VerifyImages.ts"
export type { JobResolution } from "./image/ResolveJob.ts"
export { DeadLetters, type LetterQuery, type NewLetter, type RetryEnd } from "./dead-letter/DeadLetters.ts"
export { isKept, keptRejections } from "./dead-letter/KeptFailures.ts"
export {
  ManualRetries,
  type ManualRetryOptions,
  type RetryQuote,
  type RetryResult
} from "./dead-letter/ManualRetries.ts"
export { type PriceInterval, type RetryWord } from "./dead-letter/RetryRule.ts"
export { adviceOf, type JobAction, type JobAdvice } from "./job/JobAdvice.ts"
export { type Claim, JobLedger, type JobPage, type NewJob } from "./job/JobLedger.ts"
export {
  CostLedger,
  type CostLine,
  type CostQuery,
  type CostTotals,
  type MoneyRefused,
  type Reservation
} from "./money/CostLedger.ts"
export { type BudgetLine, decideBudgets } from "./money/DecideBudgets.ts"
export { type PriceList, Prices } from "./money/Prices.ts"
export { type CostGroup, type CostGrouping, groupCosts } from "./money/SumCosts.ts"
export { Overview } from "./overview/Overview.ts"
export { AdmissionControl, type Door } from "./pipeline/AdmissionControl.ts"
export type { Attempt } from "./pipeline/Attempt.ts"
export { type CallPlan, type CallResult, keyOfAccount, Pipeline, type PlanKey } from "./pipeline/Pipeline.ts"
export { makeCircuit, type Circuit } from "./policy/circuit-breaker/Circuit.ts"
export { CircuitBreaker } from "./policy/circuit-breaker/CircuitBreaker.ts"
export {
  type CircuitConfig,
  circuitConfigProblems,
  defaultCircuitConfig
} from "./policy/circuit-breaker/CircuitConfig.ts"
export { CircuitRefused } from "./policy/circuit-breaker/CircuitRefused.ts"
export { closedCircuit, type CircuitState } from "./policy/circuit-breaker/CircuitState.ts"
export { makeCircuitBreaker } from "./policy/circuit-breaker/MakeCircuitBreaker.ts"
export { openTimeMillis } from "./policy/circuit-breaker/OpenTime.ts"
export { transition } from "./policy/circuit-breaker/Transition.ts"
export { DegradedModes } from "./policy/degraded-mode/DegradedModes.ts"
export { mayFallBack } from "./policy/fallback/FallbackTable.ts"
export {
  makeRateLimiter,
  RateLimiter,
  RateLimitRefused,
  type RateLimiterOptions,
  RateLimitsRejected
} from "./policy/rate-limit/RateLimiter.ts"
export { type RateTier, tierProblems } from "./policy/rate-limit/RateTier.ts"
export { worstWaitMillis } from "./policy/rate-limit/WorstWait.ts"
export { recover, type Recovery } from "./policy/recovery/Recovery.ts"
export { RetryPolicy } from "./policy/retry/RetryPolicy.ts"
export { type RetryOptions, retrySchedule } from "./policy/retry/RetrySchedule.ts"
export { type ChatAnswer, type ChatRequest, DeepSeek } from "./provider/deepseek/DeepSeek.ts"
export { type ImageProtocol, NanoBanana } from "./provider/nanobanana/NanoBanana.ts"
export { LiveSettings, type SettingsNotice } from "./settings/LiveSettings.ts"
export { makeMemorySettingsFile, type MemorySettingsFile } from "./settings/MemorySettingsFile.ts"
export type { DocumentEdit, JsonObject, SettingsFile, SettingsFileContents } from "./settings/SettingsFile.ts"
export { makeLiveSettings, type SettingsParts } from "./settings/SettingsInMemory.ts"
export { type CallObserver, CallEvents } from "./telemetry/CallEvents.ts"
export { CallStatistics, type ManualRetryCounters, type OperationStatistics } from "./telemetry/CallStatistics.ts"
export { EventFeed } from "./telemetry/EventFeed.ts"
export { Telemetry } from "./telemetry/Telemetry.ts"
export { type ExchangeRequest, Transport } from "./transport/Transport.ts"
export { TransportFailed } from "./transport/TransportFailed.ts"
export { KeyCheck } from "./vault/KeyCheck.ts"
export { decideRing, type KeyRing, type RingEvent } from "./vault/KeyRing.ts"
export { KeyStore, type StoreChange, type StoredKey } from "./vault/KeyStore.ts"
export { KeyVault, type LentKey } from "./vault/KeyVault.ts"
export { CallAborted } from "../schemas/CallAborted.ts"
export { ApiError, AttemptFailed, type CallFailure, Rejection } from "../schemas/Failures.ts"
export { ConfigurationError } from "../schemas/Settings.ts"
