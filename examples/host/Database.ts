/**
 * The host's configuration: a document in a row of its database, with a revision, and the library's `LiveSettings` over it.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import {
  ConfigurationError,
  type JsonObject,
  LiveSettings,
  makeLiveSettings,
  type SettingsFile,
  type SettingsFileContents
} from "@ludeng/providers"

interface Row {
  readonly revision: number
  readonly document: JsonObject | undefined
}

/** The row, as a database would keep it: replaced only by whoever has read its newest revision. */
export class ConfigurationTable {
  #row: Row
  readonly notifications: PubSub.PubSub<void> = Effect.runSync(PubSub.sliding<void>(1))

  constructor(document?: JsonObject) {
    this.#row = { revision: 1, document }
  }
  async select(): Promise<Row> {
    return this.#row
  }
  async update(document: JsonObject, revision: number): Promise<boolean> {
    if (this.#row.revision !== revision) return false
    this.#row = { revision: revision + 1, document }
    PubSub.publishUnsafe(this.notifications, undefined)
    return true
  }
}

const contentsOf = ({ document }: Row): SettingsFileContents => ({ document, isPrivate: true, problems: [] })

const busy = new ConfigurationError({
  problems: [{ name: "the configuration table", problem: "is being changed by others", expected: "another attempt" }]
})

/** The row as the library takes it: how it is read, changed by one writer at a time, and watched. */
export const documentIn = (table: ConfigurationTable): SettingsFile => ({
  name: "the configuration table",
  read: Effect.map(
    Effect.promise(() => table.select()),
    contentsOf
  ),
  edit: Effect.fnUntraced(function* (decide) {
    for (let attempt = 1; attempt <= 20; attempt++) {
      const row = yield* Effect.promise(() => table.select())
      const decided = decide(contentsOf(row))
      if (decided._tag === "Failure") return yield* new ConfigurationError({ problems: [...decided.failure] })
      const document = decided.success
      if (yield* Effect.promise(() => table.update(document, row.revision))) return contentsOf({ ...row, document })
    }
    return yield* busy
  }),
  changes: Stream.fromPubSub(table.notifications)
})

/** The host's `LiveSettings`. */
export const layer = (table: ConfigurationTable): Layer.Layer<LiveSettings, ConfigurationError> =>
  Layer.effect(LiveSettings, makeLiveSettings({ file: documentIn(table), watch: true }))
