/**
 * The dashboard in a real browser: what a person sees, does by keyboard, and is never shown.
 */
import * as fs from "node:fs"
import { createRequire } from "node:module"
import type { Browser, Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { innocent, launch, logOf, open } from "./Chromium.ts"
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

/** Asks until it holds; the page's policy lets no waiting function in. */
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 200 && !(await holds()); tries++) await new Promise((resolve) => setTimeout(resolve, 50))
  assert.isTrue(await holds())
}

/** What reaches beyond the right edge of the page, and makes it scroll sideways. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

/** Lists without room, and facts of the head that are cut. */
const cutOff = (page: Page): Promise<ReadonlyArray<string>> =>
  page.evaluate(`[
    ...[...document.querySelectorAll(".scroll")].filter((it) => it.clientHeight < 60),
    ...[...document.querySelectorAll(".bar-facts dd")].filter((it) => it.scrollWidth > it.clientWidth)
  ].map((it) => it.outerHTML.slice(0, 120))`)

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
        assert.deepStrictEqual(await cutOff(page), [])
        assert.deepStrictEqual(await seriousViolations(page), [])
        await page.click("#letters button:visible")
        assert.deepStrictEqual(await seriousViolations(page), [])
        assert.deepStrictEqual(misdeeds, innocent)
        await page.close()
      })
    }
  }

  it("updates in place: snapshots come, what has the focus keeps it, and the panels keep their places", async () => {
    const { page } = await open(browser, server.url)
    await live(page)
    const button = await page.waitForSelector("#letters button:visible")
    await button.focus()
    const label = await button.getAttribute("aria-label")
    const placesBefore = await placesOf(page)
    const callsBefore = await callsOf(page)
    // The traffic goes on: only new snapshots can raise the number.
    await until(async () => (await callsOf(page)) >= callsBefore + 3)
    assert.isAtLeast(await callsOf(page), callsBefore + 3)
    assert.strictEqual(await page.evaluate("document.activeElement.getAttribute('aria-label')"), label)
    assert.deepStrictEqual(await placesOf(page), placesBefore)
    await page.close()
  })
})

/** All calls since the start, as the page tells them. */
const callsText = "Number(/\\d+/.exec(document.querySelector('#totals dd').textContent)[0])"
const callsOf = (page: Page): Promise<number> => page.evaluate(callsText)

/** Where each panel begins, from the top of the page. */
const placesOf = (page: Page): Promise<ReadonlyArray<number>> =>
  page.evaluate("[...document.querySelectorAll('.panel')].map((it) => it.getBoundingClientRect().top + scrollY)")

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

  it("moves no panel below it when it comes", () =>
    withServer({ FIXTURE_SCENE: "failing" }, async ({ url }) => {
      for (const width of [360, 1440]) {
        const { page } = await open(browser, url, { width })
        await live(page)
        const shown = await page.locator("#letters .letter").count()
        const before = await placesOf(page)
        for (let number = 0; number < 2; number++) {
          assert.strictEqual((await fetch(`${url}/fixture/failure`, { method: "POST" })).status, 204)
        }
        await until(async () => (await page.locator("#letters .letter").count()) === shown + 2)
        // Rows of the doors grow by what they now have to say; what stands below the letters moves no further than they.
        const panels = await page.locator(".panel").evaluateAll((all) => all.map((it) => it.className))
        const letters = panels.indexOf("panel letters")
        const after = await placesOf(page)
        const moved = after.map((place, index) => place - (before[index] ?? 0))
        assert.deepStrictEqual(
          moved.slice(letters).map((it) => it - (moved[letters] ?? 0)),
          moved.slice(letters).map(() => 0)
        )
        await page.close()
      }
    }))

  it("without a price and with an unknown outcome has no button, and says what to do; with a known one says so", () =>
    withServer({ FIXTURE_SCENE: "unpriced" }, async ({ url }) => {
      const { misdeeds, page } = await open(browser, url, { width: 360 })
      await live(page)
      const unknown = page.locator("#letters .letter", { hasText: "outcome unknown" })
      const refused = page.locator("#letters .letter", { hasText: "outcome refused" })
      await unknown.waitFor()
      assert.strictEqual(await unknown.locator("button:visible").count(), 0)
      assert.notInclude(await page.textContent("#letters"), "up to")
      assert.include(await unknown.innerText(), "Set NANOBANANA_PRICE_UPPER_BOUND")
      assert.strictEqual(await refused.locator("button").innerText(), "Retry · price not known")
      await refused.locator("button").click()
      assert.include(await page.textContent("#retry-facts"), "not known: NANOBANANA_PRICE_UPPER_BOUND sets it")
      assert.strictEqual(await page.textContent("#retry-confirm"), "Retry, price not known")
      await page.click("#retry-confirm")
      await page.waitForSelector('#letters-outcome:has-text("succeeded")')
      await refused.waitFor({ state: "detached" })
      assert.deepStrictEqual(misdeeds, innocent)
      await page.close()
    }))

  it("of which nobody knows whether it was paid is forced, with the price that was shown", () =>
    withServer({ FIXTURE_SCENE: "unknown" }, async ({ url }) => {
      const { misdeeds, page } = await open(browser, url)
      await live(page)
      const letter = page.locator("#letters .letter")
      await letter.waitFor()
      assert.include(await letter.innerText(), "Nobody knows whether the first try was paid")
      assert.strictEqual(await letter.locator("button").innerText(), "Retry · up to $0.02")
      await letter.locator("button").click()
      assert.include(await page.textContent("#retry-text"), "may pay twice")
      assert.strictEqual(await page.textContent("#retry-confirm"), "Pay again, up to $0.02")
      const [request] = await Promise.all([
        page.waitForRequest((it) => it.url().endsWith("/retry")),
        page.click("#retry-confirm")
      ])
      assert.deepStrictEqual(request.postDataJSON(), { force: true, confirmedUsdMicros: 20_000 })
      await page.waitForSelector('#letters-outcome:has-text("succeeded")')
      await letter.waitFor({ state: "detached" })
      assert.deepStrictEqual(misdeeds, innocent)
      await page.close()
    }))

  it("whose retry is refused says why, in the server's words", () =>
    withServer({ FIXTURE_SCENE: "unknown" }, async ({ url }) => {
      const { misdeeds, page } = await open(browser, url)
      await live(page)
      await page.click("#letters button:visible")
      // The price rises while the question is open.
      const body = JSON.stringify({ priceUpperBound: 80_000 })
      assert.strictEqual((await fetch(`${url}/fixture/settings`, { method: "POST", body })).status, 204)
      await page.click("#retry-confirm")
      await page.waitForSelector('#letters-outcome[data-tone="bad"]')
      assert.include(await page.textContent("#letters-outcome"), "confirm $0.08, the most it can cost")
      assert.strictEqual(await page.locator("#letters .letter").count(), 1)
      assert.deepStrictEqual(
        misdeeds.failed.map((it) => it.replace(/\/failures\/.*\//, "/failures/ID/").replace(url, "")),
        ["409 /v1/failures/ID/retry"]
      )
      assert.deepStrictEqual(misdeeds.errors, [logOf(409)])
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
      assert.deepStrictEqual(misdeeds.errors, [logOf(401), logOf(401)])
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
