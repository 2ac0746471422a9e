/**
 * When the simulated model calls a tool: when it must (`required`, or one by name), or when the last words of the user
 * name one. After a tool has answered it writes text.
 */
import { fieldOf } from "../Handler.ts"
import { type Chance, drawHex } from "../SeededRandom.ts"
import type { SentMessage } from "./ChatTokens.ts"
import { exampleOf } from "./ExampleOfSchema.ts"

/** A tool that is going to be called. */
export interface SimulatedTool {
  readonly name: string
  readonly parameters: unknown
}

/** The tool that the answer to a request calls. */
export const toolToCall = (request: unknown, messages: ReadonlyArray<SentMessage>): SimulatedTool | undefined => {
  const tools = fieldOf(request, "tools")
  const choice = fieldOf(request, "tool_choice")
  const last = messages.at(-1)
  if (!Array.isArray(tools) || choice === "none" || last?.role === "tool") return undefined
  const known = tools.flatMap((tool): ReadonlyArray<SimulatedTool> => {
    const name = fieldOf(fieldOf(tool, "function"), "name")
    return typeof name === "string" ? [{ name, parameters: fieldOf(fieldOf(tool, "function"), "parameters") }] : []
  })
  const wanted = fieldOf(fieldOf(choice, "function"), "name")
  if (wanted !== undefined) return known.find(({ name }) => name === wanted)
  return choice === "required" ? known[0] : known.find(({ name }) => last?.content.includes(name) === true)
}

/** The call, as the wire has it. */
export const toolCallOf = (tool: SimulatedTool, messages: ReadonlyArray<SentMessage>, chance: Chance) => ({
  index: 0,
  id: `call_00_${drawHex(chance, "tool", 24)}`,
  type: "function",
  function: {
    name: tool.name,
    arguments: JSON.stringify(exampleOf(tool.parameters, messages.at(-1)?.content ?? ""))
  }
})
