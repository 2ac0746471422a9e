import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { endingOf } from "../../../apps/cli/Ending.ts"
import { exitCodeOf, messageOf } from "../../../apps/cli/Outcome.ts"
import { program } from "../../../apps/cli/Program.ts"
import { makeScreen } from "../../../apps/cli/Screen.ts"
import type { SecretInput } from "../../../apps/cli/SecretInput.ts"
import { makeRun } from "../../../apps/cli/Session.ts"
import * as SimulatorServer from "../../../mock-layers/simulation/SimulatorServer.ts"
import { filesBelow, temporaryFolder } from "../../support/TemporaryFolder.ts"

const canary = "sk-canary-0f9a8b7c6d5e"
const secret = "LUDENG_VAULT_KEY"
const opened = { [secret]: "0123456789abcdef".repeat(4) }

/** What is typed at a terminal, one line after the other, or all of standard input. */
const typing = (...lines: ReadonlyArray<string>): SecretInput => {
  const left = [...lines]
  return { isTerminal: true, ask: () => Effect.sync(() => left.shift() ?? ""), read: Effect.succeed("") }
}
const piping = (text: string): SecretInput => ({
  isTerminal: false,
  ask: () => Effect.succeed(""),
  read: Effect.succeed(text)
})

/** Runs a command in a home; what it says may hold no key, whatever happens. */
const keysIn = (home: string) =>
  Effect.fnUntraced(function* (
    args: ReadonlyArray<string>,
    input: SecretInput = piping(""),
    variables: Readonly<Record<string, string>> = opened
  ) {
    const written = { out: "", error: "" }
    const screen = makeScreen({
      out: (text) => (written.out += text),
      error: (text) => (written.error += text),
      columns: () => undefined
    })
    const run = makeRun("1.2.3", args.includes("--json"), screen, input)
    const exit = yield* Effect.exit(program(["keys", ...args], run)).pipe(
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ LUDENG_HOME: home, ...variables })))
    )
    const ending = endingOf(exit)
    const message = ending === undefined ? "" : messageOf(ending)
    assert.notInclude(`${written.out}${written.error}${message}`, "canary")
    return { ...written, message, code: ending === undefined ? (run.exitCode ?? 0) : exitCodeOf(ending) }
  })

const homeFolder = Effect.map(temporaryFolder, (folder) => path.join(folder, ".ludeng"))

interface Listed {
  readonly keys: ReadonlyArray<{
    readonly id: string
    readonly scope: string
    readonly state: { readonly _tag: string }
  }>
}
const listed = (run: ReturnType<typeof keysIn>, variables = opened) =>
  Effect.map(run(["list", "--json"], piping(""), variables), ({ out }) =>
    (JSON.parse(out) as Listed).keys.map(({ scope, state }) => `${scope} ${state._tag}`)
  )
const firstId = (run: ReturnType<typeof keysIn>, scope: string) =>
  Effect.map(
    run(["list", "--json"]),
    ({ out }) => (JSON.parse(out) as Listed).keys.find((it) => it.scope === scope)?.id ?? ""
  )

