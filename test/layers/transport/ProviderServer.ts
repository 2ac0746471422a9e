/**
 * The providers on loopback, as small as they can be and still answer every operation; the head of every request is
 * kept. A job whose prompt says "endless" runs until it is cancelled.
 */
import * as Effect from "effect/Effect"
import type * as http from "node:http"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { png } from "../../src/image/SampleImages.ts"
import { httpServer } from "./Servers.ts"

/** A request as it came: `headers` in alphabetical order, with nothing left out but what HTTP itself needs. */
export interface RecordedRequest {
  readonly route: string
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
}

const needed = new Set(["host", "connection", "content-length"])

/** Every header line, repeated ones too, which an object by name would hide. */
const linesOf = ({ rawHeaders }: http.IncomingMessage): RecordedRequest["headers"] =>
  Array.from(
    { length: rawHeaders.length / 2 },
    (_, index) => [rawHeaders[2 * index]?.toLowerCase() ?? "", rawHeaders[2 * index + 1] ?? ""] as const
  )
    .filter(([name]) => !needed.has(name))
    .toSorted(([left], [right]) => (left < right ? -1 : 1))

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, "../../fixtures", name), "utf8")

const submitted = { code: 200, msg: "success", data: { taskId: "task-1" } }
const generated = (imageUrl: string) => ({
  code: 200,
  msg: "success",
  data: { taskId: "task-1", successFlag: 1, response: { resultImageUrl: imageUrl } }
})

/** What a route answers; text is JSON, nothing is an empty 204. */
const answerOf = (route: string, body: string, origin: string): string | Uint8Array | undefined => {
  const imageUrl = `${origin}/files/picture.png`
  switch (route) {
    case "POST /deepseek/chat/completions":
      return fixture("deepseek/chat.json")
    case "GET /deepseek/models":
      return fixture("deepseek/models.json")
    case "GET /deepseek/user/balance":
      return fixture("deepseek/balance.json")
    case "POST /nanobananaapi/generate-2":
      return JSON.stringify(submitted)
    case "GET /nanobananaapi/record-info":
      return JSON.stringify(generated(imageUrl))
    case "POST /generic/generate":
      return JSON.stringify({ jobId: body.includes("endless") ? "endless" : "quick" })
    case "GET /generic/jobs/quick":
      return JSON.stringify({ status: "completed", imageUrl })
    case "GET /generic/jobs/endless":
      return JSON.stringify({ status: "processing" })
    case "GET /files/picture.png":
      return png(8, 8)
    default:
      return undefined
  }
}

/** Starts them in the test's scope. */
export const providerServer = Effect.gen(function* () {
  const requests: Array<RecordedRequest> = []
  const server = yield* httpServer((request, response) => {
    const { host } = request.headers
    const route = `${request.method} ${request.url?.split("?")[0]}`
    const chunks: Array<Buffer> = []
    requests.push({ route, headers: linesOf(request) })
    request.on("data", (chunk: Buffer) => void chunks.push(chunk))
    request.on("end", () => {
      const answer = answerOf(route, Buffer.concat(chunks).toString(), `http://${host}`)
      if (answer === undefined) return response.writeHead(204).end()
      const contentType = typeof answer === "string" ? "application/json" : "image/png"
      return response.writeHead(200, { "content-type": contentType }).end(answer)
    })
  })
  return { origin: server.origin, requests }
})
