/** Which key `doctor` asks with, where there is a vault. */
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as path from "node:path"
import { keyToAsk } from "../../../apps/cli/KeyToAsk.ts"
import { program } from "../../../apps/cli/Program.ts"
import { makeScreen } from "../../../apps/cli/Screen.ts"
import { makeRun } from "../../../apps/cli/Session.ts"
import { loadSettings } from "../../../layers/settings/EnvironmentSettings.ts"
import * as SimulatorServer from "../../../mock-layers/simulation/SimulatorServer.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

const ofVault = "sk-of-the-vault-0f9a8b7c"
const ofSettings = "sk-of-the-settings-1a2b"

const world = Effect.gen(function* () {
  const { baseUrls } = yield* SimulatorServer.make({ latency: 1 })
  const home = path.join(yield* temporaryFolder, "home")
  const variables = (own: Readonly<Record<string, string>>) =>
    ConfigProvider.layer(
      ConfigProvider.fromUnknown({
        LUDENG_HOME: home,
        LUDENG_VAULT_KEY: "0123456789abcdef".repeat(4),
        DEEPSEEK_API_KEY: ofSettings,
        NANOBANANA_API_KEY: ofSettings,
        DEEPSEEK_BASE_URL: baseUrls.deepseek,
        NANOBANANA_BASE_URL: baseUrls.generic,
        ...own
      })
    )
  const run = Effect.fnUntraced(function* (args: ReadonlyArray<string>, own: Readonly<Record<string, string>> = {}) {
    let out = ""
    const screen = makeScreen({ out: (text) => (out += text), error: () => undefined, columns: () => undefined })
    const input = { isTerminal: false, ask: () => Effect.succeed(""), read: Effect.succeed(ofVault) }
    const made = makeRun("1.2.3", args.includes("--json"), screen, input)
    yield* Effect.ignore(Effect.provide(program(args, made), variables(own)))
    return { out, code: made.exitCode ?? 0 }
  })
  const settings = Effect.map(Effect.provide(loadSettings(), variables({})), (loaded) => loaded.settings)
  return { run, settings }
})

describe("the key that doctor asks with", () => {
  it.live("is the vault's, where it has one for the address", () =>
    Effect.gen(function* () {
      const { run, settings } = yield* world
      const before = yield* keyToAsk(yield* settings)
      assert.strictEqual(before === undefined ? undefined : Redacted.value(before), ofSettings)
      yield* run(["keys", "add", "deepseek"])
      const key = yield* keyToAsk(yield* settings)
      assert.strictEqual(key === undefined ? undefined : Redacted.value(key), ofVault)
      const { code, out } = yield* run(["doctor"])
      assert.strictEqual(code, 0)
      assert.match(out, /^deepseek: key vault, .*: answers \(\d+ models\)$/m)
    })
  )

  it.live("is none where the vault can not be opened, which is a problem of the program", () =>
    Effect.gen(function* () {
      const { run } = yield* world
      yield* run(["keys", "add", "deepseek"])
      const { code, out } = yield* run(["doctor"], { LUDENG_VAULT_KEY: "fedcba9876543210".repeat(4) })
      assert.strictEqual(code, 5)
      assert.match(out, /^mode: refused$/m)
      assert.match(out, /^deepseek: key vault, .*: not probed \(the vault can not be opened\)$/m)
      assert.match(out, /^✖ /m)
      assert.notInclude(out, ofVault)
    })
  )
})
