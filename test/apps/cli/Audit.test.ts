/** `ludeng audit …` in a home of its own: what it tells, and what it finds of what is done to the database by hand. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { endingOf } from "../../../apps/cli/Ending.ts"
import { exitCodeOf, messageOf } from "../../../apps/cli/Outcome.ts"
import { program } from "../../../apps/cli/Program.ts"
import { makeScreen } from "../../../apps/cli/Screen.ts"
import { makeRun } from "../../../apps/cli/Session.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

const prompt = "a quartz otter under a lantern"

/** Runs a command over a home, simulated. */
const over =
  (home: string, variables: Readonly<Record<string, string>> = {}, typed = "") =>
  (...args: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const written = { out: "", error: "" }
      const screen = makeScreen({
        out: (text) => (written.out += text),
        error: (text) => (written.error += text),
        columns: () => undefined
      })
      const input = { isTerminal: false, ask: () => Effect.succeed(""), read: Effect.succeed(typed) }
      const run = makeRun("1.2.3", args.includes("--json"), screen, input)
      const settings = {
        USE_MOCK_APIS: "true",
        LUDENG_STORE: "sqlite",
        LUDENG_HOME: home,
        MOCK_LATENCY: "5",
        NANOBANANA_POLL_FIRST: "5",
        LUDENG_IMAGE_DIRECTORY: join(home, "images"),
        ...variables
      }
      const exit = yield* Effect.exit(program(args, run)).pipe(
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(settings)))
      )
      const ending = endingOf(exit)
      const code = ending === undefined ? (run.exitCode ?? 0) : exitCodeOf(ending)
      return { ...written, code, message: ending === undefined ? "" : messageOf(ending) }
    })

const databaseOf = (home: string) => new DatabaseSync(join(home, "simulated", "audit.db"))

/** Does something to the database by hand. */
const byHand = (home: string, statement: string) =>
  Effect.sync(() => {
    const database = databaseOf(home)
    database.exec(statement)
    database.close()
  })

