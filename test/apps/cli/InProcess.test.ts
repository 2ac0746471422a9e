import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Diagnosis } from "../../../apps/cli/Diagnosis.ts"
import { endingOf } from "../../../apps/cli/Ending.ts"
import { exitCodeOf, type FailureReport, messageOf } from "../../../apps/cli/Outcome.ts"
import type { Policies } from "../../../apps/cli/Policies.ts"
import { program } from "../../../apps/cli/Program.ts"
import { remnantLine } from "../../../apps/cli/Remnant.ts"
import type { ProvenanceNames } from "../../../apps/cli/Results.ts"
import { makeScreen } from "../../../apps/cli/Screen.ts"
import { makeRun } from "../../../apps/cli/Session.ts"
import { asksForObjects, tell } from "../../../apps/cli/Tell.ts"
import * as SimulatorServer from "../../../mock-layers/simulation/SimulatorServer.ts"

const quick = { MOCK_LATENCY: "5", NANOBANANA_POLL_FIRST: "5", NANOBANANA_POLL_CAP: "5" }

const begin = (args: ReadonlyArray<string>, columns?: number) => {
  const written = { out: "", error: "" }
  const screen = makeScreen(
    {
      out: (text) => (written.out += text),
      error: (text) => (written.error += text),
      columns: () => columns
    },
    asksForObjects(args)
  )
  return { run: makeRun("1.2.3", args.includes("--json"), screen), written }
}

const runIn = (args: ReadonlyArray<string>, variables: Readonly<Record<string, string>>, columns?: number) =>
  Effect.gen(function* () {
    const { run, written } = begin(args, columns)
    const exit = yield* Effect.exit(program(args, run)).pipe(
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ LUDENG_STORE: "memory", ...variables })))
    )
    const ending = endingOf(exit)
    const code = ending === undefined ? (run.exitCode ?? 0) : exitCodeOf(ending)
    return {
      code,
      ...written,
      message: ending === undefined ? "" : messageOf(ending),
      facts: run.progress().facts,
      remnant: remnantLine(run.progress().facts, run)
    }
  })

/** What `--json` prints, on success or failure. */
interface Printed {
  readonly error?: FailureReport["error"]
  readonly policies: Policies & { readonly provenance: ProvenanceNames }
}

/** Runs as `main` does, with `--json`. */
const jsonIn = (args: ReadonlyArray<string>, variables: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const { run, written } = begin([...args, "--json"])
    const exit = yield* Effect.exit(program([...args, "--json"], run)).pipe(
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ LUDENG_STORE: "memory", ...variables })))
    )
    const ending = endingOf(exit)
    if (ending !== undefined) tell(ending, run)
    return JSON.parse(written.out) as Printed
  })

/** Runs with `HTTPS_PROXY` in the environment of the process: that is where the transport looks. */
const withProxy = <A, E>(proxy: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const before = { HTTPS_PROXY: process.env["HTTPS_PROXY"], https_proxy: process.env["https_proxy"] }
      process.env["HTTPS_PROXY"] = proxy
      delete process.env["https_proxy"]
      return before
    }),
    () => effect,
    (before) =>
      Effect.sync(() => {
        for (const [name, value] of Object.entries(before)) {
          if (value === undefined) delete process.env[name]
          else process.env[name] = value
        }
      })
  )

const pictures = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "ludeng-pictures-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

