/**
 * What Effect AI asks a model, as a chat request of DeepSeek. Files and pictures are refused: DeepSeek's chat takes text.
 */
import * as Result from "effect/Result"
import type * as LanguageModel from "effect/ai/LanguageModel"
import type * as Prompt from "effect/ai/Prompt"
import * as Tool from "effect/ai/Tool"
import type { InputRejected } from "../../schemas/Reason.ts"
import { checkChat } from "../../src/chat/CheckChat.ts"
import type { ChatMessage, ChatRequest, ChatTool, ChatToolCall } from "../../src/provider/deepseek/DeepSeek.ts"

type Asked = LanguageModel.ProviderOptions

const noFiles = (index: number): typeof InputRejected.Type => ({
  _tag: "InputRejected",
  field: `prompt.content.${index}`,
  problem: "holds a file or a picture",
  expected: "text: DeepSeek's chat takes nothing else"
})

const textOf = (parts: ReadonlyArray<{ readonly type: string; readonly text?: string }>, type: "text" | "reasoning") =>
  parts.map((it) => (it.type === type ? (it.text ?? "") : "")).join("")

const callsOf = (message: Prompt.AssistantMessage): ReadonlyArray<ChatToolCall> =>
  message.content.flatMap((it) =>
    it.type === "tool-call" ? [{ id: it.id, name: it.name, arguments: JSON.stringify(it.params) }] : []
  )

const messagesOf = (message: Prompt.Message): ReadonlyArray<ChatMessage> | undefined => {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: message.content }]
    case "user":
      return message.content.some((it) => it.type !== "text")
        ? undefined
        : [{ role: "user", content: textOf(message.content, "text") }]
    case "assistant": {
      if (message.content.some((it) => it.type === "file")) return undefined
      const toolCalls = callsOf(message)
      const reasoning = textOf(message.content, "reasoning")
      const results = message.content.flatMap((it): ReadonlyArray<ChatMessage> =>
        it.type === "tool-result" ? [{ role: "tool", toolCallId: it.id, content: JSON.stringify(it.result) }] : []
      )
      const said: ChatMessage = {
        role: "assistant",
        content: textOf(message.content, "text"),
        ...(toolCalls.length === 0 ? {} : { toolCalls }),
        ...(toolCalls.length === 0 || reasoning === "" ? {} : { reasoning })
      }
      return [said, ...results]
    }
    case "tool":
      return message.content.flatMap((it): ReadonlyArray<ChatMessage> =>
        it.type === "tool-result" ? [{ role: "tool", toolCallId: it.id, content: JSON.stringify(it.result) }] : []
      )
  }
}

/**
 * JSON mode needs the word "json" in a message; the schema itself DeepSeek does not take, so that it is told in words.
 * **Source** the guide on JSON output, read 2026-11-23.
 */
const schemaMessage = (format: Extract<Asked["responseFormat"], { readonly type: "json" }>): ChatMessage => ({
  role: "system",
  content: `Answer with one json object and nothing else. It must fit this JSON schema:\n${JSON.stringify(
    Tool.getJsonSchemaFromSchema(format.schema)
  )}`
})

const toolsOf = ({ toolChoice, tools }: Asked): Pick<ChatRequest, "tools" | "toolChoice"> => {
  const allowed: ReadonlyArray<string> | undefined =
    typeof toolChoice === "object" && "oneOf" in toolChoice ? toolChoice.oneOf : undefined
  const offered = tools.filter((it) => allowed === undefined || allowed.includes(it.name))
  if (offered.length === 0) return {}
  const described = offered.map((tool): ChatTool => ({
    name: tool.name,
    description: Tool.getDescription(tool),
    parameters: Tool.getJsonSchema(tool)
  }))
  if (typeof toolChoice === "string") return { tools: described, toolChoice }
  return {
    tools: described,
    toolChoice: "tool" in toolChoice ? { name: toolChoice.tool } : (toolChoice.mode ?? "auto")
  }
}

/** The request, with these settings of the model; or what of it DeepSeek does not take. */
export const chatQuestion = (
  asked: Asked,
  settings: Pick<ChatRequest, "model" | "temperature" | "topP" | "maximumTokens" | "thinking">
): Result.Result<ChatRequest, typeof InputRejected.Type> => {
  const messages: Array<ChatMessage> = asked.responseFormat.type === "json" ? [schemaMessage(asked.responseFormat)] : []
  for (const [index, message] of asked.prompt.content.entries()) {
    const more = messagesOf(message)
    if (more === undefined) return Result.fail(noFiles(index))
    messages.push(...more)
  }
  const answerFormat = asked.responseFormat.type === "json" ? "json" : "text"
  return checkChat({ ...settings, messages, answerFormat, ...toolsOf(asked) })
}
