/**
 * Runs a command with `--dry-run`: looks, and prints what was seen.
 */
import * as Effect from "effect/Effect"
import type { CallFailure } from "../../schemas/Failures.ts"
import { defaultOwner, type Owner } from "../../schemas/Identifiers.ts"
import type { Services } from "../../layers/Services.ts"
import { type CommandCall, runOver } from "./Call.ts"
import { type Previewed, previewJson, previewLines } from "./PreviewReport.ts"
import { Session } from "./Session.ts"

/** A look at a call; `owner` is on whose behalf it would be made. */
export interface CommandPreview extends Pick<CommandCall<unknown>, "needed" | "directory"> {
  readonly owner?: Owner
  readonly preview: Effect.Effect<Previewed, CallFailure, Services>
}

/** Runs it. **Errors** `ConfigurationError`, and a request that is wrong in itself. */
export const runPreview = ({ owner = defaultOwner, preview, ...over }: CommandPreview) =>
  runOver(
    over,
    Effect.gen(function* () {
      const run = yield* Session
      const previewed = yield* preview
      const isSimulated = run.mode?._tag === "Simulated"
      run.screen.result(
        run.isJson
          ? JSON.stringify(previewJson(previewed, isSimulated))
          : previewLines(previewed, owner, isSimulated).join("\n")
      )
    })
  )
