/**
 * The whole server as a person starts it, `USE_MOCK_APIS=true ludeng serve`, with calls coming in over HTTP, and the page in
 * a real browser.
 */
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { promisify } from "node:util"
import type { Browser } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { innocent, launch, logOf, open } from "./Chromium.ts"
import { type Running, start } from "./Fixture.ts"

const program = path.resolve(import.meta.dirname, "../../apps/cli/ludeng.mjs")

const variablesIn = (home: string): Readonly<Record<string, string>> => ({
  USE_MOCK_APIS: "true",
  MOCK_LATENCY: "40",
  LUDENG_HOME: home,
  LUDENG_STORE: "sqlite"
})

/** Some of all requests fail, and no prompt is sent twice by itself. */
const flaky = { MOCK_SCENARIO: "flaky", MOCK_SEED: "5", MOCK_FAILURE_RATE: "0.3", DEEPSEEK_RETRY_LIMIT: "0" }

let browser: Browser
let home: string
beforeAll(async () => {
  browser = await launch()
  home = fs.mkdtempSync(path.join(os.tmpdir(), "ludeng-page-"))
})
afterAll(async () => {
  await browser.close()
  fs.rmSync(home, { recursive: true, force: true })
})

const withServer = async (
  folder: string,
  variables: Readonly<Record<string, string>>,
  body: (server: Running) => Promise<void>
): Promise<void> => {
  fs.mkdirSync(folder, { recursive: true })
  const server = await start([program, "serve", "--port", "0"], { ...variablesIn(folder), ...variables }, folder)
  try {
    await body(server)
  } finally {
    await server.stop()
  }
}

/** A call as any client makes it; what became of it is for the page to show. */
const call = (url: string, kind: "enhancements" | "images", prompt: string, token?: string): Promise<number> =>
  fetch(`${url}/v1/${kind}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` })
    },
    body: JSON.stringify({ prompt })
  }).then(async (response) => {
    await response.text()
    return response.status
  })

describe("ludeng serve", () => {
  it("shows what comes in, and retries what failed, over its own API", () =>
    withServer(path.join(home, "open"), flaky, async ({ url }) => {
      const statuses: Array<number> = []
      for (let number = 0; number < 24; number++) statuses.push(await call(url, "enhancements", `a red fox, ${number}`))
      for (let number = 0; number < 4; number++)
        statuses.push(await call(url, "images", `a red fox in the snow, ${number}`))
      assert.isTrue(statuses.includes(200))
      assert.isTrue(statuses.some((it) => it >= 500))
      const { misdeeds, page } = await open(browser, url)
      await page.waitForSelector('#connection[data-state="connected"]')
      await page.waitForSelector("#jobs img")
      assert.strictEqual(await page.textContent("#mode"), "simulated")
      assert.match((await page.getAttribute("#rate-chart", "aria-label")) ?? "", /[1-9]\d* requests ended, [1-9]/)
      const letters = () => page.locator("#letters .letter").count()
      const before = await letters()
      assert.isAtLeast(before, 1)
      // The simulation fails on: some retries fail too, and say so.
      for (let tries = 0; tries < 8 && (await letters()) === before; tries++) {
        await page.click("#letters button:visible")
        await page.click("#retry-confirm")
        await page.waitForSelector("#letters-outcome[data-tone]")
        await page.waitForTimeout(1_200)
      }
      assert.isBelow(await letters(), before)
      assert.deepStrictEqual(misdeeds.foreign, [])
      // A retry that fails is answered by a problem, which Chromium logs; nothing else is logged, and nothing else fails.
      const refused = misdeeds.failed.filter((it) => it.includes("/retry"))
      assert.deepStrictEqual(misdeeds.failed, refused)
      assert.deepStrictEqual(
        misdeeds.errors,
        refused.map((it) => logOf(Number(it.slice(0, 3))))
      )
      await page.close()
    }))

  it("asks for a token where there is one, and shows its owner alone", async () => {
    const folder = path.join(home, "closed")
    fs.mkdirSync(folder, { recursive: true })
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [program, "tokens", "add", "--owner", "ann", "--scope", "use,operate", "--json"],
      { cwd: folder, env: { ...process.env, ...variablesIn(folder) } }
    )
    const token = (JSON.parse(stdout) as { readonly token: string }).token
    await withServer(folder, {}, async ({ url }) => {
      const { misdeeds, page } = await open(browser, url)
      await page.waitForSelector("#token-dialog[open]")
      await page.fill("#token", "not-a-token")
      await page.keyboard.press("Enter")
      await page.waitForSelector('#token-error:has-text("not known")')
      await page.fill("#token", token)
      await page.keyboard.press("Enter")
      await page.waitForSelector('#connection[data-state="connected"]')
      assert.strictEqual(await page.textContent("#owner"), "ann")
      await call(url, "images", "a red fox in the snow", token)
      await page.waitForSelector("#jobs img")
      assert.deepStrictEqual([misdeeds.foreign, await page.context().cookies()], [[], []])
      assert.deepStrictEqual(misdeeds.errors, [logOf(401), logOf(401)])
      assert.deepStrictEqual(
        misdeeds.failed.map((it) => it.replace(url, "")),
        ["401 /v1/overview/events", "401 /v1/overview/events"]
      )
      await page.close()
    })
  })

  it("loads its page with no error in the browser, and asks nothing of anybody else", () =>
    withServer(path.join(home, "idle"), {}, async ({ url }) => {
      const { misdeeds, page } = await open(browser, url)
      await page.waitForSelector('#connection[data-state="connected"]')
      assert.include(await page.textContent("#jobs"), "No job yet")
      assert.include(await page.textContent("#letters"), "no failed call waits")
      assert.deepStrictEqual(misdeeds, innocent)
      await page.close()
    }))
})
