/**
 * When a file may have changed: as soon as its folder tells, and every few seconds, because not every file system tells, and
 * a mounted file may be changed through a link elsewhere. Several tellings in a row are one.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"

/** An editor writes, renames and removes within this time: it is looked at once, after all of it. */
const debounce = Duration.millis(100)

/** How often it is looked at though nobody told. */
const lookEvery = Duration.seconds(2)

/** Something each time the file may have changed. */
export const fileChanges = (file: string): Stream.Stream<void> =>
  Stream.merge(told(file), Stream.fromEffectRepeat(Effect.delay(Effect.void, lookEvery))).pipe(
    Stream.debounce(debounce)
  )

/** The folder tells, because the file itself is replaced. Where it can not be watched, looking must do. */
const told = (file: string): Stream.Stream<void> =>
  Stream.callback<void>((queue) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        try {
          const watcher = fs.watch(path.dirname(path.resolve(file)), { persistent: false }, (_event, name) => {
            if (name === null || name === path.basename(file)) Queue.offerUnsafe(queue, undefined)
          })
          watcher.on("error", () => watcher.close())
          return watcher
        } catch {
          return undefined
        }
      }),
      (watcher) => Effect.sync(() => watcher?.close())
    )
  )
