/**
 * The simulated DeepSeek: chat completions, whole or streamed, models, balance.
 *
 * What surprises about the real one is here too: thinking is on unless switched off and eats the tokens; JSON is only
 * given to a prompt that says the word, else white space to the limit; a cut answer ends with `length`.
 *
 * **Source** api-docs.deepseek.com, and the recorded answers in vercel/ai `packages/deepseek/src/chat/__fixtures__`.
 */
import * as Result from "effect/Result"
import { type Handled, type SimulatedHandler, type World } from "../Handler.ts"
import { json, type PlainAnswer, type SimulatedRequest } from "../Messages.ts"
import { drawHex, drawInt } from "../SeededRandom.ts"
import { chatCharge } from "./ChatCharge.ts"
import { type ChatQuestion, readChatQuestion } from "./ChatQuestion.ts"
import { countPrompt, tokensOf } from "./ChatTokens.ts"
import { deepSeekError, deepSeekRefusals } from "./DeepSeekErrors.ts"
import { type Completion, streamOf } from "./CompletionStream.ts"
import { exampleOf, schemaIn } from "./ExampleOfSchema.ts"
import { isCorrection, rewrittenPrompt } from "./RewrittenPrompt.ts"
import { toolCallOf } from "./ToolToCall.ts"

/** The service. */
export const deepSeekHandler: SimulatedHandler = {
  refuse: (refusal) => deepSeekRefusals[refusal],
  handle: (request, world) => {
    if (!request.hasKey) return { answer: deepSeekRefusals.unauthorized }
    switch (`${request.method} ${request.path.replace(/^\/v1(?=\/)/, "")}`) {
      case "POST /chat/completions":
        return chat(request, world)
      case "GET /models":
        return { answer: json(200, modelList) }
      case "GET /user/balance":
        return { answer: json(200, balance(world.script.scenario === "no-balance" ? "0.00" : "110.00")) }
      default:
        return { answer: deepSeekError(404, "Not Found") }
    }
  }
}

const modelList = {
  object: "list",
  data: ["deepseek-flash", "deepseek-v4-pro"].map((id) => ({ id, object: "model", owned_by: "deepseek" }))
}

const balance = (total: string) => ({
  is_available: total !== "0.00",
  balance_infos: [{ currency: "USD", total_balance: total, granted_balance: "0.00", topped_up_balance: total }]
})

const chat = (request: SimulatedRequest, world: World): Handled => {
  const question = readChatQuestion(request.body)
  if (Result.isFailure(question)) return { answer: question.failure }
  if (world.fault === "late-error") return { answer: { ...deepSeekRefusals["server-error"], status: 200 } }
  return complete(question.success, world)
}

interface Text {
  readonly content: string
  readonly finishReason: string
}

const reasoningTokens = 96

const complete = (question: ChatQuestion, world: World): Handled => {
  const { maximumTokens, messages, model } = question
  const prompt = countPrompt(messages, world.cachedPrefixes)
  const reasoning = question.isThinking ? Math.min(reasoningTokens, maximumTokens) : 0
  const { content, finishReason } = within(textOf(question, world), maximumTokens - reasoning)
  const calls = question.tool === undefined ? undefined : [toolCallOf(question.tool, question.messages, world.chance)]
  const output =
    reasoning + (calls === undefined ? (content === "" ? 0 : tokensOf(content)) : tokensOf(JSON.stringify(calls)))
  const usage = { hits: prompt.hits, misses: prompt.tokens - prompt.hits, output }
  const served = model === "deepseek-v4-pro" ? model : "deepseek-flash"
  const message = {
    role: "assistant",
    content: calls === undefined ? content : "",
    ...(calls === undefined ? {} : { tool_calls: calls }),
    ...(question.isThinking
      ? { reasoning_content: "The user wants a richer prompt; keep the subject, add light and detail." }
      : {})
  }
  const answer = {
    id: completionId(world),
    object: "chat.completion",
    created: Math.floor(world.now / 1000),
    model: served,
    choices: [{ index: 0, message, logprobs: null, finish_reason: calls === undefined ? finishReason : "tool_calls" }],
    usage: {
      prompt_tokens: prompt.tokens,
      completion_tokens: output,
      total_tokens: prompt.tokens + output,
      prompt_tokens_details: { cached_tokens: prompt.hits },
      ...(question.isThinking ? { completion_tokens_details: { reasoning_tokens: reasoning } } : {}),
      prompt_cache_hit_tokens: usage.hits,
      prompt_cache_miss_tokens: usage.misses
    },
    system_fingerprint: "fp_simulated"
  }
  return {
    answer: (question.isStreamed ? streamOf(answer, question.tellsUsage, world) : jsonAnswer(answer))({
      "x-ds-trace-id": drawHex(world.chance, "trace", 32)
    }),
    usdMicros: chatCharge(served, usage, world.now),
    newPrefixes: prompt.prefixes
  }
}

const jsonAnswer =
  (answer: Completion) =>
  (headers: Readonly<Record<string, string>>): PlainAnswer =>
    json(200, answer, headers)

const textOf = (question: ChatQuestion, world: World): Text => {
  const stop = (content: string): Text => ({ content, finishReason: "stop" })
  switch (world.fault) {
    case "content-blocked":
      return { content: "", finishReason: "content_filter" }
    case "empty-content":
      return stop("")
    case "interrupted":
      return { content: '{"prompt": "', finishReason: "insufficient_system_resource" }
  }
  const prompt = rewrittenPrompt(question.messages)
  const schema = question.wantsJson ? schemaIn(question.messages) : undefined
  if (schema !== undefined) return stop(JSON.stringify(exampleOf(schema, prompt)))
  const isToldJson = question.messages.some(({ content }) => /json/i.test(content))
  if (!isToldJson) return stop(question.wantsJson ? "\n".repeat(question.maximumTokens * 4 + 1) : prompt)
  // A mistake that is pointed out is not repeated.
  if (world.fault === "missing-fields" && !isCorrection(question.messages))
    return stop(JSON.stringify({ text: prompt }))
  const answer = JSON.stringify({ prompt })
  return stop(world.fault === "code-fence" ? `\`\`\`json\n${answer}\n\`\`\`` : answer)
}

/** Cuts a text at the tokens that are left for it. */
const within = (text: Text, tokens: number): Text => {
  if (tokensOf(text.content) <= tokens) return text
  const kept = new TextDecoder().decode(new TextEncoder().encode(text.content).subarray(0, Math.max(0, tokens) * 4))
  return { content: kept.replace(/\uFFFD$/, ""), finishReason: "length" }
}

const completionId = (world: World): string => {
  const digits = drawHex(world.chance, "id", 28)
  const variant = "89ab"[drawInt(world.chance, "id/variant", 0, 3)] ?? "8"
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(12, 15)}-${variant}${digits.slice(15, 18)}-${digits.slice(16, 28)}`
}
