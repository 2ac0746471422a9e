/**
 * `ludeng settings …`: what is in force and where it comes from, what differs from the defaults, and the settings file
 * changed as a whole or not at all.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { json } from "../Flags.ts"

const load = Effect.promise(() => import("../SettingsCommand.ts"))

const show = Command.make(
  "show",
  {
    path: Argument.String("path").pipe(
      Argument.withDescription("Only this setting, or those below it, as in deepseek.rateLimits"),
      Argument.optional
    ),
    json: json()
  },
  Effect.fnUntraced(function* ({ path }) {
    const { showSettings } = yield* load
    yield* showSettings(Option.getOrUndefined(path))
  })
).pipe(Command.withDescription("Every setting with its value, its source and its default; keys only as set or missing"))

const set = Command.make(
  "set",
  {
    words: Argument.String("path value").pipe(
      Argument.withDescription("Settings and their values in pairs, as in deepseek.timeout 20000"),
      Argument.atLeast(2)
    ),
    json: json()
  },
  Effect.fnUntraced(function* ({ words }) {
    const { setSettings } = yield* load
    yield* setSettings(words)
  })
).pipe(
  Command.withDescription("Write settings into the settings file; running programs take them at once"),
  Command.withExamples([
    { command: 'ludeng settings set deepseek.rateLimit "20/minute, 100/hour" deepseek.retryLimit 2' }
  ])
)

const unset = Command.make(
  "unset",
  {
    paths: Argument.String("path").pipe(
      Argument.withDescription("Settings to take out of the file, or groups of them"),
      Argument.atLeast(1)
    ),
    json: json()
  },
  Effect.fnUntraced(function* ({ paths }) {
    const { unsetSettings } = yield* load
    yield* unsetSettings(paths)
  })
).pipe(Command.withDescription("Take settings out of the settings file, so that they have their default again"))

const diff = Command.make(
  "diff",
  {
    words: Argument.String("path value").pipe(
      Argument.withDescription("What `settings set` would be given: shows what it would change, and writes nothing"),
      Argument.atLeast(0)
    ),
    file: Flag.String("file").pipe(
      Flag.withDescription("What this settings file would change, in place of the one in use"),
      Flag.optional
    ),
    json: json()
  },
  Effect.fnUntraced(function* ({ file, words }) {
    const { diffSettings } = yield* load
    yield* diffSettings(words, Option.getOrUndefined(file))
  })
).pipe(Command.withDescription("What differs from the defaults, or what a change or another file would change"))

const schema = Command.make(
  "schema",
  {},
  Effect.fnUntraced(function* () {
    const { printSchema } = yield* load
    yield* printSchema
  })
).pipe(Command.withDescription("The JSON Schema of the settings file, for editors: name it in the file as $schema"))

/** The command. */
export const settings = Command.make("settings").pipe(
  Command.withDescription("The settings in force, where each comes from, and the settings file"),
  Command.withSubcommands([show, set, unset, diff, schema])
)
