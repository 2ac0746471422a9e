/**
 * The dashboard in a real browser: what a person sees, does by keyboard, and is never shown.
 */
import * as fs from "node:fs"
import { createRequire } from "node:module"
import type { Browser, Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { innocent, launch, open } from "./Chromium.ts"
import { type Running, startFixture } from "./Fixture.ts"

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const live = (page: Page) => page.waitForSelector('#connection[data-state="connected"]')

const withServer = async (
  variables: Readonly<Record<string, string>>,
  body: (server: Running) => Promise<void>
): Promise<void> => {
  const server = await startFixture(variables)
  try {
    await body(server)
  } finally {
    await server.stop()
  }
}

/** What reaches beyond the right edge of the page, and makes it scroll sideways. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

/** The rules that are broken so that somebody is kept out. */
const seriousViolations = async (page: Page): Promise<ReadonlyArray<string>> => {
  // Evaluated by the debugger: the page itself lets no other script in.
  await page.evaluate(axe)
  const { violations } = await page.evaluate<{
    violations: ReadonlyArray<{
      id: string
      impact: string
      nodes: ReadonlyArray<{ html: string; failureSummary: string }>
    }>
  }>("axe.run(document, { resultTypes: ['violations'] })")
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ failureSummary, html }) => `${html} ${failureSummary}`).join("; ")}`)
}

describe("the dashboard over a running simulation", () => {
  let server: Running
  beforeAll(async () => {
    server = await startFixture({ FIXTURE_SCENE: "busy" })
  })
  afterAll(() => server.stop())

  it("opens, fills, shows pictures, and speaks to nobody but its server", async () => {
    const { misdeeds, page } = await open(browser, server.url)
    await live(page)
    await page.waitForSelector("#jobs img")
    await page.waitForSelector("#rate-chart canvas")
    await page.waitForSelector('#tiles div:first-child dd:not(:text-is("0.0 /s"))')
    assert.strictEqual(await page.textContent("#mode"), "simulated")
    assert.match((await page.textContent("#accounts")) ?? "", /[1-9]\d* \/ 60/)
    assert.match((await page.getAttribute("#rate-chart", "aria-label")) ?? "", /\d+ requests ended/)
    assert.deepStrictEqual(misdeeds, innocent)
    await page.close()
  })

  for (const scheme of ["light", "dark"] as const) {
    for (const width of [360, 1440]) {
      it(`keeps within ${width} pixels and locks nobody out, ${scheme}`, async () => {
        const { misdeeds, page } = await open(browser, server.url, { width, scheme })
        await live(page)
        await page.waitForSelector("#letters button:visible")
        assert.strictEqual(await overflow(page), 0)
        assert.deepStrictEqual(await seriousViolations(page), [])
        await page.click("#letters button:visible")
        assert.deepStrictEqual(await seriousViolations(page), [])
        assert.deepStrictEqual(misdeeds, innocent)
        await page.close()
      })
    }
  }

  it("updates in place: what has the focus keeps it, and the panels keep their places", async () => {
    const { page } = await open(browser, server.url)
    await live(page)
    const button = await page.waitForSelector("#letters button:visible")
    await button.focus()
    const label = await button.getAttribute("aria-label")
    const placeOf = () => page.evaluate("document.querySelector('.accounts').getBoundingClientRect().top")
    const before = await placeOf()
    const seen = await page.textContent("#rate-chart")
    await page.waitForTimeout(2_500)
    assert.strictEqual(await page.evaluate("document.activeElement.getAttribute('aria-label')"), label)
    assert.strictEqual(await placeOf(), before)
    assert.isDefined(seen)
    await page.close()
  })
})

describe("a dead letter", () => {
  it("is retried by keyboard alone: the price is shown, asked for, and the letter goes", () =>
    withServer({}, async ({ url }) => {
      const { misdeeds, page } = await open(browser, url)
      await live(page)
      await page.waitForSelector("#letters button:visible")
      for (let presses = 0; presses < 20; presses++) {
        await page.keyboard.press("Tab")
        if (await page.evaluate("document.activeElement.closest('#letters') !== null")) break
      }
      assert.match((await page.textContent("#letters button:focus")) ?? "", /^Retry · up to \$0\.\d+$/)
      await page.keyboard.press("Enter")
      await page.waitForSelector("#retry-dialog[open]")
      assert.match((await page.textContent("#retry-facts")) ?? "", /Price of the retry\$0\.\d+ to \$0\.\d+/)
      // The harmless button has the focus, and Escape asks for nothing.
      assert.strictEqual(await page.evaluate("document.activeElement.id"), "retry-cancel")
      await page.keyboard.press("Escape")
      await page.waitForSelector("#retry-dialog", { state: "hidden" })
      assert.isTrue(await page.evaluate("document.activeElement.closest('#letters') !== null"))
      await page.keyboard.press("Enter")
      await page.keyboard.press("Tab")
      assert.match((await page.textContent("#retry-confirm:focus")) ?? "", /^Retry for up to \$0\.\d+$/)
      await page.keyboard.press("Enter")
      await page.waitForSelector('#letters-outcome:has-text("succeeded")')
      await page.waitForSelector("#letters .letter", { state: "detached" })
      assert.include(await page.textContent("#letters"), "no failed call waits")
      assert.strictEqual(await page.evaluate("document.activeElement.id"), "letters-title")
      assert.deepStrictEqual(misdeeds, innocent)
      await page.close()
    }))
})

describe("a token", () => {
  const token = "ldg_browser_canary"

  it("is asked for; a wrong one is told, the right one opens, pictures too, and it is kept nowhere", () =>
    withServer({ FIXTURE_TOKEN: token }, async ({ url }) => {
      const { misdeeds, page } = await open(browser, url)
      await page.waitForSelector("#token-dialog[open]")
      assert.strictEqual(await page.textContent("#token-error"), "")
      assert.deepStrictEqual(await seriousViolations(page), [])
      await page.keyboard.type("a wrong one")
      await page.keyboard.press("Enter")
      await page.waitForSelector('#token-error:has-text("token")')
      assert.include(await page.textContent("#token-error"), "That token does not open it: the token is not known")
      assert.strictEqual(await page.inputValue("#token"), "")
      assert.strictEqual(await page.evaluate("document.activeElement.id"), "token")
      await page.keyboard.type(token)
      await page.keyboard.press("Enter")
      await live(page)
      await page.waitForSelector("#jobs img")
      assert.isFalse(await page.isVisible("#token-dialog"))
      const kept = await page.evaluate(
        "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, document.documentElement.outerHTML])"
      )
      assert.notInclude(kept, token)
      assert.deepStrictEqual([misdeeds.foreign, await page.context().cookies()], [[], []])
      assert.deepStrictEqual(
        misdeeds.failed.map((it) => it.replace(url, "")),
        ["401 /v1/overview/events", "401 /v1/overview/events"]
      )
      await page.close()
    }))
})

describe("a server that goes away", () => {
  it("is told since when, and found again when it is back", async () => {
    const first = await startFixture()
    const { page } = await open(browser, first.url)
    await live(page)
    await first.stop()
    await page.waitForSelector('#connection[data-state="lost"]')
    assert.match((await page.textContent("#connection-text")) ?? "", /^Not connected since \d\d:\d\d:\d\d, tries again/)
    const second = await startFixture({ FIXTURE_PORT: new URL(first.url).port })
    try {
      await live(page)
      assert.strictEqual(await page.textContent("#connection-text"), "Live")
    } finally {
      await page.close()
      await second.stop()
    }
  })
})

describe("hostile text", () => {
  it("is shown as text, wherever it stands, and nothing of it runs", () =>
    withServer({ FIXTURE_HOSTILE: "yes" }, async ({ url }) => {
      const { misdeeds, page } = await open(browser, url)
      await live(page)
      await page.waitForSelector("#letters .letter")
      assert.include((await page.textContent("#jobs")) ?? "", "<script>")
      assert.include((await page.textContent("#alert-strip")) ?? "", "<img src=x")
      assert.strictEqual(await page.evaluate("globalThis.hasRun"), undefined)
      assert.strictEqual(await page.evaluate("document.querySelectorAll('main script, main img[src=x]').length"), 0)
      assert.strictEqual(await overflow(page), 0)
      assert.deepStrictEqual(misdeeds, innocent)
      await page.close()
    }))
})
