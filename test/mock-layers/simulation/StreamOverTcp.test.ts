import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Layer from "effect/Layer"
import OpenAI from "openai"
import * as HttpClientTransport from "../../../layers/transport/HttpClientTransport.ts"
import * as UndiciTransport from "../../../layers/transport/UndiciTransport.ts"
import * as SimulatorServer from "../../../mock-layers/simulation/SimulatorServer.ts"
import * as DeepSeekClient from "../../../src/provider/deepseek/DeepSeekClient.ts"
import { Settings } from "../../../schemas/Settings.ts"
import * as Schema from "effect/Schema"

it.live("the official SDK reads the simulated stream: text, finish and usage", () =>
  Effect.gen(function* () {
    const { baseUrls } = yield* SimulatorServer.make({ latency: 5 })
    const answer = yield* Effect.promise(async () => {
      const client = new OpenAI({ apiKey: "canary-key", baseURL: baseUrls.deepseek, maxRetries: 0 })
      const stream = await client.chat.completions.create({
        model: "deepseek-flash",
        messages: [{ role: "user", content: "a red fox" }],
        stream: true,
        stream_options: { include_usage: true }
      })
      let text = ""
      let finish: string | null = null
      let tokens = 0
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? ""
        finish = chunk.choices[0]?.finish_reason ?? finish
        tokens = chunk.usage?.total_tokens ?? tokens
      }
      return { text, finish, tokens }
    })
    assert.include(answer.text, "a red fox")
    assert.strictEqual(answer.finish, "stop")
    assert.isAbove(answer.tokens, 0)
  })
)

const settings = (baseURL: string) => Schema.decodeUnknownSync(Settings)({ deepseek: { baseURL } }).deepseek

for (const [name, layer] of [
  ["undici", UndiciTransport.layer],
  ["a host's client", Layer.provide(HttpClientTransport.layer, NodeHttpClient.layerUndici)]
] as const) {
  it.live(`our client reads the simulated stream over ${name}`, () =>
    Effect.gen(function* () {
      const { baseUrls } = yield* SimulatorServer.make({ latency: 5 })
      const { stream } = yield* DeepSeekClient.make
      const parts = yield* Stream.runCollect(
        stream(
          {
            model: "deepseek-flash",
            messages: [{ role: "user", content: "a red fox" }],
            temperature: 1,
            maximumTokens: 500,
            thinking: false,
            answerFormat: "text"
          },
          settings(baseUrls.deepseek),
          { number: 1, timeout: Duration.seconds(20), key: Redacted.make("canary-key") }
        )
      )
      assert.include(parts.map((it) => (it._tag === "Text" ? it.text : "")).join(""), "a red fox")
      assert.strictEqual(parts.at(-1)?._tag, "Finished")
    }).pipe(Effect.provide(layer))
  )
}
