import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as HttpRouter from "effect/http/HttpRouter"
import { contentSecurityPolicy, layer } from "../../../layers/server/DashboardRoutes.ts"

const root = path.resolve(import.meta.dirname, "../../..")
const folder = path.join(root, "apps/dashboard")

const { handler } = HttpRouter.toWebHandler(layer, { disableLogger: true })
const get = (target: string, headers: Record<string, string> = {}, method = "GET") =>
  handler(new Request(`http://localhost${target}`, { method, headers }))

/** The addresses that a file of the page names. */
const namedBy = (file: string): ReadonlyArray<string> => {
  const text = fs.readFileSync(path.join(folder, file), "utf8")
  const absolute = [...text.matchAll(/(?:href|src)="(\/[^"#]*)"/g)].map((it) => it[1] ?? "")
  const relative = [...text.matchAll(/from "(\.[^"]+)"/g)].map((it) =>
    path.posix.join("/dashboard", path.posix.dirname(file), it[1] ?? "")
  )
  return [...absolute, ...relative]
}

describe("DashboardRoutes", () => {
  it("serves the page at /, bound to its own server", async () => {
    const response = await get("/")
    assert.strictEqual(response.status, 200)
    assert.strictEqual(response.headers.get("content-type"), "text/html; charset=utf-8")
    assert.strictEqual(response.headers.get("content-security-policy"), contentSecurityPolicy)
    assert.strictEqual(response.headers.get("x-content-type-options"), "nosniff")
    assert.include(await response.text(), "<!doctype html>")
    assert.notMatch(contentSecurityPolicy, /unsafe|https?:|\*/)
  })

  it("serves every file that the page and its modules name, as what it is", async () => {
    const files = fs.globSync("**/*.{html,js}", { cwd: folder })
    assert.isAtLeast(files.length, 9)
    const named = new Set(files.flatMap(namedBy))
    assert.isAtLeast(named.size, 12)
    for (const address of named) {
      const response = await get(address)
      assert.strictEqual(response.status, 200, address)
      if (address.endsWith(".js")) assert.match(response.headers.get("content-type") ?? "", /^text\/javascript/)
      if (address.endsWith(".css")) assert.match(response.headers.get("content-type") ?? "", /^text\/css/)
    }
    assert.include(await (await get("/dashboard/uPlot.LICENSE.txt")).text(), "MIT License")
  })

  it("names no address of anybody else, and no script or style within the page", () => {
    for (const file of fs.globSync("**/*.{html,js,css}", { cwd: folder })) {
      const text = fs.readFileSync(path.join(folder, file), "utf8")
      assert.notMatch(text, /https?:\/\//, file)
      assert.notMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|localStorage|\seval\(/, file)
      if (file.endsWith(".html")) assert.notMatch(text, /<style|style=|<script>|\son\w+=/)
    }
  })

  it("answers an unchanged file with no bytes, and a changed one whole", async () => {
    const first = await get("/dashboard/main.js")
    const etag = first.headers.get("etag") ?? ""
    assert.match(etag, /^"[\w-]{22}"$/)
    assert.strictEqual(first.headers.get("cache-control"), "no-cache")
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await get("/dashboard/main.js", { "if-none-match": known })
      assert.strictEqual(again.status, 304)
      assert.strictEqual(await again.text(), "")
    }
    assert.strictEqual((await get("/dashboard/main.js", { "if-none-match": '"other"' })).status, 200)
  })

  it("serves nothing else, whatever the path says", async () => {
    const paths = [
      "/dashboard",
      "/dashboard/",
      "/dashboard/package.json",
      "/dashboard/..%2f..%2fpackage.json",
      "/dashboard/%2e%2e%2f%2e%2e%2fpackage.json",
      "/dashboard/panels/..%2fmain.js",
      "/dashboard/main.js%00.css",
      "/dashboard/panels",
      "/dashboard//etc/passwd"
    ]
    for (const target of paths) assert.notStrictEqual((await get(target)).status, 200, target)
    assert.notStrictEqual((await get("/", {}, "POST")).status, 200)
  })
})
