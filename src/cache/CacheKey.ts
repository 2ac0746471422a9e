/**
 * The name under which a response is kept: a SHA-256 over everything that decides what the answer may be, and over
 * whose answer it is. Two calls share an answer, or a flight, exactly when their keys are equal.
 *
 * The encoding is a fixed list of fields, each with its length before it: the order of the caller's fields does not
 * matter, absent and `undefined` are the same, and no two different lists run together into one text.
 */
import { hash } from "node:crypto"
import * as Brand from "effect/Brand"
import type { Owner } from "../../schemas/Identifiers.ts"
import type { EnhancementAsk } from "../enhancement/Templates.ts"
import type { ModelChoice } from "../provider/deepseek/Models.ts"

/** The hash of a request and its owner. **Units** 64 lower-case hexadecimal digits. */
export type CacheKey = string & Brand.Brand<"CacheKey">

/** Takes a text for a key: for stores that read their own rows, and for tests. Keys are made by `cacheKey`. */
export const CacheKey = Brand.nominal<CacheKey>()

/**
 * What a key is made of.
 *
 * **Details** `schemaVersion` counts the forms of the stored value, `templateVersion` is the hash of what the model is
 * told. `isSimulated` keeps the simulation's answers out of live calls where both use one store: their base URL is the
 * same. `thinking` is part of the model: it changes the answer. In `request` the defaults are filled in; no `focus` is
 * an empty one.
 *
 * **Units** those of `EnhancementAsk`; `schemaVersion` counts from 1.
 */
export interface CacheKeyParts {
  readonly schemaVersion: number
  readonly templateVersion: string
  readonly model: ModelChoice["model"]
  readonly thinking: ModelChoice["thinking"]
  readonly baseURL: string
  readonly isSimulated: boolean
  readonly owner: Owner
  readonly request: Omit<EnhancementAsk, "notes">
}

/** The key of a request, in about a microsecond. */
export const cacheKey = (parts: CacheKeyParts): CacheKey => {
  const { maximumCharacters, mode, parameters, prompt } = parts.request
  const { creativity, focus = noFocus, length } = parameters
  const text =
    numbered(parts.schemaVersion) +
    sized(parts.templateVersion) +
    sized(parts.model) +
    flag(parts.thinking) +
    sized(parts.baseURL) +
    flag(parts.isSimulated) +
    sized(parts.owner) +
    sized(mode) +
    numbered(length) +
    numbered(creativity) +
    numbered(maximumCharacters) +
    numbered(focus.length) +
    focus.map(sized).join("") +
    sized(prompt)
  // UTF-8 has one replacement for every half of a surrogate pair; JSON tells them apart, and begins unlike any list.
  return CacheKey(hash("sha256", text.isWellFormed() ? text : JSON.stringify(text), "hex"))
}

const noFocus: ReadonlyArray<string> = []

const sized = (text: string): string => `${text.length}:${text}`

const numbered = (value: number | undefined): string => (value === undefined ? "-" : `${value};`)

const flag = (value: boolean): string => (value ? "+" : "-")
