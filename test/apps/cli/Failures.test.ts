/** `ludeng failures …`, as a person runs it: one program after the other, over one home. */
import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { instantOf, sinceOf } from "../../../apps/cli/SinceText.ts"
import { runProgram } from "./RunProgram.ts"

interface Listed {
  readonly failures: ReadonlyArray<{ readonly letterId: string; readonly state: string; readonly outcome: string }>
}

/** Runs commands over a home of their own. */
const inHome = async (
  test: (
    run: (args: ReadonlyArray<string>, more?: Record<string, string>) => ReturnType<typeof runProgram>
  ) => Promise<void>
): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), "ludeng-failures-"))
  const environment = {
    USE_MOCK_APIS: "true",
    LUDENG_STORE: "sqlite",
    MOCK_LATENCY: "5",
    NANOBANANA_POLL_FIRST: "5",
    NANOBANANA_PRICE_UPPER_BOUND: "0.04"
  }
  try {
    await test((args, more = {}) => runProgram(args, { directory, environment: { ...environment, ...more } }))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

describe("ludeng failures", { timeout: 60_000 }, () => {
  it("keeps what failed in one program for the next, which shows its price, and makes it again once", () =>
    inHome(async (run) => {
      await run(["generate", "a red fox"], { MOCK_SCENARIO: "no-balance" })
      const { failures } = JSON.parse((await run(["failures", "list", "--json"])).out) as Listed
      const [letter] = failures
      assert.deepStrictEqual([failures.length, letter?.state], [1, "Waiting"])
      const id = letter?.letterId ?? assert.fail("nothing was kept")
      const shown = await run(["failures", "show", id])
      for (const part of ["a red fox", "InsufficientBalance", "submit 1", `ludeng failures retry ${id}`]) {
        assert.include(shown.out, part)
      }
      const dry = await run(["failures", "retry", "--reason", "InsufficientBalance", "--since", "1h", "--dry-run"])
      assert.include(dry.out, "nothing to $0.04")
      const made = await run(["failures", "retry", id])
      assert.deepStrictEqual([made.code, made.error.includes(`${id}: price nothing to $0.04`)], [0, true])
      assert.match(made.out, /^image +images\//m)
      const again = await run(["failures", "retry", id])
      assert.deepStrictEqual([again.code, again.error.includes("a retry has succeeded")], [4, true])
      const none = await run(["failures", "retry", "--since", "1h", "--dry-run"])
      assert.strictEqual(none.out, "There is nothing to retry.\n")
    }))

  it("pays again for an unknown outcome only by force, with the price confirmed", () =>
    inHome(async (run) => {
      const timingOut = { MOCK_LATENCY: "3000", NANOBANANA_SUBMIT_ATTEMPT_TIMEOUT: "100" }
      await run(["generate", "a red fox"], timingOut)
      const [letter] = (JSON.parse((await run(["failures", "list", "--json"])).out) as Listed).failures
      const id = letter?.letterId ?? assert.fail("nothing was kept")
      assert.strictEqual(letter?.outcome, "Unknown")
      const refused = await run(["failures", "retry", id])
      assert.deepStrictEqual([refused.code, refused.error.includes("confirm $0.04")], [4, true])
      const cheap = await run(["failures", "retry", id, "--force", "--confirm-price", "0.03"])
      assert.deepStrictEqual([cheap.code, cheap.error.includes("RetryRefused (confirm $0.04")], [4, true])
      const forced = await run(["failures", "retry", id, "--force", "--confirm-price", "0.04"])
      assert.strictEqual(forced.code, 0, forced.error)
    }))

  it("asks for a prompt that was left out by choice, and forgets what is discarded", () =>
    inHome(async (run) => {
      const failing = { MOCK_SCENARIO: "down", DEEPSEEK_RETRY_LIMIT: "0", DEAD_LETTER_PROMPTS: "omitted" }
      await run(["enhance", "a red fox"], failing)
      const [letter] = (JSON.parse((await run(["failures", "list", "--json"])).out) as Listed).failures
      const id = letter?.letterId ?? assert.fail("nothing was kept")
      assert.include((await run(["failures", "show", id])).out, "(not kept)")
      assert.include((await run(["failures", "retry", id])).error, "has to be given again")
      const made = await run(["failures", "retry", id, "--prompt", "a red fox"])
      assert.strictEqual(made.code, 0, made.error)
      assert.include((await run(["failures", "discard", id])).out, "rescued by call")
    }))

  it("makes many again, one after the other, and says of each what became of it", () =>
    inHome(async (run) => {
      const failing = { MOCK_SCENARIO: "down", DEEPSEEK_RETRY_LIMIT: "0" }
      await run(["enhance", "a red fox"], failing)
      await run(["enhance", "a grey wolf"], { ...failing, DEAD_LETTER_PROMPTS: "omitted" })
      const many = await run(["failures", "retry", "--reason", "ServiceUnavailable", "--json"])
      assert.strictEqual(many.code, 0, many.error)
      const { failed, refused, rescued, retries } = JSON.parse(many.out) as Record<string, unknown>
      assert.deepStrictEqual([rescued, failed, refused], [1, 0, 1])
      assert.deepStrictEqual(
        (retries as ReadonlyArray<{ readonly end: string; readonly problem: string | null }>).map((it) => [
          it.end,
          it.problem
        ]),
        [
          ["rescued", null],
          ["refused", "PromptMissing"]
        ]
      )
      const audit = await run(["audit", "list", "--json"])
      assert.include(audit.out, "RetriedByHand")
    }))

  it("says what is wrong with a command line", () =>
    inHome(async (run) => {
      for (const args of [["retry"], ["retry", "x", "--since", "1h"], ["retry", "--since", "1h", "--force"]]) {
        assert.strictEqual((await run(["failures", ...args])).code, 2)
      }
      assert.strictEqual((await run(["failures", "show", "none"])).code, 4)
    }))

  it("reads a time as so long ago, or as a date", () => {
    const now = Date.UTC(2026, 10, 24, 12)
    const read = (text: string) => Option.getOrUndefined(Option.map(sinceOf(text), (it) => instantOf(it, now)))
    assert.strictEqual(read("30m"), now - 1_800_000)
    assert.strictEqual(read("7d"), now - 7 * 86_400_000)
    assert.strictEqual(read("2026-11-24"), Date.UTC(2026, 10, 24))
    assert.strictEqual(read("2026-11-24T10:00:00Z"), Date.UTC(2026, 10, 24, 10))
    for (const text of ["", "soon", "7", "2026-13-45", "-1h"]) assert.isUndefined(read(text))
  })
})
