/**
 * The same work without a policy: each endpoint called once, its answer decoded, no second try. A picture is a submit, a
 * poll for as long as it is not there, a download; the first of them that fails ends it.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { decodeEnhancement } from "../../src/enhancement/DecodeEnhancement.ts"
import { enhancementChat, noEarlierAttempts } from "../../src/enhancement/EnhancementChat.ts"
import { makeImageDownload } from "../../src/image/ImageDownload.ts"
import type { Attempt } from "../../src/pipeline/Attempt.ts"
import { DeepSeek } from "../../src/provider/deepseek/DeepSeek.ts"
import { chooseModel } from "../../src/provider/deepseek/Models.ts"
import { NanoBanana } from "../../src/provider/nanobanana/NanoBanana.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import type { Kind } from "../resilience/Situations.ts"
import { image } from "./Resilience.ts"
import type { Ask } from "./VirtualCrowd.ts"

const attemptWithin = (timeout: Duration.Duration): Attempt => ({
  number: 1,
  timeout,
  key: Redacted.make("simulated")
})

const longestPrompt = 4_000

const enhance = Effect.fnUntraced(function* (prompt: string) {
  const { settings } = yield* LiveSettings.use((it) => it.current)
  const ask = { prompt, mode: "balanced", parameters: {}, maximumCharacters: longestPrompt, notes: [] } as const
  const request = enhancementChat(ask, chooseModel(settings.deepseek.model), noEarlierAttempts)
  const deepSeek = yield* DeepSeek
  const answer = yield* deepSeek.chat(request, settings.deepseek, attemptWithin(settings.deepseek.timeout))
  return yield* Effect.fromResult(decodeEnhancement(answer))
})

const generate = Effect.fnUntraced(function* (prompt: string) {
  const { imageDirectory, nanobanana } = (yield* LiveSettings.use((it) => it.current)).settings
  const { attemptTimeout } = nanobanana
  const protocol = (yield* NanoBanana).protocol("generic")
  const plan = yield* Effect.fromResult(protocol.plan({ prompt, parameters: image }, "nearest"))
  const { providerJobId } = yield* protocol.submit(plan, nanobanana, attemptWithin(attemptTimeout.submit))
  const status = protocol.status(providerJobId, nanobanana, attemptWithin(attemptTimeout.status), plan)
  for (;;) {
    yield* Effect.sleep("5 seconds")
    const now = yield* status
    if (now._tag === "Pending") continue
    const url = now._tag === "Completed" ? now.results[0]?.url : undefined
    if (url === undefined) return yield* Effect.fail(now._tag)
    return yield* (yield* makeImageDownload).fetch({
      url,
      allowLoopback: false,
      resultHosts: protocol.facts.resultHosts,
      target: { root: imageDirectory, label: `bare-${providerJobId}` },
      attempt: attemptWithin(attemptTimeout.download)
    })
  }
})

const isThereWithin = <A, E, R>(effect: Effect.Effect<A, E, R>, time: Duration.Input) =>
  Effect.map(
    Effect.timeoutOption(Effect.result(effect), time),
    (it) => it._tag === "Some" && Result.isSuccess(it.value)
  )

/** Asks without a policy, within the time that the library has. */
export const bareAskOf = (kind: Kind): Ask =>
  kind === "enhancements"
    ? (prompt) => isThereWithin(enhance(prompt), "30 seconds")
    : (prompt) => isThereWithin(generate(prompt), "180 seconds")
