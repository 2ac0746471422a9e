/**
 * The wire format of DeepSeek's chat completion, with the vendor's field names.
 *
 * The answer is read leniently: only what we use is described. Ignored on purpose: `object`, `created`,
 * `system_fingerprint`, `logprobs`, `reasoning_content`, `tool_calls`, and every field we do not know.
 *
 * **Source** api-docs.deepseek.com (chat completion, JSON mode, pricing) and the recorded answers in
 * github.com/vercel/ai `packages/deepseek/src/chat/__fixtures__`, read 2026-11-23.
 */
import * as Schema from "effect/Schema"

/** The body of a request. */
export const DeepSeekChatRequest = Schema.Struct({
  model: Schema.String,
  messages: Schema.Array(
    Schema.Struct({
      role: Schema.Literals(["system", "user", "assistant", "tool"]),
      content: Schema.String,
      /** Of a `tool`. */
      tool_call_id: Schema.optionalKey(Schema.String),
      /** Of an `assistant`. */
      tool_calls: Schema.optionalKey(Schema.Array(Schema.Unknown)),
      reasoning_content: Schema.optionalKey(Schema.String)
    })
  ),
  /** Enabled by default at DeepSeek; while it is on `temperature` has no effect and `max_tokens` counts reasoning too. */
  thinking: Schema.Struct({ type: Schema.Literals(["enabled", "disabled"]) }),
  /** 0 to 2. */
  temperature: Schema.Finite,
  /** Above 0, to 1; without effect while thinking is on. */
  top_p: Schema.optionalKey(Schema.Finite),
  /** 1 to 384 000. */
  max_tokens: Schema.Int,
  /** `json_object` needs the word "json" and an example in a message. */
  response_format: Schema.Struct({ type: Schema.Literals(["text", "json_object"]) }),
  /** At most 128, in the OpenAI form. */
  tools: Schema.optionalKey(Schema.Array(Schema.Unknown)),
  tool_choice: Schema.optionalKey(Schema.Unknown),
  stream: Schema.Boolean,
  stream_options: Schema.optionalKey(Schema.Struct({ include_usage: Schema.Boolean }))
})
export interface DeepSeekChatRequest extends Schema.Schema.Type<typeof DeepSeekChatRequest> {}

const TokenCount = Schema.optionalKey(Schema.NullOr(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))))

/** Every field may be missing. `prompt_tokens` is the sum of `prompt_cache_hit_tokens` and `prompt_cache_miss_tokens`. */
export const DeepSeekUsage = Schema.Struct({
  prompt_tokens: TokenCount,
  completion_tokens: TokenCount,
  prompt_cache_hit_tokens: TokenCount,
  prompt_cache_miss_tokens: TokenCount,
  prompt_tokens_details: Schema.optionalKey(Schema.NullOr(Schema.Struct({ cached_tokens: TokenCount })))
})
export interface DeepSeekUsage extends Schema.Schema.Type<typeof DeepSeekUsage> {}

const Choice = Schema.Struct({
  message: Schema.Struct({ content: Schema.NullOr(Schema.String).annotate({ expected: "a string or null" }) }),
  /** `stop`, `length`, `content_filter`, `tool_calls`, `insufficient_system_resource`; others are not ruled out. */
  finish_reason: Schema.NullOr(Schema.String).annotate({ expected: "a string or null" })
})

/** A chat completion. `usage` is decoded apart from the rest: a strange count must not spoil an answer that was paid. */
export const DeepSeekChatAnswer = Schema.Struct({
  id: Schema.optionalKey(Schema.NullOr(Schema.String)),
  model: Schema.optionalKey(Schema.NullOr(Schema.String)),
  choices: Schema.NonEmptyArray(Choice),
  usage: Schema.optionalKey(Schema.Unknown)
})
export interface DeepSeekChatAnswer extends Schema.Schema.Type<typeof DeepSeekChatAnswer> {}