describe("the commands", () => {
  it.live("illustrate tells on a terminal each step, and then what came of it", () =>
    Effect.gen(function* () {
      const directory = yield* pictures
      const { code, out, error, facts } = yield* runIn(
        [
          "illustrate",
          "a red fox",
          "--mode",
          "creative",
          "--focus",
          "light",
          "--focus",
          "mood",
          "--width",
          "512",
          "--out",
          directory
        ],
        quick,
        80
      )
      assert.strictEqual(code, 0, error)
      for (const line of ["✔ prompt enhanced", "✔ job accepted", "✔ picture made", "✔ picture fetched"])
        assert.include(error, line)
      assert.match(error, /\r\u001b\[K/)
      assert.match(out, /\(size: asked 512/)
      assert.include(out, `image     ${directory}`)
      assert.strictEqual(facts.job?.isOver, true)
    })
  )

  it.live("illustrate --no-enhance sends the prompt as it stands", () =>
    Effect.gen(function* () {
      const directory = yield* pictures
      const { code, out } = yield* runIn(
        ["illustrate", "a red fox", "--no-enhance", "--json", "--out", directory],
        quick
      )
      const result = JSON.parse(out) as { enhanced: unknown; attempts: number }
      assert.deepStrictEqual([code, result.enhanced], [0, null])
    })
  )

  it.live("a failed enhancement is told as degraded", () =>
    Effect.gen(function* () {
      const directory = yield* pictures
      const { code, out } = yield* runIn(["illustrate", "a red fox", "--out", directory, "--log-level", "none"], {
        ...quick,
        DEEPSEEK_RETRY_LIMIT: "0",
        DEEPSEEK_CHAT_ATTEMPT_TIMEOUT: "1"
      })
      assert.strictEqual(code, 0)
      assert.include(out, "(by the local template, because of TimedOut)")
    })
  )

  it.live("tells who held a call back: a second request waits for the limit, and --json says so", () =>
    Effect.gen(function* () {
      const limited = {
        ...quick,
        DEEPSEEK_RATE_LIMITS: "1/second",
        DEEPSEEK_ACCOUNTING: "sent",
        DEEPSEEK_BACKOFF_BASE: "1",
        MOCK_SCENARIO: "down"
      }
      const { code, error } = yield* runIn(["enhance", "a red fox", "--attempts", "2"], limited)
      assert.strictEqual(code, 3)
      assert.match(
        error,
        /… enhancing the prompt: waited (?:0\.[5-9]|1\.\d) s for a place in the rate limit \(1\/second\)/
      )
      const told = yield* jsonIn(["enhance", "a red fox", "--attempts", "2"], limited)
      const { chat } = told.policies.operations
      assert.deepStrictEqual(
        [chat?.attempts, chat?.retries, chat?.heldBackBy, chat?.tier],
        [2, 1, "window", "1/second"]
      )
      assert.isAtLeast(chat?.waitMillis ?? 0, 500)
      assert.strictEqual(told.error?.reason, "ServiceUnavailable")
    })
  )

  it.live("a wait that is longer than the call allows is refused, and told with its time", () =>
    Effect.gen(function* () {
      const limited = { ...quick, DEEPSEEK_RATE_LIMITS: "1/hour", DEEPSEEK_BACKOFF_BASE: "1", MOCK_SCENARIO: "down" }
      const { error, policies } = yield* jsonIn(["enhance", "a red fox"], limited)
      assert.deepStrictEqual([error?.reason, error?.stoppedBy], ["ServiceUnavailable", "RateLimitExceeded"])
      assert.isAtLeast(error?.retryAfterMillis ?? 0, 3_500_000)
      assert.deepStrictEqual([policies.attempts, policies.waitMillis], [1, 0])
    })
  )

  it.live("a refused connection opens the circuit, on the terminal and in --json", () =>
    Effect.gen(function* () {
      const refusing = {
        DEEPSEEK_API_KEY: "sk-canary-1",
        DEEPSEEK_BASE_URL: "http://127.0.0.1:1",
        DEEPSEEK_BACKOFF_BASE: "1"
      }
      const { code, error } = yield* runIn(["enhance", "a red fox"], refusing)
      assert.strictEqual(code, 3)
      assert.include(error, "⚠ deepseek chat: the circuit is open (OpensAtOnce)")
      const told = yield* jsonIn(["enhance", "a red fox"], refusing)
      assert.deepStrictEqual([told.error?.reason, told.error?.stoppedBy], ["ConnectionRefused", "CircuitOpen"])
      assert.deepStrictEqual(told.policies.operations.chat?.circuit, "Open")
      assert.deepStrictEqual([told.policies.attempts, told.policies.provenance], [1, { enhanced: null, image: null }])
    })
  )

  it.live(
    "a picture of the second provider is told on the terminal and in --json, and is a failure to who takes Live only",
    () =>
      Effect.gen(function* () {
        const directory = yield* pictures
        const { baseUrls } = yield* SimulatorServer.make({ latency: 5 })
        const environment = {
          ...quick,
          NANOBANANA_API_KEY: "nb-canary-1",
          NANOBANANA_BASE_URL: "http://127.0.0.1:1",
          NANOBANANA_BACKOFF_BASE: "1",
          NANOBANANA_FALLBACK_PROTOCOL: "generic",
          NANOBANANA_FALLBACK_BASE_URL: baseUrls.generic,
          NANOBANANA_FALLBACK_API_KEY: "nb-canary-2"
        }
        const args = ["generate", "a red fox", "--out", directory]
        const { code, error, out } = yield* runIn(args, environment)
        assert.strictEqual(code, 0, error)
        assert.include(error, "⚠ nanobanana submit: the circuit is open (OpensAtOnce)")
        assert.include(error, "⚠ the second image provider is asked (ConnectionRefused)")
        assert.include(out, "(by generic, because of ConnectionRefused)")
        assert.notMatch(out + error, /canary/)
        const { policies } = yield* jsonIn(args, environment)
        assert.deepStrictEqual(policies.fallbacks, [{ to: "OtherProtocol", reason: "ConnectionRefused" }])
        assert.deepStrictEqual(policies.provenance, { enhanced: null, image: "OtherProvider" })
        const refused = yield* jsonIn([...args, "--accept", "live"], environment)
        assert.deepStrictEqual([refused.error?.reason, refused.policies.fallbacks], ["ConnectionRefused", []])
      })
  )

  it.live("a failed illustration says where its prompt came from: from DeepSeek, or from the template", () =>
    Effect.gen(function* () {
      const directory = yield* pictures
      const args = ["illustrate", "a red fox", "--out", directory]
      const failing = { ...quick, DEEPSEEK_BACKOFF_BASE: "1", NANOBANANA_BACKOFF_BASE: "1" }
      const down = yield* jsonIn(args, { ...failing, MOCK_SCENARIO: "down" })
      assert.strictEqual(down.error?.reason, "ServiceUnavailable")
      assert.deepStrictEqual(down.policies.provenance, { enhanced: "Degraded", image: null })
      const blocked = yield* jsonIn(args, { ...failing, MOCK_SCENARIO: "job-fails" })
      assert.deepStrictEqual(blocked.policies.provenance, { enhanced: "Live", image: null })
    })
  )

  it.live("every priority is taken; illustrate --json tells each operation and where the parts came from", () =>
    Effect.gen(function* () {
      const directory = yield* pictures
      for (const priority of ["high", "normal", "low"]) {
        const { policies } = yield* jsonIn(
          ["illustrate", "a red fox", "--priority", priority, "--out", directory],
          quick
        )
        assert.includeMembers(Object.keys(policies.operations), ["chat", "submit", "status", "download"])
        assert.deepStrictEqual([policies.retries, policies.fallbacks, policies.modes], [0, [], []])
        assert.deepStrictEqual(policies.provenance, { enhanced: "Live", image: "Live" })
      }
    })
  )

  it.live("a call that was refused for its input has begun nothing, and a bad configuration no call", () =>
    Effect.gen(function* () {
      const refused = yield* jsonIn(["enhance", "a red fox", "--length", "5"], quick)
      assert.deepStrictEqual([refused.error?.reason, refused.policies.operations], ["InputRejected", {}])
      const bad = yield* jsonIn(["enhance", "a red fox"], { DEEPSEEK_RATE_LIMITS: "0/hour" })
      assert.deepStrictEqual([bad.error?.family, bad.policies], ["ConfigurationError", undefined])
      assert.include(
        bad.error?.message,
        "DEEPSEEK_RATE_LIMITS: the value can not be used (the requests per hour are out of range), expected limits such as 20/minute"
      )
    })
  )

  it.live("--dry-run tells the price and the policies, and makes nothing; a budget is told by its name", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "ludeng-dry-"))
      const priced = { ...quick, NANOBANANA_PRICE_UPPER_BOUND: "0.02" }
      const args = ["illustrate", "a red fox", "--dry-run", "--out", folder]
      const { code, out, facts } = yield* runIn(args, priced)
      assert.strictEqual(code, 0)
      assert.match(
        out,
        /^dry run: nothing is sent, nothing is spent\ncost {6}\$0\.000001 to \$0\.\d+, all attempts included\n/
      )
      assert.match(out, /nanobanana submit: circuit Closed, no wait, at most \$0\.02 a request/)
      assert.isUndefined(facts.job)
      assert.deepStrictEqual(readdirSync(folder), [])
      const poor = { ...priced, LUDENG_BUDGET_PER_MONTH: "0.01" }
      const looked = yield* runIn(args, poor)
      assert.match(looked.out, /image {5}none: the call would be refused\n[^]*refused now: BudgetExhausted\n/)
      assert.match(looked.out, /budget perMonth: \$0\.01 of \$0\.01 left, anew at /)
      const called = yield* runIn(["illustrate", "a red fox", "--out", folder], poor)
      assert.strictEqual(called.code, 4)
      assert.match(called.message, /^refused: BudgetExhausted \(the budget perMonth does not allow it/)
      const nothing = yield* runIn(["cost"], poor)
      assert.match(nothing.out, /^Nothing was reserved or spent\.\nbudget perMonth: /)
      rmSync(folder, { recursive: true })
    })
  )

  it.live("generate refuses before paying what the protocol can not give exactly", () =>
    Effect.gen(function* () {
      const { code, message } = yield* runIn(["generate", "a red fox", "--width", "513", "--fit", "exact"], quick)
      assert.strictEqual(code, 2)
      assert.match(message, /^--width: /)
    })
  )

  it.live("generate whose deadline passes ends with 3 and knows the job", () =>
    Effect.gen(function* () {
      const { code, facts, error } = yield* runIn(["generate", "a red fox", "--timeout", "300ms"], {
        ...quick,
        MOCK_SCENARIO: "stuck-job"
      })
      assert.strictEqual(code, 3, error)
      assert.isDefined(facts.job?.providerJobId)
    })
  )

  it.live("enhance prints the enhanced prompt", () =>
    Effect.gen(function* () {
      const { code, out } = yield* runIn(
        ["enhance", "a red fox", "--length", "40", "--creativity", "0.2", "--json"],
        quick
      )
      const result = JSON.parse(out) as {
        prompt: string
        enhanced: { prompt: string; provenance: unknown }
        image: unknown
      }
      assert.deepStrictEqual([code, result.prompt, result.image], [0, "a red fox", null])
      assert.include(result.enhanced.prompt, "fox")
    })
  )

  it.live("with keys, generate and enhance speak to the providers that are set", () =>
    Effect.gen(function* () {
      const directory = yield* pictures
      const { baseUrls, handle } = yield* SimulatorServer.make({ latency: 5 })
      const environment = {
        ...quick,
        DEEPSEEK_API_KEY: "sk-canary-1",
        NANOBANANA_API_KEY: "nb-canary-2",
        DEEPSEEK_BASE_URL: baseUrls.deepseek,
        NANOBANANA_BASE_URL: baseUrls.generic,
        NANOBANANA_PROTOCOL: "generic",
        LUDENG_IMAGE_DIRECTORY: directory
      }
      const generated = yield* runIn(["generate", "a red fox", "--format", "webp"], environment)
      const enhanced = yield* runIn(["enhance", "a red fox"], environment)
      assert.deepStrictEqual([generated.code, enhanced.code], [0, 0], generated.error + enhanced.error)
      assert.match(generated.out, /^mode {6}live$/m)
      assert.match(generated.out, /1024 x 1024 webp/)
      assert.notMatch(generated.error, /simulated|canary/)
      assert.strictEqual((yield* handle.totals).acceptedSubmits, 1)
    })
  )

  it.effect("without a key that is needed, or with bad values, nothing is run", () =>
    Effect.gen(function* () {
      const missing = yield* runIn(["illustrate", "a red fox", "--no-enhance"], { DEEPSEEK_API_KEY: "k" })
      assert.deepStrictEqual([missing.code, missing.out], [5, ""])
      assert.match(missing.message, /^NANOBANANA_API_KEY: is missing/)
      const bad = yield* runIn(["illustrate", "a red fox"], { DEEPSEEK_TIMEOUT: "soon", MOCK_SEED: "x" })
      assert.deepStrictEqual([bad.code, bad.message.match(/^\w+/gm)], [5, ["DEEPSEEK_TIMEOUT", "MOCK_SEED"]])
    })
  )

  it.effect("says all that is wrong with the flags at once, and runs nothing while it looks", () =>
    Effect.gen(function* () {
      const args = ["--length", "abc", "--mode=wild", "--timeout", "5x", "--focus", "light", "--accept", "good"]
      const { code, message, out } = yield* runIn(["enhance", "a fox", ...args, "--", "--length"], quick)
      assert.deepStrictEqual([code, out], [2, ""])
      assert.deepStrictEqual(message.match(/^--[a-z]+/gm)?.toSorted(), ["--accept", "--length", "--mode", "--timeout"])
      const library = yield* runIn(["generate", "a fox", "--width", "10", "--height", "9999"], quick)
      assert.deepStrictEqual([library.code, library.message.match(/^--[a-z]+/gm)], [2, ["--width", "--height"]])
    })
  )

  it.effect("says what is wrong with a command line, by the flag", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
        [["illustrate"], "prompt"],
        [["illustrate", "a", "fox"], "quotes"],
        [["illustrate", "a fox", "--width", "wide"], "--width"],
        [["illustrate", "a fox", "--quality", "best"], "--quality"],
        [["generate", "a fox", "--timeout", "25h"], "--timeout"],
        [["generate", "a fox", "--out", " "], "--out"],
        [["enhance", "a fox", "--owner", "o".repeat(101)], "--owner"],
        [["enhance", "a fox", "--priority", "urgent"], "--priority"],
        [["enhance", "a fox", "--cache", "maybe"], "--cache"],
        [["generate", "a fox", "--cache", "use"], "--cache"],
        [["enhance", "a fox", "--attempts", "0"], "--attempts"],
        [["enhance", "a fox", "--attempts", "101"], "--attempts: "],
        [["generate", "a fox", "--attempts", "few"], "--attempts"],
        [["enhance", "a fox", "--accept", "live,good"], "--accept: the value can not be used, expected a list of live"],
        [["enhance", "a fox", "--accept", ""], "--accept: the value is missing, expected a list of live"],
        [["enhance", "a fox", "--fallback-on-content-rejected"], "--fallback-on-content-rejected"],
        [["illustrate", "a fox", "--no-enhance", "--cache", "fresh"], "--cache: without effect"],
        [["enhance", "a fox", "--width", "64"], "--width"],
        [["simulate", "--port", "65536"], "--port"],
        [["simulate", "--failure-rate", "2"], "--failure-rate"],
        [["simulate", "--latency", "soon"], "--latency"],
        [["paint"], "ludeng illustrate"],
        [["ilustrate", "a fox"], "ludeng illustrate"],
        [["enhance", "a fox", "--widht", "64"], "there is no flag --widht"],
        [["enhance", "-5 dogs"], 'ludeng enhance -- "…"'],
        [["enhance", "a fox", "--idempotency-key", ""], "--idempotency-key: the value is missing, expected 1 to 200"],
        [["generate", "a fox", "--out", ""], "--out: the value is missing, expected the path of a folder"],
        [["doctor", "a fox"], "takes no words"],
        [["enhance", "--wizard"], "no flag --wizard"],
        [
          ["illustrate", "a fox", "--no-enhance", "--mode", "creative", "--length", "50", "--focus", "light"],
          "--mode, --length, --focus"
        ],
        [[], "command is missing"]
      ]
      for (const [args, named] of cases) {
        const { code, message, out } = yield* runIn(args, {})
        assert.deepStrictEqual([args, code, out], [args, 2, ""])
        assert.include(message, named)
      }
    })
  )

  it.effect("never repeats the command line: a prompt may stand in any place of it", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<ReadonlyArray<string>> = [
        ["illustrate", "--canaryword dogs"],
        ["illustrate", "-canary"],
        ["illustrate", "--canary9"],
        ["a canaryword fox"],
        ["canaryword"],
        ["-x", "a canaryword fox"],
        ["doctor", "a canaryword fox"],
        ["illustrate", "a canaryword", "fox"],
        ["illustrate", "a fox", "--no-enhance=canary"],
        ...["length", "creativity", "mode", "timeout", "json", "log-level"].map((flag) => [
          "enhance",
          "a fox",
          `--${flag}=a canaryword fox`
        ]),
        ["enhance", "a fox", "--owner", "canary".repeat(20)],
        ["enhance", "a fox", "--idempotency-key", "canary".repeat(40)],
        ["simulate", "--latency", "canary"]
      ]
      for (const args of cases) {
        const { code, error, message, out } = yield* runIn(args, {})
        assert.deepStrictEqual([args, code, out], [args, 2, ""])
        assert.notMatch(message + error, /canary/i)
        assert.isAtMost(message.split("\n").length, 3)
      }
    })
  )

  it.effect("reports a bad list of providers and a bad proxy with all other bad values, and no password", () =>
    Effect.gen(function* () {
      const environment = {
        DEEPSEEK_API_KEY: "k",
        NANOBANANA_API_KEY: "k",
        DEEPSEEK_TIMEOUT: "soon",
        LUDENG_PROVIDERS: "canary"
      }
      const { code, message } = yield* withProxy(
        "socks5://user:canary@127.0.0.1:9",
        runIn(["illustrate", "a fox"], environment)
      )
      assert.deepStrictEqual(
        [code, message.match(/^\w+/gm)],
        [5, ["DEEPSEEK_TIMEOUT", "LUDENG_PROVIDERS", "HTTPS_PROXY"]]
      )
      assert.notInclude(message, "canary")
    })
  )

  it.live("a proxy that can not be used does not matter to simulated providers", () =>
    Effect.gen(function* () {
      const { code, error } = yield* withProxy("socks5://x", runIn(["enhance", "a fox"], quick))
      assert.strictEqual(code, 0, error)
    })
  )

  it.live("on a terminal the log does not break the steps, unless its level is asked for", () =>
    Effect.gen(function* () {
      const environment = {
        ...quick,
        MOCK_SCENARIO: "down",
        DEEPSEEK_BACKOFF_BASE: "1",
        DEEPSEEK_MODEL: "deepseek-chat"
      }
      const { error } = yield* runIn(["enhance", "a fox"], environment, 80)
      assert.include(error, "attempt 1 failed (ServiceUnavailable), again in")
      assert.include(error, "⚠ DeepSeek has retired the model name")
      assert.notInclude(error, "{")
      const asked = yield* runIn(["enhance", "a fox", "--log-level", "warn"], environment, 80)
      assert.include(asked.error, '{"message":"attempt failed"')
      const piped = yield* runIn(["enhance", "a fox"], environment)
      assert.include(piped.error, "attempt 1 failed (ServiceUnavailable), again in")
      assert.notInclude(piped.error, "{")
    })
  )

  it.live(
    "without a terminal every line is an object where objects are asked for, and none is where they are not",
    () =>
      Effect.gen(function* () {
        const environment = { ...quick, MOCK_SCENARIO: "down", DEEPSEEK_BACKOFF_BASE: "1" }
        for (const flag of [["--json"], ["--log-level", "warn"], ["--log-level=all"]]) {
          const { error } = yield* runIn(["enhance", "a fox", ...flag], environment)
          const lines = error.trim().split("\n")
          const messages = lines.map((line): unknown => JSON.parse(line).message)
          assert.include(messages, "attempt failed")
          assert.isTrue(messages.some((it) => String(it).includes("attempt 1 failed (ServiceUnavailable), again in")))
        }
      })
  )

  it.live("tells the prompt as it was sent", () =>
    Effect.gen(function* () {
      const directory = yield* pictures
      for (const args of [["enhance"], ["generate", "--out", directory]]) {
        const { out } = yield* runIn([...args, "--json", " a\tred\u202e fox\u0007 "], quick)
        assert.strictEqual((JSON.parse(out) as { prompt: string }).prompt, "a red fox")
      }
    })
  )

  for (const scenario of ["bad-json", "blank-200"]) {
    it.live(`${scenario} on a paid request: an answer came, and could not be read`, () =>
      Effect.gen(function* () {
        const { code, remnant } = yield* runIn(["generate", "a fox"], { ...quick, MOCK_SCENARIO: scenario })
        assert.strictEqual(code, 3)
        assert.include(remnant, "an answer came and could not be read")
      })
    )
  }

  it.effect("help and version go to standard output", () =>
    Effect.gen(function* () {
      assert.include((yield* runIn(["generate", "--help"], {})).out, "--idempotency-key")
      assert.strictEqual((yield* runIn(["--version"], {})).out, "1.2.3\n")
    })
  )
})

