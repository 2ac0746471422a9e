/**
 * Short ways to ask a simulation, for tests.
 */
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Operation, Provider } from "../../../schemas/Provider.ts"
import type { ExchangeRequest } from "../../../src/transport/Transport.ts"
import type { ScriptedAnswer, SimulatedRequest } from "../../../mock-layers/simulation/Messages.ts"
import { type SimulationDocument, SimulationOptions } from "../../../mock-layers/simulation/Script.ts"
import { Simulation } from "../../../mock-layers/simulation/Simulation.ts"

export const simulate = (options: SimulationDocument = {}): Simulation =>
  new Simulation(Schema.decodeUnknownSync(SimulationOptions)(options))

export const fileBaseUrl = "https://files.test/r"

const base: SimulatedRequest = {
  service: "deepseek",
  operation: "chat",
  method: "POST",
  path: "/chat/completions",
  hasKey: true,
  body: "",
  fileBaseUrl
}

export const chatBody = (change: Readonly<Record<string, unknown>> = {}) => ({
  model: "deepseek-flash",
  messages: [
    { role: "system", content: 'Answer in json: {"prompt": "..."}' },
    { role: "user", content: "a cat in space" }
  ],
  thinking: { type: "disabled" },
  max_tokens: 800,
  response_format: { type: "json_object" },
  ...change
})

export const chat = (change: Readonly<Record<string, unknown>> = {}): SimulatedRequest => ({
  ...base,
  body: JSON.stringify(chatBody(change))
})

export const request = (change: Partial<SimulatedRequest>): SimulatedRequest => ({ ...base, ...change })

export const submit = (body: unknown = { prompt: "a cat" }, path = "/generate-2"): SimulatedRequest => ({
  ...base,
  service: "nanobananaapi",
  operation: "submit",
  path,
  body: JSON.stringify(body)
})

export const recordInfo = (query: string): SimulatedRequest => ({
  ...base,
  service: "nanobananaapi",
  operation: "status",
  method: "GET",
  path: `/record-info${query}`
})

export const generic = (method: string, path: string, body?: unknown): SimulatedRequest => ({
  ...base,
  service: "generic",
  operation: method === "POST" ? "submit" : method === "GET" ? "status" : "cancel",
  method,
  path,
  body: body === undefined ? "" : JSON.stringify(body)
})

export const download = (url: string): SimulatedRequest => ({
  ...base,
  service: "files",
  operation: "download",
  method: "GET",
  path: url.replace(fileBaseUrl, "/r"),
  hasKey: false
})

export interface WholeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  readonly text: string
  readonly json: JsonValue
}

/** The answer of a simulation, put together; fails the test when it is not whole. */
export const whole = (answer: ScriptedAnswer): WholeAnswer => {
  if (answer._tag !== "Answered" || answer.end._tag !== "Complete")
    throw new Error(`not a whole answer: ${answer._tag}`)
  const bytes = Buffer.concat(answer.chunks.map((chunk) => chunk.bytes))
  const text = bytes.length < 100_000 ? bytes.toString("utf8") : ""
  return { status: answer.status, headers: answer.headers, bytes, text, json: parsed(text) }
}

const parsed = (text: string): JsonValue => {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** An exchange as the library asks for it. */
export const exchange = (
  provider: Provider,
  operation: Operation,
  method: ExchangeRequest["method"],
  url: string,
  body?: unknown,
  change: Partial<ExchangeRequest> = {}
): ExchangeRequest => ({
  provider,
  operation,
  method,
  url,
  credential: { origin: new URL(url).origin, scheme: "Bearer", key: Redacted.make("canary-key") },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  timeout: Duration.seconds(20),
  maximumBytes: 4 * 1024 * 1024,
  ...change
})

/** JSON that a test reads into without asking at each step. */
export interface JsonValue {
  readonly [field: string]: JsonValue
}
