/**
 * Sends the paid request of any protocol: the plan's body to the plan's path, once. How the answer is read is the
 * protocol's own matter.
 */
import type * as Effect from "effect/Effect"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import type { ImagePlan } from "../../../schemas/Image.ts"
import type { NanoBananaSettings } from "../../../schemas/Settings.ts"
import type { Attempt } from "../../pipeline/Attempt.ts"
import { secretsOf } from "./AnswerContext.ts"
import { ask, type Exchanges, type Question } from "./Ask.ts"
import type { SubmitAnswer } from "./NanoBanana.ts"

/** The submit of a protocol that reads its answers by `read`. **Errors** those of `read`, and the broken exchange. */
export const submitPlan =
  (read: Question<SubmitAnswer>["read"]) =>
  (transport: Exchanges) =>
  (plan: ImagePlan, settings: NanoBananaSettings, attempt: Attempt): Effect.Effect<SubmitAnswer, AttemptFailed> =>
    ask(
      transport,
      {
        operation: "submit",
        method: "POST",
        path: plan.path,
        body: plan.body,
        secrets: secretsOf(attempt, plan),
        read
      },
      settings,
      attempt
    )
