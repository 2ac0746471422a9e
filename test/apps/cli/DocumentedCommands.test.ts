/**
 * Every command line that a document shows is one that the program takes: its subcommands are there, and its flags stand in
 * their help.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { program } from "../../../apps/cli/Program.ts"
import { makeScreen } from "../../../apps/cli/Screen.ts"
import { makeRun } from "../../../apps/cli/Session.ts"
import { filesOf } from "../../architecture/SourceFiles.ts"

interface CommandLine {
  readonly text: string
  readonly subcommands: ReadonlyArray<string>
  readonly flags: ReadonlyArray<string>
}

/** A line of a shell block, without what stands before the program's name, and what its output or a file goes through. */
const commandLine = (line: string): CommandLine | undefined => {
  const text = /^(?:[A-Z_]+=(?:"[^"]*"|\S*) )*(?:npm run -s ludeng --|ludeng) ([a-z].*)$/.exec(line.trim())?.[1]
  if (text === undefined) return undefined
  const words = text
    .replace(/\s#.*$/, "")
    .replace(/"[^"]*"/g, "TEXT")
    .split(/\s[|<>]/)[0]
    ?.trim()
    .split(/\s+/)
  if (words === undefined) return undefined
  const end = words.findIndex((it) => !/^[a-z]+$/.test(it))
  return {
    text,
    subcommands: words.slice(0, end === -1 ? undefined : end),
    flags: words.filter((it) => /^--[a-z]/.test(it)).map((it) => it.split("=")[0] ?? it)
  }
}

const documented: ReadonlyArray<CommandLine> = filesOf("README.md", "docs/guide/*.md").flatMap(({ text }) =>
  [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block]) =>
    (block ?? "").split("\n").flatMap((line) => commandLine(line) ?? [])
  )
)

const helpOf = (subcommands: ReadonlyArray<string>): Effect.Effect<string> => {
  let shown = ""
  const streams = { out: (text: string) => void (shown += text), error: () => undefined, columns: () => undefined }
  return program([...subcommands, "--help"], makeRun("1.2.3", false, makeScreen(streams, false))).pipe(
    Effect.exit,
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({}))),
    Effect.map(() => shown)
  )
}

/** The line that says how a command is written. */
const usageOf = (help: string): string => /USAGE\s+(.*)/.exec(help)?.[1] ?? ""

describe("the commands that documents show", () => {
  it("are found in them", () => {
    assert.isAtLeast(documented.length, 40)
    assert.deepStrictEqual(commandLine('LUDENG_VAULT_KEY="a b" ludeng keys add deepseek --json < key.txt # new'), {
      text: "keys add deepseek --json < key.txt # new",
      subcommands: ["keys", "add", "deepseek"],
      flags: ["--json"]
    })
  })

  it.effect("are there, with their flags", () =>
    Effect.gen(function* () {
      const wrong: Array<string> = []
      for (const { flags, subcommands, text } of documented) {
        // The words after the command are its arguments: the longest path that has a help of its own is the command.
        let help = ""
        for (let length = subcommands.length; help === "" && length > 0; length -= 1) {
          const path = subcommands.slice(0, length)
          const shown = yield* helpOf(path)
          if (`${usageOf(shown)} `.startsWith(`ludeng ${path.join(" ")} `)) help = shown
        }
        if (help === "" || usageOf(help).includes("<subcommand>")) wrong.push(`there is no such command: ${text}`)
        for (const flag of flags) if (!help.includes(flag)) wrong.push(`${flag} is no flag of: ${text}`)
      }
      assert.deepStrictEqual(wrong, [])
    })
  )
})
