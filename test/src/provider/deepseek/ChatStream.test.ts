import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { hash } from "node:crypto"
import type { ChatPart } from "../../../../src/provider/deepseek/DeepSeek.ts"
import { ChatStream } from "../../../../src/provider/deepseek/ChatStream.ts"
import { chanceOf, drawInt } from "../../../../mock-layers/simulation/SeededRandom.ts"

const chunk = (delta: unknown, finish: string | null = null, usage: unknown = null) =>
  `data: ${JSON.stringify({ id: "f6", model: "deepseek-flash", choices: [{ index: 0, delta, finish_reason: finish }], usage })}`

const recorded = (lineEnd: string) =>
  [
    ": keep-alive",
    "",
    chunk({ role: "assistant", content: "" }),
    "",
    chunk({ content: "Füchse 🦊 " }),
    "",
    ": keep-alive",
    "",
    chunk({ content: "im Schnee" }),
    "",
    chunk({ content: "" }, "stop", { prompt_tokens: 13, completion_tokens: 4, prompt_cache_hit_tokens: 0 }),
    "",
    "data: [DONE]",
    "",
    ""
  ].join(lineEnd)

const head = { status: 200, headers: { "content-type": "text/event-stream" } }
const reader = () => new ChatStream(head, { operation: "chat", secrets: () => [], nowMillis: 0 }, "deepseek-flash")

/** Reads it in these pieces, then its end. */
const readAll = (pieces: ReadonlyArray<Uint8Array>) => {
  const stream = reader()
  const parts: Array<ChatPart> = []
  for (const piece of pieces) {
    const read = stream.feed(piece)
    if (Result.isFailure(read)) return { parts, failure: read.failure, isDone: stream.isDone }
    parts.push(...read.success)
  }
  if (stream.isDone) return { parts, failure: undefined, isDone: true }
  const end = stream.end()
  if (Result.isFailure(end)) return { parts, failure: end.failure, isDone: stream.isDone }
  return { parts: [...parts, ...end.success], failure: undefined, isDone: stream.isDone }
}

const bytesOf = (text: string) => new TextEncoder().encode(text)

describe("ChatStream", () => {
  for (const [name, lineEnd] of [
    ["LF", "\n"],
    ["CRLF", "\r\n"],
    ["CR", "\r"]
  ] as const) {
    const bytes = bytesOf(recorded(lineEnd))
    const whole = readAll([bytes])

    it(`${name}: reads a recorded stream`, () => {
      assert.isUndefined(whole.failure)
      assert.deepStrictEqual(
        whole.parts.map((it) => (it._tag === "Text" ? it.text : it._tag)),
        ["Füchse 🦊 ", "im Schnee", "Finished"]
      )
    })

    it(`${name}: gives the same parts however the bytes are cut`, () => {
      for (let size = 1; size <= 7; size++) {
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size)
        )
        assert.deepStrictEqual(readAll(pieces), whole)
      }
      for (let seed = 0; seed < 200; seed++) {
        const chance = chanceOf(seed, "cut")
        const pieces: Array<Uint8Array> = []
        for (let at = 0; at < bytes.length;) {
          const length = drawInt(chance, `${pieces.length}`, 1, 60)
          pieces.push(bytes.subarray(at, at + length))
          at += length
        }
        assert.deepStrictEqual(readAll(pieces), whole)
      }
    })

    it(`${name}: a stream that is cut at any byte before [DONE] is never taken for whole`, () => {
      const done = new TextDecoder().decode(bytes).indexOf("[DONE]")
      const doneAt = bytesOf(recorded(lineEnd).slice(0, done)).length + "[DONE]".length
      for (let cut = 0; cut < bytes.length; cut++) {
        const { failure, isDone, parts } = readAll([bytes.subarray(0, cut)])
        assert.strictEqual(isDone, cut >= doneAt, `cut at ${cut}`)
        assert.strictEqual(parts.at(-1)?._tag === "Finished", cut >= doneAt)
        if (cut < doneAt) assert.include(["EmptyResponse", "IncompleteResponse"], failure?.reason._tag)
      }
    })
  }

  it("takes usage from a chunk without choices, too", () => {
    const text = [
      chunk({ content: "x" }, "stop"),
      `data: {"choices":[],"usage":{"prompt_tokens":3}}`,
      "data: [DONE]",
      ""
    ]
    const last = readAll([bytesOf(text.join("\n\n"))]).parts.at(-1)
    assert.strictEqual(last?._tag === "Finished" ? last.usage.promptTokens : 0, 3)
  })

  for (const [name, lines, reason] of [
    ["[DONE] without a finish_reason", [chunk({ content: "x" }), "data: [DONE]"], "IncompleteResponse"],
    [
      "an interrupted inference",
      [chunk({ content: "x" }, "insufficient_system_resource"), "data: [DONE]"],
      "IncompleteResponse"
    ],
    ["a stop without text", [chunk({ content: " " }, "stop"), "data: [DONE]"], "EmptyResponse"],
    ["a chunk that is no JSON", ["data: {oops"], "MalformedResponse"],
    ["a chunk of another form", [`data: {"choices":7}`], "MalformedResponse"],
    ["an error in place of a chunk", [`data: {"error":{"message":"Insufficient Balance"}}`], "InsufficientBalance"],
    ["an event without end", [`data: ${"x".repeat(1_100_000)}`], "MalformedResponse"]
  ] as const) {
    it(`${name} is a failure`, () => {
      assert.strictEqual(readAll([bytesOf(`${lines.join("\n\n")}\n\n`)]).failure?.reason._tag, reason)
    })
  }

  it("an error after content does not say that nothing was processed", () => {
    const error = `data: {"error":{"message":"Rate limit reached"}}`
    assert.strictEqual(readAll([bytesOf(`${error}\n\n`)]).failure?.outcome, "Refused")
    assert.strictEqual(readAll([bytesOf(`${chunk({ content: "x" })}\n\n${error}\n\n`)]).failure?.outcome, "Unknown")
  })

  for (const keptBytes of [0, 1, 70, 100, 10_000]) {
    it(`keeps ${keptBytes} bytes of the body at most, whole letters, and the hash of it all`, () => {
      const bytes = bytesOf(recorded("\n"))
      for (let size = 1; size <= 9; size++) {
        const stream = new ChatStream(
          head,
          { operation: "chat", secrets: () => [], nowMillis: 0 },
          "deepseek-flash",
          keptBytes
        )
        for (let at = 0; at < bytes.length; at += size) stream.feed(bytes.subarray(at, at + size))
        const { body, whole } = stream.answer
        assert.isAtMost(body.length, keptBytes)
        assert.isTrue(new TextDecoder("utf-8", { fatal: true }).decode(body).length <= keptBytes)
        assert.deepStrictEqual(Buffer.from(body), Buffer.from(bytes.subarray(0, body.length)))
        assert.isTrue(body.length >= Math.min(keptBytes - 3, bytes.length))
        assert.deepStrictEqual(whole, { bytes: bytes.length, sha256: hash("sha256", bytes, "hex") })
      }
    })
  }
})
