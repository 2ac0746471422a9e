/**
 * The wire format of one chunk of a streamed completion, with the vendor's field names. The chunks are the `data` of
 * server-sent events; `[DONE]` stands in place of the last one.
 *
 * Read leniently: only what we use is described. `usage` comes on the chunk with `finish_reason`, or on one of its own
 * with no choices; it is decoded apart. Ignored on purpose: `object`, `created`, `system_fingerprint`, `logprobs`.
 *
 * **Source** the recorded chunks in github.com/vercel/ai `packages/deepseek/src/chat/__fixtures__` (`deepseek-text`,
 * `deepseek-reasoning`, `deepseek-tool-call`), read 2026-11-23.
 */
import * as Schema from "effect/Schema"

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

const ToolCallDelta = Schema.Struct({
  index: Schema.optionalKey(Schema.Int),
  id: Text,
  function: Schema.optionalKey(Schema.NullOr(Schema.Struct({ name: Text, arguments: Text })))
})

const Delta = Schema.Struct({
  content: Text,
  /** Only while thinking is on, before `content`. */
  reasoning_content: Text,
  tool_calls: Schema.optionalKey(Schema.NullOr(Schema.Array(ToolCallDelta)))
})

/** One chunk. */
export const DeepSeekChunk = Schema.Struct({
  id: Text,
  model: Text,
  choices: Schema.Array(
    Schema.Struct({ delta: Schema.optionalKey(Schema.NullOr(Delta)), finish_reason: Text })
  ).annotate({ expected: "a list of choices" }),
  usage: Schema.optionalKey(Schema.Unknown)
})
export interface DeepSeekChunk extends Schema.Schema.Type<typeof DeepSeekChunk> {}
