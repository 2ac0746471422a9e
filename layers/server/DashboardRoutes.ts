/**
 * The dashboard's files as routes: `/` is the page, `/dashboard/{name}` what it loads. Only the files of a fixed list are
 * served, whatever a path says; they are read once, when the routes are made.
 *
 * Each answer has an entity tag and is asked for anew with it, so that another version of the package is seen at once and
 * an unchanged one costs no bytes. The page may load nothing but these files and speak to nobody but its own server.
 */
import { createHash } from "node:crypto"
import * as fs from "node:fs/promises"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"

/** A file and what a browser takes it for. */
interface Asset {
  readonly name: string
  readonly source: URL
}

const own = (name: string): Asset => ({ name, source: new URL(`../../apps/dashboard/${name}`, import.meta.url) })
const ofChart = (name: string): Asset => ({ name, source: new URL(import.meta.resolve(`uplot/dist/${name}`)) })

const assets: ReadonlyArray<Asset> = [
  own("index.html"),
  own("styles/colours.css"),
  own("styles/base.css"),
  own("styles/head.css"),
  own("styles/layout.css"),
  own("styles/tiles.css"),
  own("styles/charts.css"),
  own("styles/rows.css"),
  own("styles/accounts.css"),
  own("styles/letters.css"),
  own("styles/jobs.css"),
  own("styles/dialogs.css"),
  own("icon.svg"),
  own("main.js"),
  own("Charts.js"),
  own("Connection.js"),
  own("Dom.js"),
  own("Format.js"),
  own("RetryAdvice.js"),
  own("panels/Accounts.js"),
  own("panels/DeadLetters.js"),
  own("panels/Health.js"),
  own("panels/Jobs.js"),
  own("panels/Numbers.js"),
  ofChart("uPlot.esm.js"),
  ofChart("uPlot.min.css"),
  { name: "uPlot.LICENSE.txt", source: new URL("../LICENSE", import.meta.resolve("uplot/dist/uPlot.esm.js")) }
]

const contentTypes: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8"
}

const contentTypeOf = (name: string): string => contentTypes[name.split(".").at(-1) ?? ""] ?? "application/octet-stream"

/** What the page may do. Pictures that are behind a token are shown from its own memory: `blob:`. */
export const contentSecurityPolicy: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

const headersOf = (etag: string) => ({
  etag,
  "cache-control": "no-cache",
  "content-security-policy": contentSecurityPolicy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY"
})

/** Whether the browser has this version: `If-None-Match` lists its tag, weak or strong, or `*`. */
const isKnown = (request: HttpServerRequest.HttpServerRequest, etag: string): boolean =>
  (request.headers["if-none-match"] ?? "")
    .split(",")
    .map((it) => it.trim().replace(/^W\//, ""))
    .some((it) => it === etag || it === "*")

const routeOf = ({ name, source }: Asset) =>
  Effect.map(
    Effect.promise(() => fs.readFile(fileURLToPath(source))),
    (bytes) => {
      const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`
      const headers = headersOf(etag)
      const whole = HttpServerResponse.uint8Array(bytes, { contentType: contentTypeOf(name), headers })
      const unchanged = HttpServerResponse.empty({ status: 304, headers })
      const path = name === "index.html" ? "/" : (`/dashboard/${name}` as const)
      return HttpRouter.route("GET", path, (request) => Effect.succeed(isKnown(request, etag) ? unchanged : whole))
    }
  )

/** The routes, to be merged with those of the API. A package without its files is broken: that is a defect. */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter> = HttpRouter.use((router) =>
  Effect.flatMap(Effect.forEach(assets, routeOf), (routes) => router.addAll(routes))
)
