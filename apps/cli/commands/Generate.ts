/**
 * `ludeng generate PROMPT`: makes a picture of a prompt as it stands, and stores it.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { callFlags, given, imageFlags, prompt } from "../Flags.ts"
import { callOptions, imageRequest } from "../Requests.ts"

/** The command. */
export const generate = Command.make(
  "generate",
  { prompt, ...imageFlags, ...callFlags },
  Effect.fnUntraced(function* (wishes) {
    const { runCall } = yield* Effect.promise(() => import("../Call.ts"))
    const { ImageGenerator } = yield* Effect.promise(() => import("../../../src/image/ImageGenerator.ts"))
    const { imageResult } = yield* Effect.promise(() => import("../Results.ts"))
    const { sanitizeText } = yield* Effect.promise(() => import("../../../src/input/Sanitize.ts"))
    yield* runCall({
      needed: ["nanobanana"],
      ...given({ directory: wishes.out }),
      call: ImageGenerator.use((it) => it.generate(imageRequest(wishes.prompt, wishes), callOptions(wishes, wishes))),
      report: (image, elapsedMillis) => imageResult(sanitizeText(wishes.prompt), image, elapsedMillis)
    })
  })
).pipe(
  Command.withDescription("Make a picture of a prompt as it stands"),
  Command.withExamples([{ command: 'ludeng generate "a red fox in the snow" --format png --quality high' }])
)
