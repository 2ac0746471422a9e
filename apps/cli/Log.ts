/**
 * Where the library's log goes: structured lines on standard error. On a terminal the warnings of a call stay away, for
 * its steps and its ending tell the same; unless a person asks for them with `--log-level`.
 */
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type { Screen } from "./Screen.ts"

/** The logger of a screen. */
export const logger = (screen: Screen, isAskedFor: boolean): Logger.Logger<unknown, void> =>
  screen.isLive && !isAskedFor ? besideSteps(screen) : Logger.map(Logger.formatJson, screen.line)

const besideSteps = (screen: Screen): Logger.Logger<unknown, void> =>
  Logger.make((options) => {
    if (options.logLevel !== "Warn") return screen.line(Logger.formatJson.log(options))
    const annotations = options.fiber.getRef(References.CurrentLogAnnotations)
    // Calls, keys and the vault are told of by their own lines.
    const isTold = ["callId", "keyId", "remedy"].some((name) => name in annotations)
    const text = [options.message].flat().filter((part) => typeof part === "string")
    if (!isTold && text.length > 0) screen.line(`⚠ ${text.join(" ")}`)
  })
