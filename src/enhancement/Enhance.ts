/**
 * Builds `PromptEnhancer`. The order of a call:
 *
 * ```text
 * validate            the request, the options
 * cache               a fresh answer ends it here: no key, permit, money or sample of the circuit is needed
 * held back?          a degraded mode, no key, no attempt left: on to the fallback
 * single flight       equal wishes at the same time are one (`SharedEnhancement.ts`)
 *   DeepSeek          through the pipeline, until the text fits (`AskDeepSeek.ts`)
 *   keep              what DeepSeek wrote for this very call, and nothing else
 * fallback            by reason, as far as the caller takes it (`FallBack.ts`)
 * ```
 *
 * What the cache does: `use` reads, joins and keeps; `fresh` does not read, but joins what is under way (an answer that
 * is not there yet is none that was kept) and keeps; `bypass` does nothing of the three. A caller who does not take
 * `Cached` is one that says `fresh`.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import { type Enhancement, EnhancementRequest, longestPrompt } from "../../schemas/Enhancement.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { InputRejected } from "../../schemas/Reason.ts"
import type { Settings } from "../../schemas/Settings.ts"
import { fromCached, schemaVersion } from "../cache/CachedEnhancement.ts"
import { type CacheKey, cacheKey } from "../cache/CacheKey.ts"
import { ResponseCache } from "../cache/ResponseCache.ts"
import { templateVersionOf } from "../cache/TemplateVersion.ts"
import type { DeadLetters } from "../dead-letter/DeadLetters.ts"
import { makeKeepFailed } from "../dead-letter/KeepFailed.ts"
import { sanitizeInput } from "../input/Sanitize.ts"
import { togetherRejected, validateCopy, validateInput } from "../input/Validate.ts"
import { CostLedger } from "../money/CostLedger.ts"
import { Prices } from "../money/Prices.ts"
import { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import { describeCall, factsOfEnhancement } from "../pipeline/CallDescription.ts"
import { type Call, CurrentCall } from "../pipeline/CurrentCall.ts"
import type { Pipeline } from "../pipeline/Pipeline.ts"
import { reject } from "../pipeline/Reject.ts"
import { type CallDefaults, withCallUnder } from "../pipeline/WithCall.ts"
import { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import { DeepSeek } from "../provider/deepseek/DeepSeek.ts"
import { chooseModel, type ModelChoice } from "../provider/deepseek/Models.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { Transport } from "../transport/Transport.ts"
import { KeyVault } from "../vault/KeyVault.ts"
import { makeAskDeepSeek } from "./AskDeepSeek.ts"
import { spansOf } from "./CacheSpans.ts"
import { type CacheSaid, CacheTeller } from "./CacheTeller.ts"
import { acceptedByDefault, asksCache, cacheUseOf, EnhancementWish } from "./EnhancementWish.ts"
import { makeFallBack } from "./FallBack.ts"
import { heldBack, obstacleOf } from "./HeldBack.ts"
import type { EnhancementOptions, PromptEnhancer } from "./PromptEnhancer.ts"
import { previewEnhancement } from "./PreviewEnhancement.ts"
import { type AskingFiber, makeLiveEnhancement } from "./SharedEnhancement.ts"
import { PromptTemplates } from "./PromptTemplates.ts"
import type { EnhancementAsk } from "./Templates.ts"

const OwnOptions = Schema.Struct({
  maximumCharacters: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20_000 })).annotate({
      expected: "a whole number of characters from 1 to 20000"
    })
  )
})
type OwnOptions = typeof OwnOptions.Type

const noOptions: EnhancementOptions = {}
const noOwnOptions: OwnOptions = {}

/** What is of this file's concern, and what is every call's. Whatever is no object is left to the call to refuse. */
const splitOptions = (options: EnhancementOptions): readonly [OwnOptions, CallOptions] => {
  if (typeof options !== "object" || options === null || !("maximumCharacters" in options)) {
    return [noOwnOptions, options]
  }
  const { maximumCharacters, ...callOptions } = options
  return [maximumCharacters === undefined ? noOwnOptions : { maximumCharacters }, callOptions]
}

const checkOwnOptions = (options: OwnOptions) =>
  options === noOwnOptions ? Result.succeed(noOwnOptions) : validateInput(OwnOptions, options, "options")

/** One attempt and its retries, and one more ask for a text that is too long. */
export const enhanceDefaults = ({ deepseek }: Settings): CallDefaults => ({
  deadline: deepseek.timeout,
  attemptLimit: (deepseek.retryLimits.chat ?? deepseek.retryLimit) + 2
})

type Dependencies =
  | Pipeline
  | DeepSeek
  | Prices
  | LiveSettings
  | Transport
  | ResponseCache
  | DegradedModes
  | CostLedger
  | AdmissionControl
  | KeyVault
  | DeadLetters
  | Scope.Scope

