import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Live from "../../../layers/Live.ts"
import type { Services } from "../../../layers/Services.ts"
import type { ImageProtocolName } from "../../../schemas/Provider.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { DeepSeek } from "../../../src/provider/deepseek/DeepSeek.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { libraryVersion } from "../../../src/transport/UserAgent.ts"
import * as HostHttpClient from "../../contract/HostHttpClient.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"
import { providerServer, type RecordedRequest } from "./ProviderServer.ts"

const userAgent = ["user-agent", `ludeng-providers/${libraryVersion}`] as const
const accept = ["accept", "application/json"] as const
const contentType = ["content-type", "application/json"] as const
const asked = (key: string) => [accept, ["authorization", `Bearer ${key}`], userAgent] as const
const sent = (key: string) => [accept, ["authorization", `Bearer ${key}`], contentType, userAgent] as const
const download = [["accept", "image/*"], userAgent] as const

const chat = {
  "POST /deepseek/chat/completions": sent("sk-deepseek"),
  "GET /deepseek/models": asked("sk-deepseek"),
  "GET /deepseek/user/balance": asked("sk-deepseek")
}
const expected: Readonly<Record<ImageProtocolName, Readonly<Record<string, RecordedRequest["headers"]>>>> = {
  nanobananaapi: {
    ...chat,
    "POST /nanobananaapi/generate-2": sent("banana-key"),
    "GET /nanobananaapi/record-info": asked("banana-key"),
    "GET /files/picture.png": download
  },
  generic: {
    ...chat,
    "POST /generic/generate": sent("banana-key"),
    "GET /generic/jobs/quick": asked("banana-key"),
    "DELETE /generic/jobs/endless": asked("banana-key"),
    "GET /files/picture.png": download
  }
}

const askDeepSeek = Effect.gen(function* () {
  const { deepseek } = (yield* LiveSettings.use((it) => it.current)).settings
  const key = deepseek.apiKey
  const attempt = { number: 1, timeout: Duration.seconds(10), ...(key === undefined ? {} : { key }) }
  yield* PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))
  yield* DeepSeek.use((it) => it.models(deepseek, attempt))
  yield* DeepSeek.use((it) => it.balance(deepseek, attempt))
})

const generate = ImageGenerator.use((it) => it.generate({ prompt: "a red fox" }))

const submitAndCancel = Effect.gen(function* () {
  const { cancel, submit, watch } = yield* ImageGenerator
  const { id } = yield* submit({ prompt: "an endless fox" })
  yield* Stream.runDrain(
    Stream.takeUntil(watch(id), ({ state }) => state._tag === "Submitted" || state._tag === "Running")
  )
  return yield* cancel(id)
})

/** Every operation of a protocol; only one of them can cancel. */
const everyOperation: Readonly<Record<ImageProtocolName, Effect.Effect<void, unknown, Services>>> = {
  nanobananaapi: Effect.asVoid(Effect.andThen(askDeepSeek, generate)),
  generic: Effect.gen(function* () {
    yield* askDeepSeek
    yield* generate
    assert.strictEqual((yield* submitAndCancel).state._tag, "Cancelled")
  })
}

describe("The head of every request, as the server sees it", () => {
  for (const [transport, layerWith] of [
    ["our own connections", Live.layerWith],
    ["the host's HttpClient", HostHttpClient.layerWith]
  ] as const) {
    for (const protocol of ["nanobananaapi", "generic"] as const) {
      it.live(`is Authorization, Content-Type, Accept, User-Agent and no more: ${protocol} over ${transport}`, () =>
        Effect.gen(function* () {
          const { origin, requests } = yield* providerServer
          const layer = layerWith({
            deepseek: { apiKey: "sk-deepseek", baseURL: `${origin}/deepseek` },
            nanobanana: {
              apiKey: "banana-key",
              baseURL: `${origin}/${protocol}`,
              protocol,
              pollFirst: 5,
              pollCap: 10
            },
            imageDirectory: yield* temporaryFolder,
            store: "memory"
          })
          // A span that a client would tell the provider of, were it let.
          yield* everyOperation[protocol].pipe(Effect.withSpan("host"), Effect.provide(layer))
          // The endless job may have been asked after before it was cancelled.
          const mayCome = { "GET /generic/jobs/endless": asked("banana-key") }
          const allowed: Readonly<Record<string, RecordedRequest["headers"]>> = { ...expected[protocol], ...mayCome }
          for (const { headers, route } of requests) assert.deepStrictEqual([route, headers], [route, allowed[route]])
          const routes = new Set(requests.map((it) => it.route))
          assert.includeMembers([...routes], Object.keys(expected[protocol]))
        })
      )
    }
  }
})
