/**
 * A request as a simulated provider sees it, and the script of its answer: what is sent when, and how it ends. Whoever
 * plays the script (`SimulatedTransport.ts`, `SimulatorServer.ts`) adds no meaning of its own.
 */
import type { Operation, Provider } from "../../schemas/Provider.ts"

/** The services that are simulated; `files` is where the image services put their results. */
export type SimulatedService = "deepseek" | "nanobananaapi" | "generic" | "files"

/** Whose service it is. */
export const providerOf = (service: SimulatedService): Provider => (service === "deepseek" ? "deepseek" : "nanobanana")

/** A request that has found its service. */
export interface SimulatedRequest {
  readonly service: SimulatedService
  readonly operation: Operation
  readonly method: string
  /** Below the service's base URL, with the query. */
  readonly path: string
  /** Whether it carries a bearer key. The key itself is not looked at. */
  readonly hasKey: boolean
  readonly body: string
  /** Below which result files are offered, without a slash at the end. */
  readonly fileBaseUrl: string
}

/** A part of a body. **Units** `afterMillis` is counted from the part before, or from the head. */
export interface Chunk {
  readonly afterMillis: number
  readonly bytes: Uint8Array
}

/**
 * How a body ends after its last chunk: whole, by a lost connection, or by blank lines without end
 * (one each `everyMillis`).
 */
export type BodyEnd =
  | { readonly _tag: "Complete" }
  | { readonly _tag: "Lost" }
  | { readonly _tag: "BlankLines"; readonly everyMillis: number; readonly line?: Uint8Array }

/** The script of an answer. **Units** `afterMillis` is counted from the request's last byte. */
export type ScriptedAnswer =
  | { readonly _tag: "Refused" }
  | { readonly _tag: "Reset"; readonly afterMillis: number }
  | { readonly _tag: "Silence" }
  | {
      readonly _tag: "Answered"
      readonly afterMillis: number
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly chunks: ReadonlyArray<Chunk>
      readonly end: BodyEnd
    }

/** What a handler answers when all goes well: timing and faults come on top. */
export interface PlainAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Where the body is a stream of events: each of them; `body` is all of them. */
  readonly events?: ReadonlyArray<Uint8Array>
}

const encoder = new TextEncoder()

/** The bytes of a text. */
export const bytesOf = (text: string): Uint8Array => encoder.encode(text)

/** An answer in JSON. */
export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): PlainAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: bytesOf(JSON.stringify(value))
})