/** Builds the service; what is under way ends with its scope. */
export const make: Effect.Effect<PromptEnhancer["Service"], never, Dependencies> = Effect.gen(function* () {
  const liveSettings = yield* LiveSettings
  const { templates } = yield* PromptTemplates
  const templateVersion = templateVersionOf(templates)
  const { isSimulated } = yield* Transport
  const cache = yield* ResponseCache
  const modes = yield* DegradedModes
  const vault = yield* KeyVault
  const clock = yield* Clock.Clock
  const enhancement = yield* makeLiveEnhancement(yield* makeAskDeepSeek)
  const fallBack = yield* makeFallBack
  const keepFailed = yield* makeKeepFailed

  const keyOf = (ask: EnhancementAsk, { model, thinking }: ModelChoice, call: Call): CacheKey =>
    cacheKey({
      schemaVersion,
      templateVersion,
      model,
      thinking,
      baseURL: call.settings.settings.deepseek.baseURL,
      isSimulated,
      owner: call.owner,
      request: ask
    })

  /** Asks DeepSeek, or finds what stands in. `said` is what the cache is told to have said if nobody is joined. */
  const askOrFallBack = (
    wish: EnhancementWish,
    fiber: AskingFiber,
    teller: CacheTeller,
    said: CacheSaid
  ): Effect.Effect<Enhancement, CallFailure> => {
    const { call, key } = wish
    if (!wish.accept.includes("Live")) {
      teller.tell(said)
      return Effect.fail(reject(nothingKept, call.callId))
    }
    const obstacle = heldBack(modes, vault, call)
    if (obstacle !== undefined) {
      teller.tell(said)
      return fallBack(wish, obstacle)
    }
    if (key === undefined) teller.tell(said)
    const asked = key === undefined ? enhancement.alone(wish) : enhancement.shared(wish, key, fiber, teller, said)
    return Effect.catch(asked, (failure) => fallBack(wish, obstacleOf(modes, failure)))
  }

  const wishOf = (
    request: EnhancementRequest,
    own: OwnOptions,
    call: Call,
    wholeDeadlineAt: number
  ): EnhancementWish | typeof InputRejected.Type => {
    const checked = validateCopy(EnhancementRequest, sanitizeInput(request))
    const allowed = checkOwnOptions(own)
    if (Result.isFailure(checked)) {
      return togetherRejected(checked.failure, Result.isFailure(allowed) ? allowed.failure : undefined)
    }
    if (Result.isFailure(allowed)) return allowed.failure
    const choice = chooseModel(call.settings.settings.deepseek.model)
    const mode = checked.success.mode ?? "balanced"
    const ask: EnhancementAsk = {
      prompt: checked.success.prompt,
      mode,
      parameters: checked.success.parameters ?? {},
      maximumCharacters: allowed.success.maximumCharacters ?? longestPrompt,
      notes: [],
      template: templates[mode]
    }
    const key = cacheUseOf(call, ask) === "bypass" ? undefined : keyOf(ask, choice, call)
    return new EnhancementWish(ask, choice, call, wholeDeadlineAt, call.accept ?? acceptedByDefault, key)
  }

  const enhanceInCall = (
    request: EnhancementRequest,
    own: OwnOptions,
    call: Call,
    wholeDeadlineAt: number,
    fiber: AskingFiber
  ): Effect.Effect<Enhancement, CallFailure> => {
    const wish = wishOf(request, own, call, wholeDeadlineAt)
    if (!(wish instanceof EnhancementWish)) return Effect.fail(reject(wish, call.callId))
    const teller = new CacheTeller(clock, fiber, call)
    if (wish.key === undefined || !asksCache(wish)) return askOrFallBack(wish, fiber, teller, "Bypassed")
    return Effect.flatMap(cache.lookup(wish.key, spansOf(call)), (answer) => {
      if (answer._tag !== "Fresh") return askOrFallBack(wish, fiber, teller, answer._tag)
      teller.tell("Fresh")
      const age = Duration.millis(answer.ageMillis)
      return Effect.succeed(fromCached(answer.value, { callId: call.callId, provenance: { _tag: "Cached", age } }))
    })
  }

  const context = Context.pick(
    ResponseCache,
    DegradedModes,
    KeyVault,
    DeepSeek,
    Prices,
    AdmissionControl,
    CostLedger
  )(yield* Effect.context<Dependencies>())

  return {
    preview: (request, options = noOptions) => {
      const [own, callOptions] = splitOptions(options)
      return withCallUnder(liveSettings, callOptions, enhanceDefaults, (call) => {
        const wish = wishOf(request, own, call, call.deadlineAt)
        return wish instanceof EnhancementWish ? previewEnhancement(wish) : Effect.fail(reject(wish, call.callId))
      }).pipe(Effect.provideContext(context))
    },
    enhance: (request, options = noOptions) =>
      Effect.withFiber((fiber) => {
        const [own, callOptions] = splitOptions(options)
        const outer = fiber.getRef(CurrentCall)
        return withCallUnder(
          liveSettings,
          callOptions,
          enhanceDefaults,
          (call) =>
            keepFailed.call(
              call,
              callOptions,
              () => ({ _tag: "Enhancement", request, ...own }),
              enhanceInCall(request, own, call, outer?.deadlineAt ?? call.deadlineAt, fiber)
            ),
          described
        )
      })
  }
})

const described = describeCall("enhance", factsOfEnhancement)

/** Only the cache was allowed to answer, and it has nothing that is fresh. */
const nothingKept = {
  _tag: "InputRejected",
  field: "options.accept",
  problem: "holds no Live, and nothing else that it holds is there",
  expected: "a list that holds Live"
} as const