describe("doctor", () => {
  it.live("asks DeepSeek for its models, and only connects to the others", () =>
    Effect.gen(function* () {
      const { baseUrls } = yield* SimulatorServer.make({ latency: 0 })
      const environment = {
        DEEPSEEK_API_KEY: "sk-canary-1",
        NANOBANANA_API_KEY: "nb-canary-2",
        DEEPSEEK_BASE_URL: baseUrls.deepseek,
        NANOBANANA_BASE_URL: baseUrls.generic
      }
      const { code, out } = yield* runIn(["doctor"], environment)
      assert.strictEqual(code, 0)
      assert.match(out, /^mode: live$/m)
      assert.match(out, /^deepseek: key set, .*: answers \(\d+ models\)$/m)
      assert.match(out, /^nanobanana: key set, .*: connects \(nothing free is documented to ask\)$/m)
      assert.match(out, /^DEEPSEEK_API_KEY +set {2}\(environment\)$/m)
      assert.notInclude(out, "canary")
    })
  )

  it.live("looks at the second image provider too, where there is one", () =>
    Effect.gen(function* () {
      const { baseUrls } = yield* SimulatorServer.make({ latency: 0 })
      const environment = {
        DEEPSEEK_API_KEY: "sk-canary-1",
        NANOBANANA_API_KEY: "nb-canary-2",
        DEEPSEEK_BASE_URL: baseUrls.deepseek,
        NANOBANANA_BASE_URL: baseUrls.generic,
        NANOBANANA_FALLBACK_PROTOCOL: "generic",
        NANOBANANA_FALLBACK_BASE_URL: "http://127.0.0.1:1",
        NANOBANANA_FALLBACK_API_KEY: "nb-canary-3"
      }
      const { code, out } = yield* runIn(["doctor"], environment)
      assert.strictEqual(code, 3)
      assert.match(out, /^nanobanana: key set, .*: connects/m)
      assert.match(out, /^nanobanana-fallback: key set, http:\/\/127\.0\.0\.1:1: fails \(ECONNREFUSED\)$/m)
      assert.notInclude(out, "canary")
      const offline = yield* runIn(["doctor", "--offline", "--json"], {
        ...environment,
        NANOBANANA_FALLBACK_API_KEY: ""
      })
      const { providers } = JSON.parse(offline.out)
      assert.deepInclude(providers, {
        provider: "nanobanana-fallback",
        key: "missing",
        baseURL: "http://127.0.0.1:1",
        state: "notProbed",
        detail: "--offline"
      })
    })
  )

  it.live("tells of a proxy its host and port, and whose failure it is", () =>
    Effect.gen(function* () {
      const environment = { DEEPSEEK_API_KEY: "k", NANOBANANA_API_KEY: "k", DEEPSEEK_RETRY_LIMIT: "0" }
      const { code, out } = yield* withProxy("http://user:canary@127.0.0.1:9", runIn(["doctor"], environment))
      assert.strictEqual(code, 3)
      assert.match(out, /^HTTPS_PROXY +127\.0\.0\.1:9 {2}\(environment\)$/m)
      assert.match(out, /^deepseek: .*: fails \(the proxy failed, PROXY_ECONNREFUSED\)$/m)
      assert.match(out, /^nanobanana: .*: not probed \(a proxy is set/m)
      assert.notInclude(out, "canary")
    })
  )

  it.live("reports a proxy that can not be used, and goes on", () =>
    Effect.gen(function* () {
      const environment = { DEEPSEEK_API_KEY: "k", NANOBANANA_API_KEY: "k" }
      const { code, out } = yield* withProxy("socks5://user:canary@x:9", runIn(["doctor"], environment))
      assert.strictEqual(code, 5)
      assert.match(out, /^HTTPS_PROXY +can not be used/m)
      assert.match(out, /^deepseek: .*: not probed \(HTTPS_PROXY can not be used\)$/m)
      assert.match(out, /^✖ HTTPS_PROXY: .*, expected an http or https URL$/m)
      assert.notInclude(out, "canary")
    })
  )

  it.effect("shows limits, slots, queue, accounting, cache and fallback with their sources", () =>
    Effect.gen(function* () {
      const environment = {
        DEEPSEEK_RATE_LIMITS: "20/minute, 100/hour",
        NANOBANANA_CONCURRENCY: "3",
        NANOBANANA_DOWNLOAD_RATE_LIMITS: "none"
      }
      const { out } = yield* runIn(["doctor", "--offline", "--json"], environment)
      const shown = new Map((JSON.parse(out) as Diagnosis).settings.map((it) => [it.name, [it.value, it.source]]))
      const expected: Readonly<Record<string, readonly [string, string | null]>> = {
        DEEPSEEK_RATE_LIMITS: ["20/minute, 100/hour", "environment"],
        DEEPSEEK_PROBE_RATE_LIMITS: ["none", "default"],
        DEEPSEEK_CONCURRENCY: ["5", "default"],
        DEEPSEEK_QUEUE_LIMIT: ["1000", "default"],
        DEEPSEEK_ACCOUNTING: ["answered", "default"],
        DEEPSEEK_CACHE_TTL: ["86400000", "default"],
        DEEPSEEK_CACHE_STALE: ["604800000", "default"],
        NANOBANANA_RATE_LIMITS: ["50/hour", "default"],
        NANOBANANA_STATUS_RATE_LIMITS: ["none", "default"],
        NANOBANANA_DOWNLOAD_RATE_LIMITS: ["none", "environment"],
        NANOBANANA_CONCURRENCY: ["3", "environment"],
        NANOBANANA_FALLBACK_PROTOCOL: ["none", "default"],
        NANOBANANA_FALLBACK_BASE_URL: ["unset", null],
        NANOBANANA_FALLBACK_API_KEY: ["unset", null]
      }
      for (const [name, row] of Object.entries(expected))
        assert.deepStrictEqual([name, shown.get(name)], [name, [...row]])
      const second = yield* runIn(["doctor", "--offline"], { NANOBANANA_FALLBACK_PROTOCOL: "nanobananaapi" })
      assert.match(second.out, /^NANOBANANA_FALLBACK_PROTOCOL +nanobananaapi {2}\(environment\)$/m)
      assert.match(second.out, /^NANOBANANA_FALLBACK_BASE_URL +https:\S+ \(from the protocol\) {2}\(default\)$/m)
      assert.match(second.out, /^NANOBANANA_FALLBACK_API_KEY +missing$/m)
      const idle = yield* runIn(["doctor", "--offline"], { NANOBANANA_FALLBACK_API_KEY: "nb-canary" })
      assert.match(idle.out, /^NANOBANANA_FALLBACK_API_KEY +without effect {2}\(environment\)$/m)
    })
  )

  it.effect("shows what is in force where a variable is unset, and no source of what is not there", () =>
    Effect.gen(function* () {
      const environment = {
        NANOBANANA_ATTEMPT_TIMEOUT: "7",
        NANOBANANA_RETRY_LIMIT: "1",
        DEEPSEEK_ATTEMPT_TIMEOUT: "x"
      }
      const { out } = yield* runIn(["doctor", "--offline", "--json"], environment)
      const shown = new Map((JSON.parse(out) as Diagnosis).settings.map((it) => [it.name, [it.value, it.source]]))
      assert.deepStrictEqual(shown.get("NANOBANANA_SUBMIT_RETRY_LIMIT"), ["1 (NANOBANANA_RETRY_LIMIT)", "default"])
      assert.deepStrictEqual(shown.get("NANOBANANA_PROTOCOL"), ["nanobananaapi (from the base URL)", "default"])
      assert.deepStrictEqual(shown.get("NANOBANANA_ATTEMPT_TIMEOUT"), ["7", "environment"])
      assert.deepStrictEqual(shown.get("DEEPSEEK_ATTEMPT_TIMEOUT"), ["without effect", "environment"])
      assert.deepStrictEqual(shown.get("DEEPSEEK_API_KEY"), ["missing", null])
      assert.deepStrictEqual(shown.get("MOCK_SEED"), ["unset", null])
    })
  )

  it.live("ends with 3 when a provider fails", () =>
    Effect.gen(function* () {
      const environment = {
        DEEPSEEK_API_KEY: "k",
        NANOBANANA_API_KEY: "k",
        DEEPSEEK_BASE_URL: "http://127.0.0.1:1",
        NANOBANANA_BASE_URL: "http://[::1]:1"
      }
      const { code, out } = yield* runIn(["doctor", "--json"], environment)
      const { providers } = JSON.parse(out) as Diagnosis
      assert.deepStrictEqual([code, providers.map((it) => it.state)], [3, ["fails", "fails"]])
    })
  )

  it.live("ends with 5 and lists what is wrong, beside the settings that are right", () =>
    Effect.gen(function* () {
      const environment = { DEEPSEEK_TIMEOUT: "soon", DEEPSEEK_MODEL: "m", MOCK_SEED: "x", USE_MOCK_APIS: "false" }
      const { code, out } = yield* runIn(["doctor", "--offline", "--json"], environment)
      const { mode, problems, settings } = JSON.parse(out) as Diagnosis
      assert.strictEqual(code, 5)
      assert.deepStrictEqual(
        problems.map((it) => it.name),
        ["DEEPSEEK_TIMEOUT", "MOCK_SEED"]
      )
      assert.strictEqual(settings.find((it) => it.name === "DEEPSEEK_MODEL")?.value, "m")
      assert.strictEqual(mode, "refused")
    })
  )

  it.effect("opens no connection where the providers are simulated", () =>
    Effect.gen(function* () {
      const { out } = yield* runIn(["doctor", "--json"], { USE_MOCK_APIS: "true", MOCK_FAILURE_RATE: "0.1" })
      const { mode, providers, settings } = JSON.parse(out) as Diagnosis
      assert.deepStrictEqual(
        [mode, ...providers.map((it) => it.detail)],
        ["simulated", ...Array(2).fill("the providers are simulated")]
      )
      assert.deepStrictEqual(
        settings.find((it) => it.name === "MOCK_FAILURE_RATE"),
        { name: "MOCK_FAILURE_RATE", value: "0.1", source: "environment" }
      )
    })
  )
})

describe("simulate", () => {
  it.live("prints one line with the base URLs, serves, and ends when it is interrupted", () =>
    Effect.gen(function* () {
      const args = ["simulate", "--seed", "3", "--scenario", "healthy", "--latency", "0"]
      const { run, written } = begin(args)
      const fiber = yield* Effect.forkChild(program(args, run))
      yield* Effect.suspend(() => (written.out === "" ? Effect.fail("silent") : Effect.void)).pipe(
        Effect.retry({ times: 400, schedule: Schedule.spaced("10 millis") })
      )
      const { baseUrls } = JSON.parse(written.out) as { baseUrls: Readonly<Record<string, string>> }
      assert.deepStrictEqual(Object.keys(baseUrls), ["deepseek", "nanobananaapi", "generic"])
      yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
    })
  )
})
