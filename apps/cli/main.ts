/**
 * The program: parses the command line, runs one command, and turns its ending into output and an exit code.
 *
 * Signals: the first Ctrl-C, SIGTERM or SIGHUP interrupts the command and waits until the library has closed its scope
 * (a paid request in flight gets its grace there); the second leaves at once.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { endingOf } from "./Ending.ts"
import { exitCodeOf, Interrupted, type RunFailure } from "./Outcome.ts"
import { program } from "./Program.ts"
import { makeScreen } from "./Screen.ts"
import { makeRun } from "./Session.ts"
import { onSignals } from "./Signals.ts"
import { processStreams } from "./Streams.ts"
import { asksForJson, asksForObjects, tell } from "./Tell.ts"

/** Runs the program and ends the process. `version` is the package's. */
export const main = (args: ReadonlyArray<string>, version: string): void => {
  const { streams, flush } = processStreams()
  const run = makeRun(version, asksForJson(args), makeScreen(streams, asksForObjects(args)))

  const fiber = Effect.runFork(program(args, run))
  // An interrupted fiber may wait for timers only; this one keeps the process up until it is done.
  const keepAlive = setInterval(() => {}, 2 ** 31 - 1)
  let isLeaving = false
  const leave = (failure: RunFailure | undefined): void => {
    const code = failure === undefined ? (run.exitCode ?? 0) : exitCodeOf(failure)
    // Called again, nobody may be reading what was told: then it is not waited for.
    if (isLeaving) process.exit(code)
    isLeaving = true
    clearInterval(keepAlive)
    if (failure !== undefined) tell(failure, run)
    flush((isLost) => {
      if (!isLost) process.exit(code)
      const lost = "standard output could not be written: what stood there is lost\n"
      process.stderr.write(lost, () => process.exit(code || 1))
    })
  }

  const signals = onSignals({
    first: (name) => {
      if (run.mode !== undefined)
        run.screen.line(`${name}: stopping; a paid request in flight is waited for. Once more leaves at once.`)
      Effect.runFork(Fiber.interrupt(fiber))
    },
    second: (name) => leave(new Interrupted({ message: `left at once by ${name}` }))
  })
  fiber.addObserver((exit) => {
    if (isLeaving) return
    signals.stop()
    const ending = endingOf(exit)
    leave(run.isServing === true && ending instanceof Interrupted ? undefined : ending)
  })
}