describe("ludeng audit", () => {
  it.live("explains a call that went wrong at first: wait, key, each attempt, why, and the cost", () =>
    Effect.gen(function* () {
      const home = yield* temporaryFolder
      const run = over(home, {
        MOCK_SCENARIO: "flaky",
        MOCK_SEED: "5",
        MOCK_FAILURE_RATE: "1",
        DEEPSEEK_BACKOFF_BASE: "1"
      })
      const { code } = yield* run("enhance", prompt, "--accept", "live")
      assert.strictEqual(code, 3)
      const { out } = yield* run("audit", "explain")
      assert.match(out, /^call call_\w+, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC\n/)
      assert.match(out, /cache: not asked/)
      assert.match(out, /deepseek chat attempt 1, let in at once, circuit Closed, key \S+: \w+.* after/)
      assert.match(out, /asks again in/)
      assert.match(out, /deepseek chat failed: .*stopped by/)
      assert.match(out, /in all: \d+ requests, \d+ of them again/)
      const told = JSON.parse((yield* run("audit", "explain", "--json")).out) as { attempts: number; callId: string }
      assert.isAbove(told.attempts, 1)
      assert.strictEqual((yield* run("audit", "explain", told.callId)).code, 0)
    })
  )

  it.live("lists the calls, and opens one with what was asked and answered", () =>
    Effect.gen(function* () {
      const home = yield* temporaryFolder
      const run = over(home)
      const done = yield* run("illustrate", prompt)
      const callId = /\ncall {6}(\S+)\n/.exec(done.out)?.[1] ?? assert.fail("the result names no call")
      const listed = JSON.parse((yield* run("audit", "list", "--call", callId, "--json")).out) as {
        rows: ReadonlyArray<{ sequence: number; kind: string; operation?: string }>
      }
      assert.includeMembers(
        listed.rows.map(({ kind }) => kind),
        ["CacheAnswered", "AttemptSucceeded", "CallSucceeded", "JobMoved"]
      )
      const attempt = listed.rows.find(({ kind, operation }) => kind === "AttemptSucceeded" && operation === "submit")
      const shown = yield* run("audit", "show", String(attempt?.sequence))
      assert.include(shown.out, prompt)
      assert.match(shown.out, /answer, \d+ bytes:\n\{.*taskId/)
      assert.match((yield* run("audit", "list", "--limit", "3")).out, /^ROW +TIME \(UTC\) +WHAT +OF +OUTCOME +CALL\n/)
      assert.include((yield* run("audit", "show", "999")).message, "there is no row 999")
      assert.include((yield* run("audit", "explain", "call_nope")).message, "there is no call call_nope")
    })
  )

  it.live("leaves no word of a prompt in any file of the home, and no key", () =>
    Effect.gen(function* () {
      const home = yield* temporaryFolder
      yield* over(home)("illustrate", prompt)
      const files = readdirSync(home, { recursive: true, withFileTypes: true })
        .filter((it) => it.isFile())
        .map((it) => join(it.parentPath, it.name))
      assert.isAbove(files.filter((file) => file.includes("audit.db")).length, 0)
      for (const file of files) {
        const bytes = readFileSync(file)
        for (const word of [prompt, "quartz otter", Buffer.from(prompt).toString("base64")]) {
          assert.isFalse(bytes.includes(word), `${file} holds ${word}`)
        }
      }
    })
  )

  const spoilt: ReadonlyArray<readonly [string, string, RegExp]> = [
    [
      "a row edited",
      `UPDATE audit_rows SET content = replace(content, '"Done"', '"Refused"') WHERE sequence = 4`,
      /row 4: is not/
    ],
    ["a row taken out", "DELETE FROM audit_rows WHERE sequence = 4", /row 4: taken out/],
    ["the end cut off", "DELETE FROM audit_rows WHERE sequence > 4", /rows 5 to \d+: taken out/],
    [
      "the end cut off, and its mark moved",
      `DELETE FROM audit_rows WHERE sequence > 4;
       UPDATE audit_marks SET sequence = 4, link = (SELECT link FROM audit_rows WHERE sequence = 4) WHERE name = 'end'`,
      /the mark of where the rows end was changed/
    ],
    ["its mark taken out", "DELETE FROM audit_marks", /the mark of where the rows end was changed/],
    [
      "two rows in each other's place",
      `UPDATE audit_rows SET sequence = -4 WHERE sequence = 4; UPDATE audit_rows SET sequence = 4 WHERE sequence = 5;
       UPDATE audit_rows SET sequence = 5 WHERE sequence = -4`,
      /row 4: is not/
    ],
    ["the beginning taken out", "DELETE FROM audit_rows WHERE sequence <= 2", /rows 1 to 2: taken out/],
    [
      "a row added",
      "INSERT INTO audit_rows SELECT 1 + max(sequence), at, call_id, content, link, seal FROM audit_rows",
      /row \d+: stand behind the end/
    ],
    ["a row under another call", "UPDATE audit_rows SET call_id = 'call_x' WHERE sequence = 4", /row 4: its columns/],
    ["bodies taken out", "DELETE FROM audit_pages", /row 4: the page of its bodies was taken out/],
    [
      "bodies changed",
      "UPDATE audit_pages SET sealed = substr(sealed, 1, length(sealed) - 9) || 'AAAAAAAAA'",
      /row 4: the page of its bodies does not open/
    ]
  ]

  for (const [what, statement, told] of spoilt) {
    it.live(`finds ${what}, and says where`, () =>
      Effect.gen(function* () {
        const home = yield* temporaryFolder
        const run = over(home)
        yield* run("illustrate", prompt)
        const whole = yield* run("audit", "verify")
        assert.match(whole.out, /^✔ \d+ rows: whole/)
        assert.strictEqual(whole.code, 0)
        yield* byHand(home, statement)
        const { code, out } = yield* run("audit", "verify")
        assert.match(out, told)
        assert.strictEqual(code, 6)
        // Whoever writes after it does not make good what was spoilt.
        yield* run("enhance", "another prompt")
        const later = yield* run("audit", "verify", "--json")
        assert.strictEqual(later.code, 6)
        assert.isFalse((JSON.parse(later.out) as { isWhole: boolean }).isWhole)
      })
    )
  }

  it.live("finds a database put back to what it was by an end that was noted", () =>
    Effect.gen(function* () {
      const home = yield* temporaryFolder
      const run = over(home)
      yield* run("enhance", prompt)
      yield* byHand(home, "VACUUM INTO '" + join(home, "copy.db") + "'")
      yield* run("enhance", "another prompt")
      const { out } = yield* run("audit", "verify")
      const noted = /the end is (\S+)/.exec(out)?.[1] ?? assert.fail(out)
      assert.strictEqual((yield* run("audit", "verify", "--noted", noted)).code, 0)
      yield* byHand(
        home,
        `ATTACH '${join(home, "copy.db")}' AS copy; DELETE FROM audit_rows; DELETE FROM audit_marks; DELETE FROM audit_pages;
         INSERT INTO audit_rows SELECT * FROM copy.audit_rows; INSERT INTO audit_marks SELECT * FROM copy.audit_marks;
         INSERT INTO audit_pages SELECT * FROM copy.audit_pages`
      )
      assert.strictEqual((yield* run("audit", "verify")).code, 0)
      const found = yield* run("audit", "verify", "--noted", noted)
      assert.strictEqual(found.code, 6)
      assert.match(found.out, /the noted row \d+ is not in the chain/)
    })
  )

  it.live("knows what was done to keys by hand, and never a key", () =>
    Effect.gen(function* () {
      const home = join(yield* temporaryFolder, ".ludeng")
      const vault = { LUDENG_VAULT_KEY: "0123456789abcdef".repeat(4), USE_MOCK_APIS: "" }
      const run = over(home, vault, "sk-canary-1\n")
      yield* run("keys", "add", "nanobanana", "--unverified")
      yield* over(home, vault, "sk-canary-2\n")("keys", "rotate", "nanobanana", "--unverified")
      const keys = JSON.parse((yield* run("keys", "list", "--json")).out) as { keys: ReadonlyArray<{ id: string }> }
      yield* run("keys", "retire", keys.keys[0]?.id ?? "")
      const listed = yield* run("audit", "list", "--json")
      const kinds = (JSON.parse(listed.out) as { rows: ReadonlyArray<{ kind: string }> }).rows.map(({ kind }) => kind)
      assert.deepStrictEqual(kinds.toReversed(), ["KeyAdded", "KeyAdded", "KeyActivated", "KeyRotated", "KeyRetired"])
      assert.strictEqual((yield* run("audit", "verify")).code, 0)
      assert.notInclude(listed.out, "canary")
    })
  )

  it.live("has nothing to tell where nothing is kept", () =>
    Effect.gen(function* () {
      const home = yield* temporaryFolder
      assert.match((yield* over(home, { LUDENG_STORE: "memory" })("audit", "list")).message, /LUDENG_STORE is memory/)
      assert.match((yield* over(home)("audit", "list")).out, /^There are no rows\.\n$/)
      assert.match((yield* over(home)("audit", "verify")).out, /^✔ 0 rows: whole/)
    })
  )
})
