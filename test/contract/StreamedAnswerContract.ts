/**
 * What every transport makes of the same streamed answers of the same provider: over sockets and in process alike.
 *
 * What only sockets have (connections used again, content codings) is in `test/layers/transport/StreamContract.ts`.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { MockHandle } from "../../mock-layers/MockHandle.ts"
import type { SimulationDocument } from "../../mock-layers/simulation/Script.ts"
import { chatBody } from "../../src/provider/deepseek/ChatBody.ts"
import type { ExchangeRequest, Transport } from "../../src/transport/Transport.ts"

/** A transport, where its provider is, and the provider. */
export interface StreamedWorld {
  readonly transport: Transport["Service"]
  readonly baseUrl: string
  readonly provider: MockHandle["Service"]
}

const body = chatBody(
  {
    model: "deepseek-flash",
    messages: [{ role: "user", content: "a red fox" }],
    temperature: 1,
    maximumTokens: 500,
    thinking: false,
    answerFormat: "text"
  },
  true
)

const requestOf = (baseUrl: string, more: Partial<ExchangeRequest>): ExchangeRequest => ({
  provider: "deepseek",
  operation: "chat",
  method: "POST",
  url: `${baseUrl}/chat/completions`,
  body,
  credential: { origin: new URL(baseUrl).origin, scheme: "Bearer", key: Redacted.make("sk-of-nobody") },
  timeout: Duration.seconds(20),
  maximumBytes: 1_000_000,
  ...more
})

/** Reads an answer to its end: what came of it, and how it ended. */
const read = ({ baseUrl, transport }: StreamedWorld, more: Partial<ExchangeRequest> = {}) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { body: chunks, ...head } = yield* transport.stream(requestOf(baseUrl, more))
      const come: Array<Uint8Array> = []
      const end = yield* Effect.result(Stream.runForEach(chunks, (chunk) => Effect.sync(() => void come.push(chunk))))
      return { ...head, text: Buffer.concat(come).toString(), end }
    })
  )

const reasonOf = (end: Result.Result<void, { readonly reason: { readonly _tag: string } }>): string =>
  Result.isFailure(end) ? end.failure.reason._tag : "whole"

export const suite = (
  name: string,
  make: (simulation: SimulationDocument) => Effect.Effect<StreamedWorld, unknown, Scope.Scope>
): void => {
  const test = (
    title: string,
    simulation: SimulationDocument,
    body: (world: StreamedWorld) => Effect.Effect<void, unknown, Scope.Scope>
  ) => it.live(title, () => Effect.flatMap(make({ latency: 1, ...simulation }), body))

  describe(`${name} streams what the provider sends`, () => {
    test("to its end, and tells of sending, first byte and head, each once", {}, (world) =>
      Effect.gen(function* () {
        const told: Array<string> = []
        const answer = yield* read(world, {
          observer: {
            onSend: () => void told.push("send"),
            onFirstByte: () => void told.push("first byte"),
            onHead: () => void told.push("head")
          }
        })
        assert.strictEqual(reasonOf(answer.end), "whole")
        assert.match(answer.headers["content-type"] ?? "", /^text\/event-stream/)
        assert.match(answer.text, /^data: [\s\S]+data: \[DONE\]\n\n$/)
        assert.deepStrictEqual(told, ["send", "first byte", "head"])
      })
    )

    test("a refusal is an answer, read to its end", { faults: [{ fault: "rate-limited" }] }, (world) =>
      Effect.gen(function* () {
        const { end, status, text } = yield* read(world)
        assert.strictEqual(status, 429)
        assert.strictEqual(reasonOf(end), "whole")
        assert.isAbove(text.length, 0)
      })
    )

    test("a connection lost in the body is told, after what came", { faults: [{ fault: "truncated-body" }] }, (world) =>
      Effect.gen(function* () {
        const { end, text } = yield* read(world)
        assert.strictEqual(reasonOf(end), "ConnectionLost")
        assert.notInclude(text, "[DONE]")
      })
    )

    test("comments without end run out of time in the body", { scenario: "keep-alive-forever" }, (world) =>
      Effect.gen(function* () {
        const limit = Duration.millis(400)
        const { end } = yield* read(world, { timeout: limit })
        const failure = Result.isFailure(end) ? end.failure : assert.fail("it was whole")
        assert.deepStrictEqual(failure.reason, { _tag: "TimedOut", phase: "body", limit })
        assert.isTrue(failure.wasSent)
      })
    )

    test("a body longer than allowed ends there", {}, (world) =>
      Effect.gen(function* () {
        const { end, text } = yield* read(world, { maximumBytes: 300 })
        assert.strictEqual(reasonOf(end), "IncompleteResponse")
        assert.isAtMost(text.length, 300)
      })
    )

    test("whoever leaves after a piece leaves nothing open", { latency: 2_000 }, (world) =>
      Effect.gen(function* () {
        const first = Effect.flatMap(world.transport.stream(requestOf(world.baseUrl, {})), (answer) =>
          Stream.runCollect(Stream.take(answer.body, 1))
        )
        assert.lengthOf(yield* Effect.scoped(first), 1)
        // The other end of a socket hears of it a little later.
        const gone = Effect.flatMap(world.provider.totals, ({ inFlight }) =>
          inFlight.deepseek === 0 ? Effect.void : Effect.fail("still there")
        )
        yield* Effect.retry(
          Effect.tapError(gone, () => Effect.sleep(5)),
          { times: 400 }
        )
      })
    )

    test("a credential for another origin is a defect, and nothing is sent", {}, (world) =>
      Effect.gen(function* () {
        const credential = { origin: "https://other.test", scheme: "Bearer", key: Redacted.make("sk-canary") } as const
        const exit = yield* Effect.exit(read(world, { credential }))
        assert.isTrue(Exit.hasDies(exit))
        assert.notInclude(String(exit), "sk-canary")
        assert.deepStrictEqual(yield* world.provider.requests, [])
      })
    )
  })
}
