/**
 * What a change of the settings is, and what is told of it: a patch on its way in, the lines of a report, and two events.
 * Of a key or secret it is told that it changed, and never what it was or is.
 */
import * as Schema from "effect/Schema"
import { SettingProblem, type SettingsDocument } from "./Settings.ts"

type Patch<T> =
  T extends ReadonlyArray<unknown>
    ? T
    : T extends object
      ? { readonly [K in keyof T]?: Patch<T[K]> | null | undefined }
      : T

/**
 * A change of the document: a merge patch (RFC 7396). What is not given stays; `null` takes a value back, so that the next
 * weaker source is in force.
 */
export type SettingsPatch = Patch<SettingsDocument>

/** Where a value comes from, strongest first. `file` is `ludeng.config.json`. */
export const SettingSource = Schema.Literals(["code", "environment", ".env", "file", "default"])
export type SettingSource = typeof SettingSource.Type

/**
 * One setting as it may be shown to anybody: plain text, a key or secret only as `set` or `missing`.
 *
 * **Details** `value` is in the form of its variable (times in milliseconds, money in dollars), `unset` where there is none;
 * `source` says where it comes from (`null` where it is unset), and `from` the variable, or the place in code or file, that
 * gave it. `default` is `null` where there is none. `changes` says whether it can change while a program runs;
 * `afterRestart` is what it will be then, where the sources already say so.
 */
export const SettingLine = Schema.Struct({
  path: Schema.String,
  variable: Schema.String,
  value: Schema.String,
  source: Schema.NullOr(SettingSource),
  from: Schema.NullOr(Schema.String),
  default: Schema.NullOr(Schema.String),
  isSecret: Schema.Boolean,
  changes: Schema.Literals(["running", "restart"]),
  afterRestart: Schema.optionalKey(Schema.String)
})
export interface SettingLine extends Schema.Schema.Type<typeof SettingLine> {}

/** One setting that changed, with its texts before and after; a key or secret has neither. */
export const ChangedSetting = Schema.Struct({
  path: Schema.String,
  before: Schema.optionalKey(Schema.String),
  after: Schema.optionalKey(Schema.String)
})
export interface ChangedSetting extends Schema.Schema.Type<typeof ChangedSetting> {}

/** Where a change came from: somebody edited the file, `LiveSettings.update`, or `LiveSettings.save`. */
export const ChangeOrigin = Schema.Literals(["file", "update", "save"])
export type ChangeOrigin = typeof ChangeOrigin.Type

/**
 * The settings changed: calls that begin from now on run under `version`. `afterRestart` are the settings that the sources
 * say otherwise now, and that a program takes only when it starts.
 *
 * **Units** `at` milliseconds since 1970.
 */
export const SettingsChanged = Schema.TaggedStruct("SettingsChanged", {
  at: Schema.Int,
  version: Schema.Int,
  by: ChangeOrigin,
  changed: Schema.Array(ChangedSetting),
  afterRestart: Schema.Array(Schema.String)
})
export type SettingsChanged = typeof SettingsChanged.Type

/** The file was changed to something that can not be used: the settings before stay in force. */
export const SettingsRefused = Schema.TaggedStruct("SettingsRefused", {
  at: Schema.Int,
  by: ChangeOrigin,
  problems: Schema.Array(SettingProblem)
})
export type SettingsRefused = typeof SettingsRefused.Type
