/**
 * `ludeng enhance PROMPT`: rewrites a prompt and prints it.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { callFlags, dryRun, enhancementFlags, given, prompt } from "../Flags.ts"
import { callOptions, enhancementRequest } from "../Requests.ts"

/** The command. */
export const enhance = Command.make(
  "enhance",
  { prompt, ...enhancementFlags, ...callFlags, dryRun },
  Effect.fnUntraced(function* (wishes) {
    const { runCall } = yield* Effect.promise(() => import("../Call.ts"))
    const { PromptEnhancer } = yield* Effect.promise(() => import("../../../src/enhancement/PromptEnhancer.ts"))
    const request = enhancementRequest(wishes.prompt, wishes)
    const options = callOptions(wishes, wishes)
    const needed = ["deepseek"] as const
    if (wishes.dryRun) {
      const { runPreview } = yield* Effect.promise(() => import("../Preview.ts"))
      const { ofEnhancement } = yield* Effect.promise(() => import("../PreviewReport.ts"))
      const preview = PromptEnhancer.use((it) => it.preview(request, options))
      return yield* runPreview({
        needed,
        ...given({ owner: wishes.owner }),
        preview: Effect.map(preview, ofEnhancement)
      })
    }
    const { enhancementResult } = yield* Effect.promise(() => import("../Results.ts"))
    const { sanitizeText } = yield* Effect.promise(() => import("../../../src/input/Sanitize.ts"))
    yield* runCall({
      needed,
      call: PromptEnhancer.use((it) => it.enhance(request, options)),
      report: (enhancement, elapsedMillis) => enhancementResult(sanitizeText(wishes.prompt), enhancement, elapsedMillis)
    })
  })
).pipe(
  Command.withDescription("Rewrite a prompt for the image provider"),
  Command.withExamples([
    { command: 'ludeng enhance "a red fox" --mode creative --length 60 --focus light --focus mood' }
  ])
)
