/**
 * `ludeng enhance PROMPT`: rewrites a prompt and prints it.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { callFlags, enhancementFlags, prompt } from "../Flags.ts"
import { callOptions, enhancementRequest } from "../Requests.ts"

/** The command. */
export const enhance = Command.make(
  "enhance",
  { prompt, ...enhancementFlags, ...callFlags },
  Effect.fnUntraced(function* (wishes) {
    const { runCall } = yield* Effect.promise(() => import("../Call.ts"))
    const { PromptEnhancer } = yield* Effect.promise(() => import("../../../src/enhancement/PromptEnhancer.ts"))
    const { enhancementResult } = yield* Effect.promise(() => import("../Results.ts"))
    const { sanitizeText } = yield* Effect.promise(() => import("../../../src/input/Sanitize.ts"))
    yield* runCall({
      needed: ["deepseek"],
      call: PromptEnhancer.use((it) =>
        it.enhance(enhancementRequest(wishes.prompt, wishes), callOptions(wishes, wishes))
      ),
      report: (enhancement, elapsedMillis) => enhancementResult(sanitizeText(wishes.prompt), enhancement, elapsedMillis)
    })
  })
).pipe(
  Command.withDescription("Rewrite a prompt for the image provider"),
  Command.withExamples([
    { command: 'ludeng enhance "a red fox" --mode creative --length 60 --focus light --focus mood' }
  ])
)
