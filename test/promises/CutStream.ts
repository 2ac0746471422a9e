/** A recorded stream of DeepSeek, cut after any of its bytes; and what the money came to. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Mock from "../../mock-layers/Mock.ts"
import { defaultOwner } from "../../schemas/Identifiers.ts"
import { makeChatStreams, type StreamedPart } from "../../src/chat/StreamChat.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"
import { DeepSeek, type ChatRequest } from "../../src/provider/deepseek/DeepSeek.ts"
import * as DeepSeekClient from "../../src/provider/deepseek/DeepSeekClient.ts"
import { Transport } from "../../src/transport/Transport.ts"
import { TransportFailed } from "../../src/transport/TransportFailed.ts"

const question: ChatRequest = {
  model: "deepseek-flash",
  messages: [{ role: "user", content: "a red fox 🦊" }],
  temperature: 1,
  maximumTokens: 60,
  thinking: false,
  answerFormat: "text"
}

const chunk = (delta: unknown, finish: string | null = null, usage: unknown = null) =>
  `data: ${JSON.stringify({ id: "f6", model: "deepseek-flash", choices: [{ index: 0, delta, finish_reason: finish }], usage })}\n\n`

const text = ["Füchse 🦊", " im Schnee"]

/** The bytes, as DeepSeek sends them. */
export const recorded: Uint8Array = Buffer.from(
  [
    ": keep-alive\n\n",
    chunk({ role: "assistant", content: "" }),
    ...text.map((content) => chunk({ content })),
    chunk({ content: "" }, "stop", { prompt_tokens: 13, completion_tokens: 7, prompt_cache_hit_tokens: 0 }),
    "data: [DONE]\n\n"
  ].join("")
)

/** Where the answer is whole: `[DONE]` has come. */
export const wholeAt = recorded.length - 2

/** How a stream is cut: its connection is lost, or it ends as if that were all. */
export const cuts = ["lost", "ended"] as const
export type Cut = (typeof cuts)[number]

const lost = new TransportFailed({
  reason: { _tag: "ConnectionLost", phase: "body", code: "ECONNRESET" },
  wasSent: true,
  status: 200
})

const cutTransport = (after: number, cut: Cut): Transport["Service"] => ({
  isSimulated: true,
  exchange: () => Effect.die(new Error("nothing is exchanged here")),
  download: () => Effect.die(new Error("nothing is downloaded here")),
  stream: ({ observer }) =>
    Effect.sync(() => {
      observer?.onSend()
      observer?.onFirstByte()
      const come = Stream.succeed(recorded.subarray(0, after))
      const body = cut === "lost" ? Stream.concat(come, Stream.fail(lost)) : come
      return { status: 200, headers: { "content-type": "text/event-stream" }, body }
    })
})

const granted = 1_000_000

const settings = {
  budget: { perDay: granted },
  deepseek: { retryLimit: 0, rateLimit: [] }
}

/** Streams, cut there; fails where money is lost, or what came is taken for more than it is. */
export const cutStream = (after: number, cut: Cut) =>
  Effect.gen(function* () {
    const where = `${cut} after ${after} of ${recorded.length}`
    const deepSeek = yield* Effect.provideService(DeepSeekClient.make, Transport, cutTransport(after, cut))
    const { stream } = yield* Effect.provideService(makeChatStreams, DeepSeek, deepSeek)
    const heard: Array<StreamedPart> = []
    const asked = Stream.runForEach(
      stream(() => Effect.succeed(question), {}),
      (part) => Effect.sync(() => void heard.push(part))
    )
    const result = yield* Effect.result(asked)
    const totals = yield* CostLedger.use((it) => it.totals())
    const [budget] = yield* CostLedger.use((it) => it.budgets(defaultOwner))
    const said = heard.map((it) => (it._tag === "Text" ? it.text : "")).join("")
    assert.isTrue(text.join("").startsWith(said), where)
    assert.strictEqual(totals.reserved, 0, where)
    assert.strictEqual(totals.granted, totals.available + totals.reserved + totals.spent, where)
    assert.strictEqual(budget?.committedUsdMicros, totals.spent, where)
    assert.isAbove(totals.spent, 0, where)
    // A lost connection does not prove that the last event was meant to end there; an end does.
    const isWhole = after >= (cut === "lost" ? recorded.length : wholeAt)
    assert.strictEqual(Result.isSuccess(result), isWhole, where)
    const end = heard.at(-1)
    const failure = Result.isFailure(result) ? result.failure : undefined
    const settled = end?._tag === "Settled" ? end.cost : undefined
    const cost = failure?._tag === "ApiError" ? failure.cost : settled
    assert.strictEqual(cost?.usdMicros, totals.spent, where)
    assert.strictEqual(cost?.basis, isWhole ? "measured" : "estimated", where)
    assert.strictEqual(totals.estimated, isWhole ? 0 : totals.spent, where)
    assert.strictEqual(
      heard.some((it) => it._tag === "Finished"),
      isWhole,
      where
    )
    if (isWhole) assert.strictEqual(said, text.join(""), where)
    return { isWhole, spent: totals.spent }
  }).pipe(Effect.provide(Layer.fresh(Mock.layerWith({ settings }))))
