/**
 * The `openai` package, as it comes.
 */
import OpenAI from "openai"

/** Opens it. */
export const openClient = (baseURL: string) => {
  const client = new OpenAI({ apiKey: "sk-benchmark", baseURL })
  return Promise.resolve((text: string) =>
    client.chat.completions.create({ model: "deepseek-flash", messages: [{ role: "user", content: text }] })
  )
}
