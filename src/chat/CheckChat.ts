/**
 * What of a conversation DeepSeek would refuse, refused before anything is spent. Pure. A text is never changed here:
 * whoever talks to a model may send what the model can be told.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { InputRejected } from "../../schemas/Reason.ts"
import { ModelName } from "../../schemas/Settings.ts"
import { validateInput } from "../input/Validate.ts"
import type { ChatRequest } from "../provider/deepseek/DeepSeek.ts"

/** The longest answer there is. **Units** tokens. **Source** api-docs.deepseek.com/quick_start/pricing, read 2026-11-23. */
export const longestAnswerTokens = 384_000

/** How the model is asked, all optional. **Units** `temperature` from 0 to 2; `topP` above 0, to 1; `maximumTokens` from 1 to 384 000. */
export const ModelOptions = Schema.Struct({
  model: Schema.optionalKey(ModelName),
  temperature: Schema.optionalKey(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 2 })).annotate({ expected: "a number from 0 to 2" })
  ),
  topP: Schema.optionalKey(
    Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1)).annotate({
      expected: "a number above 0, at most 1"
    })
  ),
  maximumTokens: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: longestAnswerTokens })).annotate({
      expected: `a whole number of tokens from 1 to ${longestAnswerTokens}`
    })
  ),
  thinking: Schema.optionalKey(Schema.Boolean)
})
export interface ModelOptions extends Schema.Schema.Type<typeof ModelOptions> {}

type Checked<A> = Result.Result<A, typeof InputRejected.Type>

/** The options, or what is wrong with them, named `options.temperature`. */
export const checkModelOptions = (options: unknown): Checked<ModelOptions> =>
  validateInput(ModelOptions, options, "options")

/** **Source** api-docs.deepseek.com/api/create-chat-completion, `tools`, read 2026-11-23. */
const mostTools = 128
const toolName = /^[A-Za-z0-9_-]{1,64}$/

const rejected = (field: string, problem: string, expected: string) =>
  Result.fail({ _tag: "InputRejected", field, problem, expected } as const)

/** The request, or what is wrong with it: messages are counted from 0, as they are sent. */
export const checkChat = (request: ChatRequest): Checked<ChatRequest> => {
  const { messages, tools = [] } = request
  if (messages.length === 0) return rejected("prompt.content", "0 messages", "at least one message")
  const broken = messages.findIndex(({ content }) => !content.isWellFormed())
  if (broken >= 0)
    return rejected(`prompt.content.${broken}`, "holds half of a surrogate pair", "text of whole characters")
  if (tools.length > mostTools) return rejected("toolkit", `${tools.length} tools`, `at most ${mostTools} tools`)
  const unnamed = tools.findIndex(({ name }) => !toolName.test(name))
  return unnamed < 0
    ? Result.succeed(request)
    : rejected(`toolkit.${unnamed}.name`, "a name that DeepSeek does not take", "1 to 64 of A-Z, a-z, 0-9, _ and -")
}
