/** What is put on the wire, to the byte, and what comes back of it. */
import { readFileSync } from "node:fs"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Settings } from "../../../../schemas/Settings.ts"
import type { ChatRequest, DeepSeek } from "../../../../src/provider/deepseek/DeepSeek.ts"
import { endpointUrl, make } from "../../../../src/provider/deepseek/DeepSeekClient.ts"
import { TransportFailed } from "../../../../src/transport/TransportFailed.ts"
import { type ScriptStep, scriptedTransport } from "../../../support/ScriptedTransport.ts"

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/deepseek/${name}.json`, import.meta.url), "utf8"))

const settings = Schema.decodeUnknownSync(Settings)({}).deepseek
const key = "sk-canary-0123456789abcdef"
const prompt = "CANARY a red fox in the snow"
const attempt = { number: 1, timeout: Duration.seconds(12), key: Redacted.make(key) }

const request: ChatRequest = {
  model: "deepseek-flash",
  messages: [
    { role: "system", content: "You rewrite prompts. Answer in json." },
    { role: "user", content: prompt }
  ],
  temperature: 1.3,
  maximumTokens: 856,
  thinking: false,
  answerFormat: "json"
}

const clientOf = (script: ReadonlyArray<ScriptStep>) => {
  const transport = scriptedTransport(script)
  const use = <A, E>(body: (client: DeepSeek["Service"]) => Effect.Effect<A, E>) =>
    Effect.flatMap(make, body).pipe(Effect.provide(transport.layer))
  return { use, requests: transport.requests }
}

describe("DeepSeekClient", () => {
  it.effect("a chat is these bytes, this URL, this key and this origin", () =>
    Effect.gen(function* () {
      const { requests, use } = clientOf([{ body: fixture("chat"), headers: { "x-ds-trace-id": "t1" } }])
      const answer = yield* use((it) => it.chat(request, settings, attempt))
      assert.strictEqual(
        requests[0]?.body,
        `{"model":"deepseek-flash","messages":[{"role":"system","content":"You rewrite prompts. Answer in json."},{"role":"user","content":"${prompt}"}],"thinking":{"type":"disabled"},"temperature":1.3,"max_tokens":856,"response_format":{"type":"json_object"},"stream":false}`
      )
      assert.deepInclude(requests[0], {
        provider: "deepseek",
        operation: "chat",
        method: "POST",
        url: "https://api.deepseek.com/chat/completions",
        timeout: Duration.seconds(12),
        maximumBytes: 4 * 1024 * 1024
      })
      const credential = requests[0]?.credential
      assert.strictEqual(credential?.origin, "https://api.deepseek.com")
      assert.strictEqual(credential?.scheme, "Bearer")
      assert.strictEqual(credential === undefined ? undefined : Redacted.value(credential.key), key)
      assert.deepInclude(answer, { model: "deepseek-flash", finishReason: "stop", providerRequestId: "t1" })
    })
  )

  it.effect("thinking and plain text are said on the wire", () =>
    Effect.gen(function* () {
      const { requests, use } = clientOf([{ body: fixture("chat") }])
      yield* use((it) => it.chat({ ...request, thinking: true, answerFormat: "text" }, settings, attempt))
      assert.include(requests[0]?.body, '"thinking":{"type":"enabled"}')
      assert.include(requests[0]?.body, '"response_format":{"type":"text"}')
    })
  )

  it.effect("an answer that names no model has the one that was asked for", () =>
    Effect.gen(function* () {
      const { use } = clientOf([{ body: { choices: [{ message: { content: "x" }, finish_reason: "stop" }] } }])
      const answer = yield* use((it) => it.chat(request, settings, attempt))
      assert.deepInclude(answer, { id: undefined, model: "deepseek-flash", providerRequestId: undefined })
    })
  )

  it.each([
    ["https://api.deepseek.com", "/chat/completions", "https://api.deepseek.com/chat/completions"],
    ["https://api.deepseek.com/", "/chat/completions", "https://api.deepseek.com/chat/completions"],
    ["https://api.deepseek.com/v1", "/chat/completions", "https://api.deepseek.com/v1/chat/completions"],
    ["https://api.deepseek.com/v1/", "/models", "https://api.deepseek.com/v1/models"],
    ["https://api.deepseek.com/v1", "/user/balance", "https://api.deepseek.com/user/balance"],
    ["http://127.0.0.1:8080/deepseek", "/user/balance", "http://127.0.0.1:8080/deepseek/user/balance"]
  ])("below %s the path %s is %s", (base, path, url) => {
    assert.strictEqual(endpointUrl(base, path), url)
  })

  it.effect("models and balance are free probes without a body", () =>
    Effect.gen(function* () {
      const { requests, use } = clientOf([{ body: fixture("models") }, { body: fixture("balance") }])
      yield* use((client) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* client.models(settings, attempt), ["deepseek-flash", "deepseek-v4-pro"])
          assert.deepStrictEqual(yield* client.balance(settings, attempt), {
            isAvailable: true,
            balances: [{ currency: "CNY", total: "110.00" }]
          })
        })
      )
      assert.deepStrictEqual(
        requests.map((it) => [it.operation, it.method, it.url, it.body]),
        [
          ["probe", "GET", "https://api.deepseek.com/models", undefined],
          ["probe", "GET", "https://api.deepseek.com/user/balance", undefined]
        ]
      )
    })
  )

  it.effect("a probe's answer in another form is malformed, and quotes the schema", () =>
    Effect.gen(function* () {
      const { use } = clientOf([{ body: { data: [{ name: "x" }] } }, { body: { is_available: "yes" } }])
      yield* use((client) =>
        Effect.gen(function* () {
          const models = yield* Effect.flip(client.models(settings, attempt))
          assert.deepInclude(models.reason, {
            _tag: "MalformedResponse",
            problem: "data.0.id: missing, expected a string"
          })
          const balance = yield* Effect.flip(client.balance(settings, attempt))
          assert.deepInclude(balance.reason, { problem: "is_available: expected true or false" })
        })
      )
    })
  )

  it.effect("without a key none is sent, and the attempt's observer hears of the exchange", () =>
    Effect.gen(function* () {
      const heard: Array<string> = []
      const observer = { onSend: () => heard.push("sent"), onFirstByte: () => heard.push("answered") }
      const { requests, use } = clientOf([{ body: fixture("models") }])
      yield* use((it) => it.models(settings, { number: 1, timeout: Duration.seconds(10), observer }))
      assert.isFalse("credential" in (requests[0] ?? {}))
      assert.deepStrictEqual(heard, ["sent", "answered"])
    })
  )

  it.effect("an exchange that breaks is an attempt that failed, sent or not", () =>
    Effect.gen(function* () {
      const lost = { _tag: "ConnectionLost", phase: "body", code: "ECONNRESET" } as const
      const refused = { _tag: "ConnectionRefused", host: "api.deepseek.com" } as const
      const { use } = clientOf([
        new TransportFailed({ reason: lost, wasSent: true, status: 200 }),
        new TransportFailed({ reason: refused, wasSent: false })
      ])
      yield* use((client) =>
        Effect.gen(function* () {
          const first = yield* Effect.flip(client.chat(request, settings, attempt))
          assert.deepInclude(first, { reason: lost, outcome: "Unknown", status: 200, operation: "chat" })
          const second = yield* Effect.flip(client.chat(request, settings, attempt))
          assert.deepInclude(second, { reason: refused, outcome: "NotSent" })
        })
      )
    })
  )

  it.effect.each([200, 400, 401, 402, 403, 404, 422, 429, 500, 503])(
    "a canary in key and prompt is in no part of a failure, though a %i echoes both",
    (status) =>
      Effect.gen(function* () {
        const echo = `your key ${key} and your prompt ${prompt}`
        const bodies = [{ error: { message: echo, type: echo, code: echo } }, { error: echo }, echo, { choices: echo }]
        for (const body of bodies) {
          const { use } = clientOf([{ status, body, headers: { "content-type": echo } }])
          const exit = yield* Effect.exit(use((it) => it.chat(request, settings, attempt)))
          const cause = exit._tag === "Failure" ? exit.cause : assert.fail("it failed")
          const failure = Cause.squash(cause) as Error
          const told = [
            failure.message,
            failure.stack,
            JSON.stringify(failure),
            inspect(failure, { depth: 9 }),
            Cause.pretty(cause)
          ]
          for (const text of told) {
            assert.notInclude(text, "CANARY")
            assert.notInclude(text, key.slice(0, 8))
          }
        }
      })
  )
})
