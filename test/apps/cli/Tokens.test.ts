import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { endingOf } from "../../../apps/cli/Ending.ts"
import { exitCodeOf, messageOf } from "../../../apps/cli/Outcome.ts"
import { program } from "../../../apps/cli/Program.ts"
import { makeScreen } from "../../../apps/cli/Screen.ts"
import { makeRun } from "../../../apps/cli/Session.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

const runIn = (home: string) =>
  Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
    const written = { out: "", error: "" }
    const screen = makeScreen({
      out: (text) => (written.out += text),
      error: (text) => (written.error += text),
      columns: () => undefined
    })
    const run = makeRun("1.2.3", args.includes("--json"), screen)
    const exit = yield* Effect.exit(program(args, run)).pipe(
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ LUDENG_HOME: home })))
    )
    const ending = endingOf(exit)
    const message = ending === undefined ? "" : messageOf(ending)
    return { ...written, message, code: ending === undefined ? (run.exitCode ?? 0) : exitCodeOf(ending) }
  })

describe("ludeng tokens", () => {
  it.live("prints a token once and alone, lists it without its text, and revokes it; the audit tells of both", () =>
    Effect.gen(function* () {
      const run = runIn(path.join(yield* temporaryFolder, ".ludeng"))
      const added = yield* run("tokens", "add", "--owner", "ann", "--scope", "use,operate", "--expires", "90d")
      assert.strictEqual(added.code, 0, added.message)
      const token = added.out.trim()
      assert.match(token, /^ludeng_[0-9a-f]{12}_[\w-]{43}$/)
      assert.notInclude(added.error, token.slice(-43))
      const listed = yield* run("tokens", "list", "--json")
      assert.notInclude(listed.out, token.slice(-43))
      const { tokens } = JSON.parse(listed.out) as { tokens: ReadonlyArray<Record<string, unknown>> }
      assert.deepInclude(tokens[0], { owner: "ann", scopes: ["use", "operate"], state: "good" })
      const id = token.slice(7, 19)
      assert.include((yield* run("tokens", "list")).out, id)
      assert.strictEqual((yield* run("tokens", "revoke", id)).code, 0)
      assert.strictEqual((yield* run("tokens", "revoke", id)).code, 2)
      const audit = yield* run("audit", "list", "--json")
      assert.include(audit.out, "TokenAdded")
      assert.include(audit.out, "TokenRevoked")
      assert.notInclude(audit.out, token.slice(-43))
    })
  )

  it.live("refuses a scope, a time or an owner that is none, and names the flag", () =>
    Effect.gen(function* () {
      const run = runIn(path.join(yield* temporaryFolder, ".ludeng"))
      for (const [flag, value] of [
        ["--scope", "root"],
        ["--expires", "soon"],
        ["--owner", ""]
      ] as const) {
        const refused = yield* run("tokens", "add", ...(flag === "--owner" ? [] : ["--owner", "ann"]), flag, value)
        assert.strictEqual(refused.code, 2)
        assert.include(refused.message, flag.slice(2))
      }
    })
  )
})