describe("ludeng keys", () => {
  it.live("keeps a key from standard input, sealed, and shows everything of it but itself", () =>
    Effect.gen(function* () {
      const home = yield* homeFolder
      const run = keysIn(home)
      const added = yield* run(["add", "nanobanana", "--account", "ours"], piping(`${canary}\n`))
      assert.strictEqual(added.code, 0, added.message)
      assert.include(added.out, "new calls use it")
      const { out } = yield* run(["list"])
      assert.match(out, /ID +PROVIDER +STATE +AGE +ACCOUNT +LAST USED +FROM +FOR/)
      assert.match(out, /^key_\w+ +nanobanana +active +\d s +ours +- +vault +https:\/\/\S+$/m)
      for (const file of yield* filesBelow(home)) {
        const text = yield* Effect.promise(() => fs.readFile(path.join(home, file), "utf8"))
        assert.notInclude(text, "canary", file)
      }
      const mode = yield* Effect.promise(() => fs.stat(home))
      assert.strictEqual(mode.mode & 0o777, 0o700)
    })
  )

  it.live("lets a second key stand by, rotates to a third, takes one back, and retires", () =>
    Effect.gen(function* () {
      const run = keysIn(yield* homeFolder)
      yield* run(["add", "nanobanana"], piping(`${canary}-1`))
      const first = yield* firstId(run, "nanobanana")
      assert.include((yield* run(["add", "nanobanana"], piping(`${canary}-2`))).out, `new calls use ${first}`)
      yield* run(["rotate", "nanobanana"], piping(`${canary}-3`))
      assert.deepStrictEqual(yield* listed(run), ["nanobanana Active", "nanobanana Draining", "nanobanana Draining"])
      const back = yield* run(["rotate", "nanobanana", "--to", first])
      assert.strictEqual(back.code, 0, back.message)
      assert.strictEqual(yield* firstId(run, "nanobanana"), first)
      const retired = yield* run(["retire", first])
      assert.include(retired.out, "has no key in the vault any more")
      const again = yield* run(["rotate", "nanobanana", "--to", first])
      assert.strictEqual(again.code, 4)
      assert.include(again.message, "retired, for good")
    })
  )

  it.live("makes the vault with a passphrase that is typed twice, and asks for it", () =>
    Effect.gen(function* () {
      const run = keysIn(yield* homeFolder)
      const passphrase = "correct horse battery"
      const differing = yield* run(["add", "nanobanana"], typing(passphrase, "correct house", canary), {})
      assert.strictEqual(differing.code, 2)
      assert.include(differing.message, "the two are not the same")
      const added = yield* run(["add", "nanobanana"], typing(passphrase, passphrase, canary), {})
      assert.strictEqual(added.code, 0, added.message)
      assert.strictEqual((yield* run(["list"], typing(passphrase), {})).code, 0)
      const wrong = yield* run(["list"], typing("correct horse stable"), {})
      assert.strictEqual(wrong.code, 5)
      assert.include(wrong.message, "the passphrase does not open it")
      const next = "another passphrase"
      assert.strictEqual((yield* run(["passphrase"], typing(passphrase, next, next), {})).code, 0)
      assert.deepStrictEqual(yield* listed(run, { [secret]: next }), ["nanobanana Active"])
    })
  )

  it.live("takes the secret from a file of its owner alone", () =>
    Effect.gen(function* () {
      const home = yield* homeFolder
      const run = keysIn(home)
      const file = path.join(path.dirname(home), "secret")
      const variables = { LUDENG_VAULT_KEY_FILE: file }
      yield* Effect.promise(() => fs.writeFile(file, `${opened[secret]}\n`, { mode: 0o644 }))
      const wide = yield* run(["add", "nanobanana"], piping(canary), variables)
      assert.strictEqual(wide.code, 5)
      assert.include(wide.message, `chmod 600 ${file}`)
      yield* Effect.promise(() => fs.chmod(file, 0o600))
      assert.strictEqual((yield* run(["add", "nanobanana"], piping(canary), variables)).code, 0)
      assert.deepStrictEqual(yield* listed(run), ["nanobanana Active"])
    })
  )

  it.live("takes no key as an argument, none that is empty or no key, and none without a secret", () =>
    Effect.gen(function* () {
      const run = keysIn(yield* homeFolder)
      assert.strictEqual((yield* run(["add", "nanobanana", "some-key"])).code, 2)
      assert.strictEqual((yield* run(["add", "nanobanana"], piping("\n"))).code, 2)
      assert.strictEqual((yield* run(["add", "nanobanana"], piping("two words"))).code, 2)
      assert.strictEqual((yield* run(["add", "nanobanana"], piping("one\ntwo\n"))).code, 2)
      const bare = yield* run(["add", "nanobanana"], piping(canary), {})
      assert.strictEqual(bare.code, 5)
      assert.include(bare.message, "LUDENG_VAULT_KEY")
      const short = yield* run(["add", "nanobanana"], typing("seven77", "seven77", canary), {})
      assert.strictEqual(short.code, 5)
      assert.include(short.message, "at least 8 characters")
    })
  )

  it.live("prints failures as objects with --json, and refuses what was tampered with", () =>
    Effect.gen(function* () {
      const home = yield* homeFolder
      const run = keysIn(home)
      yield* run(["add", "nanobanana"], piping(canary))
      const file = path.join(home, "vault.json")
      yield* Effect.promise(() => fs.chmod(file, 0o640))
      assert.include((yield* run(["list"])).message, `chmod 600 ${file}`)
      yield* Effect.promise(() => fs.chmod(file, 0o600))
      const text = yield* Effect.promise(() => fs.readFile(file, "utf8"))
      yield* Effect.promise(() => fs.writeFile(file, text.replaceAll("nanobanana", "deepseek")))
      const edited = yield* run(["list"])
      assert.strictEqual(edited.code, 5)
      assert.include(edited.message, "changed")
    })
  )

  it.live("refuses one account behind two doors, and a second provider that the settings do not name", () =>
    Effect.gen(function* () {
      const run = keysIn(yield* homeFolder)
      yield* run(["add", "nanobanana", "--account", "ours"], piping(canary))
      const unnamed = yield* run(["add", "nanobanana-fallback"], piping(canary))
      assert.strictEqual(unnamed.code, 5)
      assert.include(unnamed.message, "NANOBANANA_FALLBACK_PROTOCOL")
      const named = { ...opened, NANOBANANA_FALLBACK_PROTOCOL: "nanobananaapi" }
      const twice = yield* run(["add", "nanobanana-fallback", "--account", "ours"], piping(`${canary}-2`), named)
      assert.strictEqual(twice.code, 4)
      assert.include(twice.message, "twice its quota")
    })
  )

  it.live(
    "refuses a key that is there already, also for the second provider, and lets one move in from the settings",
    () =>
      Effect.gen(function* () {
        const run = keysIn(yield* homeFolder)
        const variables = { ...opened, NANOBANANA_API_KEY: canary, NANOBANANA_FALLBACK_PROTOCOL: "nanobananaapi" }
        const elsewhere = yield* run(["add", "nanobanana-fallback"], piping(canary), variables)
        assert.strictEqual(elsewhere.code, 4)
        assert.include(elsewhere.message, "twice its quota")
        assert.strictEqual((yield* run(["add", "nanobanana"], piping(canary), variables)).code, 0)
        const again = yield* run(["rotate", "nanobanana"], piping(canary), variables)
        assert.strictEqual(again.code, 4)
        assert.include(again.message, "kept already")
      })
  )

  it.live("asks DeepSeek whether it knows a key before it is kept, and when it is asked to", () =>
    Effect.gen(function* () {
      const run = keysIn(yield* homeFolder)
      const { baseUrls } = yield* SimulatorServer.make({ latency: 1 })
      const variables = { ...opened, DEEPSEEK_BASE_URL: baseUrls.deepseek }
      const kept = yield* run(["add", "deepseek"], piping(canary), variables)
      assert.strictEqual(kept.code, 0, kept.message)
      assert.include(kept.out, "the provider knows it")
      const known = yield* run(["verify"], piping(""), variables)
      assert.deepStrictEqual([known.code, known.out.includes("✔ known")], [0, true])

      const strict = yield* SimulatorServer.make({
        latency: 1,
        faults: [{ fault: "unauthorized", operation: "probe" }]
      })
      const refusing = { ...opened, DEEPSEEK_BASE_URL: strict.baseUrls.deepseek }
      const refused = yield* run(["rotate", "deepseek"], piping(`${canary}-2`), refusing)
      assert.strictEqual(refused.code, 4)
      assert.include(refused.message, "nothing was changed")
      assert.deepStrictEqual(yield* listed(run), ["deepseek Active"])
      const asked = yield* run(["verify", "--json"], piping(""), refusing)
      assert.strictEqual(asked.code, 3)
      assert.include(asked.out, `"state":"unknown"`)
      assert.strictEqual((yield* run(["rotate", "deepseek", "--unverified"], piping(`${canary}-2`), refusing)).code, 0)
      assert.deepStrictEqual(yield* listed(run), ["deepseek Active", "deepseek Draining"])
    })
  )
})
