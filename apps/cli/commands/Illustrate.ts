/**
 * `ludeng illustrate PROMPT`: enhances the prompt, makes the picture, stores it.
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { callFlags, dryRun, enhancementFlags, given, imageFlags, prompt } from "../Flags.ts"
import { UsageFailed } from "../Outcome.ts"
import { callOptions, enhancementFlagsGiven, illustrationRequest } from "../Requests.ts"

/** The command. */
export const illustrate = Command.make(
  "illustrate",
  {
    prompt,
    enhance: Flag.Boolean("enhance").pipe(
      Flag.withDescription("Whether the prompt is rewritten first; --no-enhance sends it as it stands"),
      Flag.withDefault(true)
    ),
    ...enhancementFlags,
    ...imageFlags,
    ...callFlags,
    dryRun
  },
  Effect.fnUntraced(function* (wishes) {
    const idle = wishes.enhance ? [] : enhancementFlagsGiven(wishes)
    if (idle.length > 0) {
      return yield* new UsageFailed({ message: `${idle.join(", ")}: without effect, because of --no-enhance` })
    }
    const { runCall } = yield* Effect.promise(() => import("../Call.ts"))
    const { Illustrator } = yield* Effect.promise(() => import("../../../src/illustration/Illustrator.ts"))
    const request = illustrationRequest(wishes.prompt, wishes)
    const options = callOptions(wishes, wishes)
    const over = {
      needed: wishes.enhance ? (["deepseek", "nanobanana"] as const) : (["nanobanana"] as const),
      ...given({ directory: wishes.out })
    }
    if (wishes.dryRun) {
      const { runPreview } = yield* Effect.promise(() => import("../Preview.ts"))
      const preview = Illustrator.use((it) => it.preview(request, options))
      return yield* runPreview({ ...over, ...given({ owner: wishes.owner }), preview })
    }
    const { illustrationResult } = yield* Effect.promise(() => import("../Results.ts"))
    yield* runCall({
      ...over,
      call: Illustrator.use((it) => it.illustrate(request, options)),
      report: illustrationResult
    })
  })
).pipe(
  Command.withDescription("Rewrite a prompt, make the picture, store it"),
  Command.withExamples([{ command: 'ludeng illustrate "a red fox in the snow" --width 1536 --height 1024' }])
)
