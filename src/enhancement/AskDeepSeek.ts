/**
 * Asks DeepSeek through the pipeline, and sees to it that the text fits.
 *
 * A text that is too long is asked for shorter once, in the same call and under its deadline; what is still too long is
 * cut at a word. The failure of the second ask never loses the first text.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Enhancement } from "../../schemas/Enhancement.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import { addCosts, noCost } from "../../schemas/Money.ts"
import { Prices } from "../money/Prices.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { type CallResult, Pipeline } from "../pipeline/Pipeline.ts"
import { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import { DeepSeek } from "../provider/deepseek/DeepSeek.ts"
import type { ModelChoice } from "../provider/deepseek/Models.ts"
import { makeTellRetiredName } from "../provider/deepseek/RetiredNames.ts"
import { cutAtWord } from "./CutAtWord.ts"
import { EnhancementPlan, type Rewriting } from "./EnhancementPlan.ts"
import type { EnhancementWish } from "./EnhancementWish.ts"
import { type EnhancementAsk, tooLongNote } from "./Templates.ts"

/**
 * A rewriting of the length that was asked for.
 *
 * **Details** `isFinal` says that another ask is not likely to come to more: a text that was only cut because the second
 * ask failed, or could not be made, is not worth keeping.
 */
export interface Fitted {
  readonly answer: Rewriting
  readonly attempts: number
  readonly cost: Enhancement["cost"]
  readonly shortened: boolean
  readonly isFinal: boolean
}

/** Asks under a call: the one of the wish, or the flight that it shares. */
export type AskDeepSeek = (wish: EnhancementWish, call: Call) => Effect.Effect<Fitted, CallFailure>

/** Makes it. It tells the degraded modes what each ask came to, and warns once of a retired model name. */
export const makeAskDeepSeek: Effect.Effect<AskDeepSeek, never, Pipeline | DeepSeek | Prices | DegradedModes> =
  Effect.gen(function* () {
    const pipeline = yield* Pipeline
    const deepSeek = yield* DeepSeek
    const prices = yield* Prices
    const modes = yield* DegradedModes
    const clock = yield* Clock.Clock
    const tellRetiredName = yield* makeTellRetiredName

    const askOnce = <A>(
      ask: EnhancementAsk,
      choice: ModelChoice,
      call: Call,
      onSuccess: (result: CallResult<Rewriting>) => Effect.Effect<A, CallFailure>,
      onFailure: (failure: CallFailure) => Effect.Effect<A, CallFailure>
    ) => {
      const { settings } = call.settings
      const plan = new EnhancementPlan(ask, choice, settings.deepseek, deepSeek, prices.of(settings), clock)
      return Effect.matchEffect(pipeline.run(plan), {
        onSuccess: (result) => {
          modes.chatSucceeded()
          return onSuccess(result)
        },
        onFailure: (failure) => {
          modes.chatFailed(failure, call.settings)
          return onFailure(failure)
        }
      })
    }

    const askForShorter = (wish: EnhancementWish, call: Call, first: CallResult<Rewriting>) => {
      const { ask, choice } = wish
      const again = { ...ask, notes: [tooLongNote(first.answer.prompt.length, ask.maximumCharacters)] }
      return askOnce(
        again,
        choice,
        call,
        (second) =>
          Effect.succeed(
            cut(ask, second.answer, {
              attempts: first.attempts + second.attempts,
              cost: addCosts(first.cost, second.cost),
              isFinal: true
            })
          ),
        (failure) => {
          const spent = failure._tag === "ApiError" ? failure : { cost: noCost, attempts: 0 }
          return Effect.succeed(
            cut(ask, first.answer, {
              attempts: first.attempts + spent.attempts,
              cost: addCosts(first.cost, spent.cost ?? noCost),
              isFinal: false
            })
          )
        }
      )
    }

    return (wish, call) => {
      const { ask, choice } = wish
      const asked = askOnce<Fitted>(
        ask,
        choice,
        call,
        (first) => {
          if (first.answer.prompt.length <= ask.maximumCharacters) {
            return Effect.succeed({ ...first, shortened: false, isFinal: true })
          }
          return call.attempts.left <= 0
            ? Effect.succeed(cut(ask, first.answer, { attempts: first.attempts, cost: first.cost, isFinal: false }))
            : askForShorter(wish, call, first)
        },
        Effect.fail
      )
      return choice.retiredName === undefined ? asked : Effect.andThen(tellRetiredName(choice), asked)
    }
  })

const cut = (ask: EnhancementAsk, answer: Rewriting, rest: Pick<Fitted, "attempts" | "cost" | "isFinal">): Fitted => {
  const prompt = cutAtWord(answer.prompt, ask.maximumCharacters)
  return { ...rest, answer: { ...answer, prompt }, shortened: prompt !== answer.prompt }
}
