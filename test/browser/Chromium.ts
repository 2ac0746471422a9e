/**
 * A real Chromium that speaks to this machine alone, and what a page of it has said and asked for.
 */
import { STATUS_CODES } from "node:http"
import { chromium, type Browser, type Page } from "playwright-core"

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

/** Starts it, headless, over a new and empty profile. `CHROMIUM` names another program. */
export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", headless: true, args: flags })

/** What a page should not have done. */
export interface Misdeeds {
  readonly errors: Array<string>
  readonly foreign: Array<string>
  readonly failed: Array<string>
}

/** Opens a page and writes down its errors, its requests to anybody else, and those that were refused. */
export const open = async (
  browser: Browser,
  url: string,
  options: { readonly width?: number; readonly scheme?: "light" | "dark" } = {}
): Promise<{ readonly page: Page; readonly misdeeds: Misdeeds }> => {
  const { scheme = "light", width = 1440 } = options
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme, reducedMotion: "reduce" })
  const misdeeds: Misdeeds = { errors: [], foreign: [], failed: [] }
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") misdeeds.errors.push(message.text())
  })
  page.on("pageerror", (error) => misdeeds.errors.push(String(error)))
  page.on("request", (request) => {
    if (!request.url().startsWith(`${url}/`) && !request.url().startsWith("blob:")) misdeeds.foreign.push(request.url())
  })
  page.on("response", (response) => {
    if (response.status() >= 400) misdeeds.failed.push(`${response.status()} ${response.url()}`)
  })
  page.on("requestfailed", (request) => misdeeds.failed.push(request.url()))
  await page.goto(`${url}/`)
  return { page, misdeeds }
}

/** Nothing done wrong. */
export const innocent: Misdeeds = { errors: [], foreign: [], failed: [] }

/** What Chromium itself logs of an answer with such a status, whatever the page makes of it. */
export const logOf = (status: number): string =>
  `Failed to load resource: the server responded with a status of ${status} (${STATUS_CODES[status]})`
