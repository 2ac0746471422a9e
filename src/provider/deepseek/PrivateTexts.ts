/**
 * What in a conversation is the caller's own: no error, log or crash report may show a part of it. Descriptions of tools
 * are the program's, and no person's.
 */
import type { ChatMessage } from "./DeepSeek.ts"

/** The texts of all messages: what was said, thought, and handed to tools. */
export const privateTextsOf = (messages: ReadonlyArray<ChatMessage>): ReadonlyArray<string> =>
  messages.flatMap((it) =>
    it.role === "assistant"
      ? [
          it.content,
          ...(it.reasoning === undefined ? [] : [it.reasoning]),
          ...(it.toolCalls ?? []).map((call) => call.arguments)
        ]
      : [it.content]
  )
