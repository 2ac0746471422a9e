/**
 * The HTTP face under the sweep for secrets: a key, a token, a prompt and a wrong token are planted, every endpoint is asked, rightly
 * and wrongly, and everything that is answered, logged or kept on the disk is searched.
 *
 * The prompt is its owner's: it may stand in what the owner alone is answered, and nowhere else in clear. Where it is sent as
 * the name of a setting, whoever sent it is told that there is no setting of that name. An idempotency key is a name, and
 * kept as it is.
 */
import * as fs from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Canary, canaryOf, canarySearch } from "../../mock-layers/leaks/Canaries.ts"
import { startSimulator } from "../support/SimulatorProcess.ts"
import { runBeside, startServerProcess } from "../support/ServerProcess.ts"
import { temporaryFolder } from "../support/TemporaryFolder.ts"
import { documentOf } from "../layers/server/DocumentedAnswers.ts"
import { operationsOf } from "../layers/server/RequestsOf.ts"

const key = canaryOf("key", "httpkey")
const prompt = canaryOf("prompt", "httpprom")

interface Heard {
  readonly where: string
  readonly text: string
  readonly isOwners: boolean
}

describe("nothing of a key, a token or a prompt comes out of the HTTP face", () => {
  it.live("in answers, headers, logs, audit and files, whatever is asked", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { baseUrls } = yield* Effect.acquireRelease(
        Effect.promise(() => startSimulator(["--latency", "2"])),
        (simulator) => Effect.promise(() => simulator.stop())
      )
      const variables = {
        DEEPSEEK_API_KEY: key.text,
        DEEPSEEK_BASE_URL: baseUrls.deepseek,
        NANOBANANA_API_KEY: key.text,
        NANOBANANA_BASE_URL: baseUrls.generic,
        NANOBANANA_PROTOCOL: "generic",
        NANOBANANA_POLL_FIRST: "5",
        NANOBANANA_POLL_CAP: "20",
        LUDENG_IMAGE_DIRECTORY: "images",
        LUDENG_LOG_LEVEL: "trace"
      }
      const tokenOf = (owner: string) =>
        Effect.map(runBeside(folder, variables, ["tokens", "add", "--owner", owner, "--scope", "use,operate"]), (out) =>
          out.trim()
        )
      const [mine, others] = [yield* tokenOf("ann"), yield* tokenOf("bob")]
      const secretsOf = (token: string): Canary => ({ kind: "key", text: `sk-${token.slice(-43)}` })
      const tokens = [secretsOf(mine), secretsOf(others)]
      const server = yield* startServerProcess(folder, variables)
      const heard: Array<Heard> = []

      const ask = (method: string, path: string, token: string, body?: string, more: Record<string, string> = {}) =>
        Effect.promise(async () => {
          const response = await fetch(`${server.url}${path}`, {
            method,
            headers: {
              authorization: `Bearer ${token}`,
              prefer: "wait=20",
              ...(body === undefined ? {} : { "content-type": "application/json" }),
              ...more
            },
            ...(body === undefined ? {} : { body }),
            signal: AbortSignal.timeout(30_000)
          })
          const isStream = (response.headers.get("content-type") ?? "").startsWith("text/event-stream")
          const text = isStream ? await firstOf(response) : Buffer.from(await response.arrayBuffer()).toString("latin1")
          const where = `${method} ${path.split("?")[0]} ${response.status}`
          heard.push({ where, text, isOwners: token === mine && response.status < 300 })
          heard.push({ where: `${where} headers`, text: JSON.stringify([...response.headers]), isOwners: false })
          return { status: response.status, text }
        })

      const words = `${prompt.text} under a violet sky`
      const made = yield* ask("POST", "/v1/images", mine, JSON.stringify({ prompt: words }))
      const { jobId = "" } = JSON.parse(made.text) as { readonly jobId?: string }
      assert.strictEqual(made.status, 200, made.text)
      yield* ask("POST", "/v1/images", mine, JSON.stringify({ prompt: words.repeat(300) }))
      const bodies = [
        JSON.stringify({ prompt: words }),
        JSON.stringify({ [words]: words, prompt: 1 }),
        `{"prompt":"${words}`,
        JSON.stringify({ prompt: `${words}\ud800` }),
        JSON.stringify({ deepseek: { apiKey: key.text } }),
        `${mine}${words}`
      ]
      for (const { method, path, requestBody } of operationsOf(yield* documentOf(server.url))) {
        const ids = [jobId, encodeURIComponent(words), mine]
        for (const [index, body] of (requestBody === undefined ? [undefined] : bodies).entries()) {
          const asked = path
            .replace("{scope}", index === 0 ? "deepseek" : encodeURIComponent(words))
            .replace("{operation}", "chat")
            .replace(/\{\w+\}/g, () => ids[index % ids.length] ?? "")
          // A circuit that is taken apart would end the sweep.
          if (path.endsWith("/isolate") && index === 0) continue
          for (const token of [mine, others, `${mine.slice(0, -1)}!`])
            yield* ask(
              method,
              `${asked}?before=${encodeURIComponent(words)}&token=${mine}`,
              token,
              token === others ? body?.replaceAll(words, "a hare") : body
            )
          yield* ask(method, asked, mine, body, { "idempotency-key": `key-${index}`, "x-request-id": mine })
        }
      }
      for (const path of ["/openapi.json", "/docs", "/", `/${words}`, `/${mine}`])
        yield* ask("GET", encodeURI(path), mine)
      yield* searchFiles(folder, heard, "while it runs")
      yield* server.end("SIGTERM")
      const { error, out } = server.said()
      heard.push({ where: "standard output", text: out, isOwners: false })
      heard.push({ where: "standard error", text: error, isOwners: false })
      heard.push({
        where: "audit",
        text: yield* runBeside(folder, variables, ["audit", "list", "--json"]),
        isOwners: false
      })
      yield* searchFiles(folder, heard, "after its end")

      const secrets = canarySearch([key, ...tokens])
      const prompts = canarySearch([prompt])
      const leaks = heard.flatMap(({ isOwners, text, where }) => [
        ...secrets(text).map(({ kind }) => `${kind} in ${where}`),
        ...(isOwners || where === "PATCH /admin/settings 422"
          ? []
          : prompts(text).map(({ kind }) => `${kind} in ${where}`))
      ])
      assert.deepStrictEqual([...new Set(leaks)], [])
      assert.isAbove(heard.length, 300)
      assert.isTrue(heard.some(({ isOwners, text }) => isOwners && prompts(text).length > 0))
    })
  )
})

/** What an event stream begins with. */
const firstOf = async (response: Response): Promise<string> => {
  const reader = response.body?.getReader()
  const chunk = await reader?.read()
  await reader?.cancel()
  return Buffer.from(chunk?.value ?? new Uint8Array()).toString("latin1")
}

const searchFiles = (folder: string, heard: Array<Heard>, when: string) =>
  Effect.promise(async () => {
    for (const entry of await fs.readdir(folder, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name)
      if (!entry.isFile()) continue
      const text = await fs.readFile(file, "latin1").catch(() => "")
      heard.push({ where: `${file.slice(folder.length)} ${when}`, text: `${file}\n${text}`, isOwners: false })
    }
  })
