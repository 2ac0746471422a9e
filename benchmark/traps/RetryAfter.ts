/**
 * A server that refuses each caller's first request with 429 and a hint, and answers the second; and what it saw.
 */
import * as http from "node:http"
import { answerBody } from "../stub/Answer.ts"

/** A form of the hint. `floor` is the earliest second request after the first answer. **Units** milliseconds. */
export interface HintForm {
  readonly name: string
  readonly headers: () => Readonly<Record<string, string>>
  readonly floor: number
  readonly expects: "wait" | "no retry at once" | "give up"
}

const httpDate = (inMillis: number) => new Date(Date.now() + inMillis).toUTCString()

/** The forms. Dates have whole seconds: one second less is still right. */
export const hintForms: ReadonlyArray<HintForm> = [
  { name: "1", headers: () => ({ "retry-after": "1" }), floor: 1_000, expects: "wait" },
  { name: "1.5", headers: () => ({ "retry-after": "1.5" }), floor: 1_500, expects: "wait" },
  { name: "date-in-2-s", headers: () => ({ "retry-after": httpDate(2_000) }), floor: 1_000, expects: "wait" },
  { name: "milliseconds-700", headers: () => ({ "retry-after-ms": "700" }), floor: 700, expects: "wait" },
  {
    name: "date-long-ago",
    headers: () => ({ "retry-after": httpDate(-3_600_000) }),
    floor: 10,
    expects: "no retry at once"
  },
  { name: "negative", headers: () => ({ "retry-after": "-5" }), floor: 10, expects: "no retry at once" },
  { name: "NaN", headers: () => ({ "retry-after": "NaN" }), floor: 10, expects: "no retry at once" },
  { name: "a-day", headers: () => ({ "retry-after": "86400" }), floor: 0, expects: "give up" }
]

/** Callers of each form, all at once. */
export const callers = 6

/** The text that a caller's request has in it. */
export const callerText = (caller: number): string => `caller-${caller} asks for a red fox`

/** What came of each form. **Units** `gaps` in milliseconds from a caller's first answer to its second request. */
export interface SeenByServer {
  readonly url: (form: HintForm) => string
  readonly gaps: (form: HintForm) => ReadonlyArray<number>
}

/** Serves until the process ends. */
export const serveHints = async (): Promise<SeenByServer> => {
  const firstAnswers = new Map<string, number>()
  const gaps = new Map<string, number>()
  const server = http.createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const form = hintForms.find((it) => request.url?.startsWith(`/${it.name}/`) === true)
      const caller = /caller-\d+/.exec(Buffer.concat(chunks).toString())?.[0] ?? "nobody"
      const key = `${form?.name} ${caller}`
      const firstAt = firstAnswers.get(key)
      if (form !== undefined && firstAt === undefined) {
        firstAnswers.set(key, performance.now())
        response.writeHead(429, { "content-type": "application/json", ...form.headers() })
        response.end(JSON.stringify({ error: { message: "Rate limit reached", type: "rate_limit", code: "429" } }))
        return
      }
      if (firstAt !== undefined && !gaps.has(key)) gaps.set(key, performance.now() - firstAt)
      response.writeHead(200, { "content-type": "application/json" }).end(answerBody)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    url: ({ name }) => `http://127.0.0.1:${port}/${name}`,
    gaps: ({ name }) => [...gaps].filter(([key]) => key.startsWith(`${name} `)).map(([, gap]) => gap)
  }
}
