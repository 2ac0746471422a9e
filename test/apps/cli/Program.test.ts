import { assert, describe, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Policies } from "../../../apps/cli/Policies.ts"
import { runProgram } from "./RunProgram.ts"

const inFolder = async (test: (directory: string) => Promise<void>): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), "ludeng-program-"))
  await test(directory).finally(() => rmSync(directory, { recursive: true, force: true }))
}

const modulesLoaded = `
  import { registerHooks } from "node:module"
  const urls = []
  registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })
  process.on("exit", () => process.stderr.write(urls.join("\\n")))
`

describe("the program", { timeout: 60_000 }, () => {
  it("illustrates without keys on simulated providers, says so once, and prints one object", () =>
    inFolder(async (directory) => {
      const { code, out, error } = await runProgram(
        ["illustrate", "a red fox in the snow", "--json", "--out", "pictures"],
        { directory, environment: { MOCK_LATENCY: "5", NANOBANANA_POLL_FIRST: "5" } }
      )
      assert.strictEqual(code, 0, error)
      assert.strictEqual(error.match(/simulated/g)?.length, 1)
      const result = JSON.parse(out) as Record<string, unknown> & {
        image: { path: string; sha256: string; bytes: number }
      }
      assert.deepStrictEqual(Object.keys(result), [
        "callId",
        "mode",
        "prompt",
        "enhanced",
        "image",
        "costUsdMicros",
        "attempts",
        "elapsedMillis",
        "policies"
      ])
      assert.deepStrictEqual(Object.keys(result.image), [
        "path",
        "sha256",
        "bytes",
        "width",
        "height",
        "format",
        "model",
        "provenance"
      ])
      assert.deepStrictEqual([result["mode"], result["prompt"]], ["simulated", "a red fox in the snow"])
      const path = join(directory, result.image.path)
      assert.match(result.image.path, /^pictures\//)
      assert.strictEqual(statSync(path).size, result.image.bytes)
      assert.strictEqual(createHash("sha256").update(readFileSync(path)).digest("hex"), result.image.sha256)
    }))

  it("tells on success and on failure what the policies decided, by operation", async () => {
    const environment = { USE_MOCK_APIS: "true", MOCK_LATENCY: "5", DEEPSEEK_BACKOFF_BASE: "1" }
    const good = await runProgram(["enhance", "a red fox", "--priority", "high", "--json"], { environment })
    assert.strictEqual(good.code, 0, good.error)
    const { policies } = JSON.parse(good.out) as { policies: Policies & { provenance: object } }
    const once = {
      attempts: 1,
      retries: 0,
      waitMillis: 0,
      backoffMillis: 0,
      heldBackBy: null,
      tier: null,
      circuit: "Closed"
    }
    assert.deepStrictEqual(policies.operations, { chat: once })
    assert.deepStrictEqual(policies.provenance, { enhanced: "Live", image: null })
    const bad = await runProgram(["enhance", "a red fox", "--attempts", "2", "--accept", "live", "--json"], {
      environment: { ...environment, MOCK_SCENARIO: "down" }
    })
    const failed = JSON.parse(bad.out) as { error: { stoppedBy: string }; policies: Policies }
    assert.deepStrictEqual([bad.code, failed.error.stoppedBy], [3, "AttemptsExhausted"], bad.error)
    const backoffMillis = failed.policies.backoffMillis
    assert.deepStrictEqual(failed.policies.operations, { chat: { ...once, attempts: 2, retries: 1, backoffMillis } })
  })

  it("writes plain lines when piped: progress on standard error, the result on standard output", async () => {
    const { code, out, error } = await runProgram(["enhance", "a red fox"], {
      environment: { USE_MOCK_APIS: "true", MOCK_LATENCY: "5", DEEPSEEK_API_KEY: "sk-never-used" }
    })
    assert.strictEqual(code, 0, error)
    assert.match(out, /^prompt {4}a red fox[\s\S]*\nmode {6}simulated\ncall {6}call_\w+\n$/)
    assert.match(error, /✔ prompt enhanced/)
    assert.notInclude(out + error, "\u001b")
  })

  it("with a key missing that the command needs, stops with the variable's name", async () => {
    const environment = { DEEPSEEK_API_KEY: "sk-canary-deepseek" }
    const { code, out, error } = await runProgram(["generate", "a red fox"], { environment })
    assert.deepStrictEqual([code, out], [5, ""])
    assert.match(error, /^NANOBANANA_API_KEY: is missing/)
    assert.notInclude(error, "sk-canary-deepseek")
  })

  it("reports all bad values of settings and simulation together, as one object", async () => {
    const { code, out } = await runProgram(["enhance", "a red fox", "--json"], {
      environment: {
        DEEPSEEK_TIMEOUT: "soon",
        NANOBANANA_POLL_CAP: "0",
        MOCK_FAILURE_RATE: "many",
        USE_MOCK_APIS: "maybe"
      }
    })
    assert.strictEqual(code, 5)
    const { error } = JSON.parse(out) as { error: { family: string; message: string } }
    for (const name of ["DEEPSEEK_TIMEOUT", "NANOBANANA_POLL_CAP", "MOCK_FAILURE_RATE", "USE_MOCK_APIS"]) {
      assert.include(error.message, name)
    }
    assert.strictEqual(error.family, "ConfigurationError")
  })

  it("answers a command line it can not read with one object too", async () => {
    const { code, out, error } = await runProgram(["illustrate", "a fox", "--widht", "64", "--json"])
    assert.deepStrictEqual([code, error], [2, ""])
    assert.include((JSON.parse(out) as { error: { message: string } }).error.message, "--widht")
  })

  it("tells nobody the key or the prompt, at any log level, when a provider fails", async () => {
    const { code, out, error } = await runProgram(["enhance", "canary prompt of a fox", "--log-level", "all"], {
      environment: {
        DEEPSEEK_API_KEY: "sk-canary-deepseek",
        DEEPSEEK_BASE_URL: "http://127.0.0.1:1",
        DEEPSEEK_RETRY_LIMIT: "1",
        DEEPSEEK_BACKOFF_BASE: "1"
      }
    })
    assert.deepStrictEqual([code, out], [3, ""])
    assert.match(error, /"reason":"ConnectionRefused"/)
    assert.notMatch(error, /canary/)
  })

  it("interrupted by Ctrl-C and its echo, ends with 130 and names the job left running", async () => {
    let isSent = false
    const { code, out, error } = await runProgram(["generate", "a red fox", "--json"], {
      environment: { MOCK_SCENARIO: "stuck-job", MOCK_LATENCY: "5", NANOBANANA_POLL_FIRST: "5" },
      onError: (text, child) => {
        if (isSent || !text.includes("job accepted")) return
        isSent = true
        child.kill("SIGINT")
        child.kill("SIGINT")
      }
    })
    assert.strictEqual(code, 130, error)
    const report = JSON.parse(out) as { error: { family: string; jobId: string; providerJobId: string } }
    assert.strictEqual(report.error.family, "Interrupted")
    assert.include(error, `Job ${report.error.jobId} is left running at the simulated nanobananaapi`)
    assert.include(error, report.error.providerJobId)
  })

  it("a second signal leaves at once, though a paid request is still in flight", async () => {
    // A provider that takes the request and never answers: from then on a paid request is in flight.
    let isInFlight = false
    const server = createServer(() => (isInFlight = true))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    let again: NodeJS.Timeout | undefined
    const { code, error } = await runProgram(["generate", "a red fox", "--timeout", "1h"], {
      environment: {
        NANOBANANA_API_KEY: "nb-canary-nano",
        NANOBANANA_BASE_URL: `http://127.0.0.1:${port}`,
        NANOBANANA_SUBMIT_ATTEMPT_TIMEOUT: "86400000",
        NANOBANANA_SUBMIT_GRACE: "86400000"
      },
      onBegun: (child) => {
        again = setInterval(() => isInFlight && child.kill("SIGTERM"), 100)
      }
    }).finally(() => {
      clearInterval(again)
      server.closeAllConnections()
      server.close()
    })
    assert.strictEqual(code, 130)
    assert.include(error, "left at once by SIGTERM")
  })

  it.skipIf(!existsSync("/dev/full"))(
    "a standard output that can not be written ends with 1, and is told",
    async () => {
      const full = openSync("/dev/full", "w")
      const { code, error } = await runProgram(["generate", "--help"], { out: full }).finally(() => closeSync(full))
      assert.deepStrictEqual([code, error], [1, "standard output could not be written: what stood there is lost\n"])
    }
  )

  it("doctor --offline shows sources and no secret, and loads no transport and no provider", async () => {
    const { code, out, error } = await runProgram(["doctor", "--offline", "--json"], {
      environment: {
        DEEPSEEK_API_KEY: "sk-canary-deepseek",
        NANOBANANA_API_KEY: "nb-canary-nano",
        DEEPSEEK_TIMEOUT: "7"
      },
      nodeArgs: ["--import", `data:text/javascript,${encodeURIComponent(modulesLoaded)}`]
    })
    assert.strictEqual(code, 0)
    assert.notInclude(out, "canary")
    const { mode, settings } = JSON.parse(out) as {
      mode: string
      settings: ReadonlyArray<{ name: string; value: string; source: string }>
    }
    assert.strictEqual(mode, "live")
    assert.deepStrictEqual(
      settings.find((it) => it.name === "DEEPSEEK_TIMEOUT"),
      { name: "DEEPSEEK_TIMEOUT", value: "7", source: "environment" }
    )
    assert.deepStrictEqual(settings.find((it) => it.name === "DEEPSEEK_API_KEY")?.value, "set")
    assert.include(error, "apps/cli/Diagnosis.ts")
    assert.notMatch(
      error,
      /undici|layers\/transport|layers\/image|simulation\/(?!Script|Latency|SeededRandom|RequestLimit|InstantLog)|src\/(?:pipeline|provider|image)\//
    )
  })
})
