/**
 * Where the library's log goes: objects on standard error, where a program asked for them (`--json`) or a person did
 * (`--log-level`). Else the warnings of a call stay away, for its steps and its ending tell the same.
 */
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type { Screen } from "./Screen.ts"

/** The logger of a screen. */
export const logger = (screen: Screen, isAskedFor: boolean): Logger.Logger<unknown, void> =>
  screen.isStructured || isAskedFor ? Logger.map(Logger.formatJson, screen.log) : besideSteps(screen)

const besideSteps = (screen: Screen): Logger.Logger<unknown, void> =>
  Logger.make((options) => {
    if (options.logLevel !== "Warn") return screen.line(Logger.formatSimple.log(options))
    const annotations = options.fiber.getRef(References.CurrentLogAnnotations)
    // Calls (whose lines name the owner), keys and the vault are told of by their own lines.
    const isTold = ["owner", "keyId", "remedy"].some((name) => name in annotations)
    const text = [options.message].flat().filter((part) => typeof part === "string")
    if (!isTold && text.length > 0) screen.line(`⚠ ${text.join(" ")}`)
  })
