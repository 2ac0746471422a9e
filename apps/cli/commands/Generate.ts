/**
 * `ludeng generate PROMPT`: makes a picture of a prompt as it stands, and stores it.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { callFlags, dryRun, given, imageFlags, prompt } from "../Flags.ts"
import { callOptions, imageRequest } from "../Requests.ts"

/** The command. */
export const generate = Command.make(
  "generate",
  { prompt, ...imageFlags, ...callFlags, dryRun },
  Effect.fnUntraced(function* (wishes) {
    const { runCall } = yield* Effect.promise(() => import("../Call.ts"))
    const { ImageGenerator } = yield* Effect.promise(() => import("../../../src/image/ImageGenerator.ts"))
    const request = imageRequest(wishes.prompt, wishes)
    const options = callOptions(wishes, wishes)
    const over = { needed: ["nanobanana"], ...given({ directory: wishes.out }) } as const
    if (wishes.dryRun) {
      const { runPreview } = yield* Effect.promise(() => import("../Preview.ts"))
      const { ofImage } = yield* Effect.promise(() => import("../PreviewReport.ts"))
      const preview = ImageGenerator.use((it) => it.preview(request, options))
      return yield* runPreview({ ...over, ...given({ owner: wishes.owner }), preview: Effect.map(preview, ofImage) })
    }
    const { imageResult } = yield* Effect.promise(() => import("../Results.ts"))
    const { sanitizeText } = yield* Effect.promise(() => import("../../../src/input/Sanitize.ts"))
    yield* runCall({
      ...over,
      call: ImageGenerator.use((it) => it.generate(request, options)),
      report: (image, elapsedMillis) => imageResult(sanitizeText(wishes.prompt), image, elapsedMillis)
    })
  })
).pipe(
  Command.withDescription("Make a picture of a prompt as it stands"),
  Command.withExamples([{ command: 'ludeng generate "a red fox in the snow" --format png --quality high' }])
)
