/**
 * Whether a server answers as its OpenAPI document says: fetches the document, sends what can be made from it, and compares
 * every answer with it.
 */
import * as Effect from "effect/Effect"
import { Ajv2020 } from "ajv/dist/2020.js"
import { type ApiDocument, chanceOf, type MadeRequest, type Operation, operationsOf, requestOf } from "./RequestsOf.ts"

/** Fetches the document. */
export const documentOf = (url: string): Effect.Effect<ApiDocument> =>
  Effect.promise(async () => (await (await fetch(`${url}/openapi.json`)).json()) as ApiDocument)

/** Longer than any answer takes that is not waited for. **Units** milliseconds. */
const hangMillis = 20_000

/** What was sent, and what is wrong with the answers. */
export interface Findings {
  readonly sent: number
  readonly byStatus: Readonly<Record<string, number>>
  readonly wrong: ReadonlyArray<string>
}

/** Sends `count` requests of every operation, one after the other. */
export const compareAnswers = (url: string, token: string, count: number, seed: number): Effect.Effect<Findings> =>
  Effect.gen(function* () {
    const document = yield* documentOf(url)
    const chance = chanceOf(seed)
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema({ $id: "document", ...document })
    const wrong: Array<string> = []
    const byStatus: Record<string, number> = {}
    let sent = 0
    for (const operation of operationsOf(document)) {
      for (let index = 0; index < count; index++) {
        const request = requestOf(operation, document, chance)
        const { problem, status } = yield* Effect.promise(() => ask(url, token, operation, request, ajv))
        sent += 1
        byStatus[status] = (byStatus[status] ?? 0) + 1
        if (problem !== undefined)
          wrong.push(`${operation.method} ${request.url} ${String(request.init.body).slice(0, 300)}: ${problem}`)
      }
    }
    return { sent, byStatus, wrong }
  })

const ask = async (
  url: string,
  token: string,
  { method, path, responses }: Operation,
  { init, url: asked }: MadeRequest,
  ajv: Ajv2020
): Promise<{ readonly status: number; readonly problem?: string }> => {
  const headers = new Headers(init.headers)
  headers.set("authorization", `Bearer ${token}`)
  const response = await fetch(`${url}${asked}`, { ...init, headers, signal: AbortSignal.timeout(hangMillis) }).catch(
    (error: unknown) => error as Error
  )
  if (response instanceof Error) return { status: 0, problem: `no answer: ${response.message}` }
  const { status } = response
  const type = (response.headers.get("content-type") ?? "").split(";")[0] ?? ""
  const documented = responses[String(status)]
  if (status === 304 || status === 206) {
    await response.body?.cancel()
    return { status }
  }
  if (type === "text/event-stream") {
    await response.body?.cancel()
    return { status }
  }
  const text = await response.text()
  if (status === 500) return { status, problem: `500 ${text}` }
  if (documented === undefined) return { status, problem: `status ${status} is not documented` }
  const contents = documented.content ?? {}
  if (!Object.keys(contents).some((it) => it.split(";")[0] === type))
    return { status, problem: `${status} as ${type} is not documented: ${text.slice(0, 200)}` }
  if (!type.endsWith("json")) return { status }
  const pointer = [path, method.toLowerCase(), "responses", String(status), "content", type, "schema"]
    .map((it) => it.replaceAll("~", "~0").replaceAll("/", "~1"))
    .map(encodeURIComponent)
    .join("/")
  const validate = ajv.getSchema(`document#/paths/${pointer}`)
  if (validate === undefined) return { status, problem: "no schema" }
  return validate(JSON.parse(text)) === true
    ? { status }
    : { status, problem: `${status} is not as documented: ${ajv.errorsText(validate.errors)} in ${text.slice(0, 400)}` }
}
