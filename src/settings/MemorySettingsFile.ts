/**
 * A settings file in memory: that of `Mock`, and one that tests write by hand. It changes as a file does: whoever watches it
 * hears that it may have changed, and looks.
 */
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import { ConfigurationError } from "../../schemas/Settings.ts"
import { type JsonObject, noContents, type SettingsFile, type SettingsFileContents } from "./SettingsFile.ts"

/** The file, and the hand of somebody who edits it. */
export interface MemorySettingsFile extends SettingsFile {
  readonly write: (contents: Partial<SettingsFileContents>) => Effect.Effect<void>
}

/** Makes one. It begins without a document. */
export const makeMemorySettingsFile = (document?: JsonObject): Effect.Effect<MemorySettingsFile> =>
  Effect.gen(function* () {
    const changed = yield* PubSub.unbounded<void>()
    let contents: SettingsFileContents = document === undefined ? noContents : { ...noContents, document }
    return {
      name: "the settings file",
      read: Effect.sync(() => contents),
      edit: (decide) =>
        Effect.suspend(() => {
          const decided = decide(contents)
          if (decided._tag === "Failure") return Effect.fail(new ConfigurationError({ problems: [...decided.failure] }))
          contents = { ...contents, document: decided.success }
          return Effect.as(PubSub.publish(changed, undefined), contents)
        }),
      changes: Stream.fromPubSub(changed),
      write: (next) =>
        Effect.suspend(() => {
          contents = { ...noContents, ...next }
          return Effect.asVoid(PubSub.publish(changed, undefined))
        })
    }
  })
