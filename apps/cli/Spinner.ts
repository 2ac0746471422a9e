/**
 * The moving line: what is going on, and for how long. Nothing moves where standard error is no terminal.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Run } from "./Session.ts"
import { secondsText } from "./Text.ts"

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

/** Draws until it is interrupted, and then removes its line. */
export const spin = (run: Run): Effect.Effect<never> =>
  run.screen.isLive
    ? Effect.gen(function* () {
        for (let frame = 0; ; frame = (frame + 1) % frames.length) {
          const { activity } = run.progress()
          const elapsed = (yield* Clock.currentTimeMillis) - (activity?.since ?? 0)
          run.screen.status(activity && `${frames[frame]} ${activity.text}  ${secondsText(elapsed)}`)
          yield* Effect.sleep("100 millis")
        }
      }).pipe(Effect.ensuring(Effect.sync(() => run.screen.status(undefined))))
    : Effect.never
