/**
 * When a file may have changed: as soon as its folder tells, and by a look every two seconds, because not every file system
 * tells, and a mounted file may be changed through a link elsewhere. Several tellings in a row are one. Nothing of it keeps
 * a program alive.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"

/** An editor writes, renames and removes within this time: it is looked at once, after all of it. */
const debounce = Duration.millis(100)

/** How often it is looked at though nobody told. **Units** milliseconds. */
const lookEveryMillis = 2_000

/** Something each time the file may have changed. */
export const fileChanges = (file: string): Stream.Stream<void> =>
  Stream.callback<void>((queue) => {
    const tell = () => void Queue.offerUnsafe(queue, undefined)
    return Effect.andThen(watchFolder(file, tell), lookFromTimeToTime(tell))
  }).pipe(Stream.debounce(debounce))

/** The folder tells, because the file itself is replaced. Where it can not be watched, looking must do. */
const watchFolder = (file: string, tell: () => void) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      try {
        const watcher = fs.watch(path.dirname(path.resolve(file)), { persistent: false }, (_event, name) => {
          if (name === null || name === path.basename(file)) tell()
        })
        watcher.on("error", () => watcher.close())
        return watcher
      } catch {
        return undefined
      }
    }),
    (watcher) => Effect.sync(() => watcher?.close())
  )

// Not the platform's watch of a single file: that misses what changes before its own first look.
const lookFromTimeToTime = (tell: () => void) =>
  Effect.acquireRelease(
    Effect.sync(() => setInterval(tell, lookEveryMillis).unref()),
    (timer) => Effect.sync(() => clearInterval(timer))
  )
