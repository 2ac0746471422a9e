/** The command `ludeng simulate`, as the official SDK reads it: a process of its own, real sockets. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import OpenAI from "openai"
import { type SimulatorProcess, startSimulator } from "../support/SimulatorProcess.ts"

describe("ludeng simulate", () => {
  let simulator: SimulatorProcess
  beforeAll(async () => {
    simulator = await startSimulator(["--latency", "5"])
  })
  afterAll(() => simulator.stop())

  const client = () => new OpenAI({ apiKey: "canary-key", baseURL: simulator.baseUrls.deepseek, maxRetries: 0 })
  const question = { model: "deepseek-flash", messages: [{ role: "user", content: "a red fox" }] } as const

  it("streams text, finish and usage to the official SDK", async () => {
    const stream = await client().chat.completions.create({
      ...question,
      messages: [...question.messages],
      stream: true,
      stream_options: { include_usage: true }
    })
    let text = ""
    const finishes: Array<string> = []
    let tokens = 0
    let chunks = 0
    for await (const chunk of stream) {
      const [choice] = chunk.choices
      text += choice?.delta.content ?? ""
      if (choice?.finish_reason) finishes.push(choice.finish_reason)
      tokens = chunk.usage?.total_tokens ?? tokens
      chunks += 1
    }
    assert.include(text, "a red fox")
    assert.deepStrictEqual(finishes, ["stop"])
    assert.isAbove(tokens, 0)
    assert.isAbove(chunks, 3)
  })

  it("lets whoever has enough leave in the middle, and serves the next", async () => {
    const stream = await client().chat.completions.create({
      ...question,
      messages: [...question.messages],
      stream: true
    })
    for await (const chunk of stream) {
      assert.isAtLeast(chunk.choices.length, 1)
      break
    }
    const whole = await client().chat.completions.create({ ...question, messages: [...question.messages] })
    assert.include(whole.choices[0]?.message.content ?? "", "a red fox")
  })
})
