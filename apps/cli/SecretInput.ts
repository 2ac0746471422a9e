/**
 * Secrets from a person or a program: typed without being shown, or read from standard input; never an argument, which
 * every other user of the machine could see.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Interrupted, UsageFailed } from "./Outcome.ts"

/** Where secrets are read. `ask` writes its words to standard error; where there is no terminal, `read` reads it all. */
export interface SecretInput {
  readonly isTerminal: boolean
  readonly ask: (words: string) => Effect.Effect<string, Interrupted>
  readonly read: Effect.Effect<string>
}

/** Longer than any key or passphrase. **Units** characters. */
const longest = 4_096

/**
 * A secret: asked for at a terminal, else the whole of standard input without the line's end.
 *
 * **Errors** `UsageFailed` where nothing is given, or more than one line.
 */
export const readSecret = (
  input: SecretInput,
  words: string
): Effect.Effect<Redacted.Redacted<string>, UsageFailed | Interrupted> =>
  Effect.flatMap(input.isTerminal ? input.ask(words) : input.read, (text) => {
    const line = text.replace(/\r?\n$/, "")
    if (line.trim() === "") return Effect.fail(new UsageFailed({ message: `${words}: nothing was given` }))
    if (line.includes("\n") || line.length > longest)
      return Effect.fail(new UsageFailed({ message: `${words}: expected one line on standard input` }))
    return Effect.succeed(Redacted.make(line.trim()))
  })

/** A new secret, which a person types twice. **Errors** `UsageFailed` also where the two differ. */
export const readNewSecret = (
  input: SecretInput,
  words: string
): Effect.Effect<Redacted.Redacted<string>, UsageFailed | Interrupted> =>
  Effect.gen(function* () {
    const first = yield* readSecret(input, words)
    if (!input.isTerminal) return first
    const second = yield* readSecret(input, `${words}, once more`)
    return Redacted.value(first) === Redacted.value(second)
      ? first
      : yield* new UsageFailed({ message: `${words}: the two are not the same` })
  })

/** Standard input and standard error of the process. */
export const processInput: SecretInput = {
  get isTerminal() {
    return process.stdin.isTTY && process.stderr.isTTY
  },
  ask: (words) =>
    Effect.callback<string, Interrupted>((resume) => {
      let typed = ""
      const { stdin } = process
      const end = (): void => {
        stdin.off("data", onData)
        stdin.setRawMode(false)
        stdin.pause()
        process.stderr.write("\n")
      }
      const onData = (chunk: Buffer): void => {
        for (const letter of chunk.toString("utf8")) {
          if (letter === "\r" || letter === "\n" || letter === "\u0004") {
            end()
            return resume(Effect.succeed(typed))
          }
          if (letter === "\u0003") {
            end()
            return resume(Effect.fail(new Interrupted({ message: "interrupted" })))
          }
          if (letter === "\u007f" || letter === "\b") typed = typed.slice(0, -1)
          else if (letter >= " " && typed.length < longest) typed += letter
        }
      }
      process.stderr.write(`${words} (not shown): `)
      stdin.setRawMode(true)
      stdin.resume()
      stdin.on("data", onData)
      return Effect.sync(end)
    }),
  read: Effect.callback<string>((resume) => {
    let text = ""
    const { stdin } = process
    const onData = (chunk: Buffer): void => {
      // What is longer is refused: its rest need not be kept.
      if (text.length <= longest) text += chunk.toString("utf8")
    }
    const onEnd = (): void => resume(Effect.succeed(text))
    stdin.on("data", onData)
    stdin.once("end", onEnd)
    return Effect.sync(() => {
      stdin.off("data", onData)
      stdin.off("end", onEnd)
      stdin.pause()
    })
  })
}
