/**
 * How the text of an environment variable becomes a value of the settings document, and what is told to somebody whose
 * text is refused: what was expected, never the text itself, because it may be a key pasted into the wrong place.
 *
 * Ranges are checked afterwards by the schema of the field; a form only reads.
 */
import type { RateLimit } from "../../schemas/RateLimit.ts"
import { windowSeconds } from "./RateLimitProblems.ts"

/** The forms a variable's text can have. */
export type VariableForm =
  | "key"
  | "secret"
  | "webhookUrl"
  | "webhookSecret"
  | "text"
  | "url"
  | "milliseconds"
  | "longMilliseconds"
  | "count"
  | "callers"
  | "accounting"
  | "rateLimits"
  | "dollars"
  | "budget"
  | "priceFile"
  | "boolean"
  | "protocol"
  | "store"
  | "keptPrompts"
  | "providers"
  | "auditBodies"
  | "bodyBytes"
  | "storeBytes"
  | "retention"
  | "imageRetention"
  | "imageBytes"

/** The label of what must never be shown, by its form. */
const secretLabels = {
  key: "apiKey",
  secret: "vaultSecret",
  webhookUrl: "webhookUrl",
  webhookSecret: "webhookSecret"
} as const

/** Whether a text of this form is a key or another secret. */
export const isSecretForm = (form: VariableForm): form is keyof typeof secretLabels => form in secretLabels

/** What is shown in place of a secret. */
export const labelOf = (form: keyof typeof secretLabels): string => secretLabels[form]

/** What the settings document holds for a variable, before the schema has seen it. */
export type DocumentValue = string | number | boolean | ReadonlyArray<string> | ReadonlyArray<RateLimit>

/**
 * Reads a text in a form; `undefined` where it is not of that form.
 *
 * **Units** milliseconds and counts are whole numbers without sign; dollars have at most six decimals and become
 * micro-dollars; rate limits are `20/minute, 100/hour` with `second`, `minute`, `hour` or `day`, or `none`.
 */
export const readForm = (form: VariableForm, text: string): DocumentValue | undefined => {
  switch (form) {
    case "key":
    case "secret":
    case "webhookUrl":
    case "webhookSecret":
    case "text":
    case "url":
    case "protocol":
    case "store":
    case "keptPrompts":
    case "accounting":
    case "priceFile":
    case "auditBodies":
      return text
    case "milliseconds":
    case "longMilliseconds":
    case "count":
    case "callers":
    case "bodyBytes":
    case "storeBytes":
    case "retention":
    case "imageRetention":
    case "imageBytes":
      return wholeNumber(text)
    case "rateLimits":
      return rateLimits(text)
    case "dollars":
      return usdMicros(text)
    case "budget":
      return text === "none" ? text : usdMicros(text)
    case "boolean":
      return booleanWord(text)
    case "providers":
      return text.split(",").map((name) => name.trim())
  }
}

/** What a form expects, in words, with units and ranges. */
export const expectedOf = (form: VariableForm): string => expectations[form]

/** What a form expects of a value given in code, where that differs from a variable's text. */
export const expectedInDocument = (form: VariableForm): string => documentExpectations[form] ?? expectations[form]

/**
 * Whether a text stands for no key at all: nothing, white space, or the placeholder of `.env.example`.
 */
export const isNoKey = (text: string): boolean => text.trim() === "" || text.trim() === "your_api_key_here"

/**
 * Reads a switch: true, yes, on, 1 or false, no, off, 0; `undefined` where it is neither.
 */
export const booleanWord = (text: string): boolean | undefined => {
  const word = text.toLowerCase()
  return ["true", "yes", "on", "1"].includes(word)
    ? true
    : ["false", "no", "off", "0"].includes(word)
      ? false
      : undefined
}

const expectations: Readonly<Record<VariableForm, string>> = {
  key: "visible ASCII characters without spaces",
  secret: "8 to 1024 characters, or a key of 32 bytes as base64 or hexadecimal digits",
  webhookUrl: "an http or https URL without user or fragment",
  webhookSecret: "8 to 1024 characters",
  text: "a text",
  url: "an https URL (http on loopback only) without user, query or fragment",
  milliseconds: "a whole number of milliseconds from 1 to 86400000",
  longMilliseconds: "a whole number of milliseconds from 1 to 2678400000",
  count: "a whole number from 0 to 10",
  callers: "a whole number from 1 to 1000000",
  accounting: "answered or sent",
  rateLimits:
    "limits such as 20/minute, 100/hour (1 to 1000000 per second, minute, hour or day, each named once, no more in a shorter window than in a longer one), or none",
  dollars: "dollars such as 0.04, with at most six decimals",
  budget: "dollars such as 5 or 0.25, with at most six decimals, or none",
  priceFile: "the path of a JSON file with a table of prices",
  boolean: "true or false",
  protocol: "nanobananaapi or generic",
  store: "sqlite or memory",
  keptPrompts: "sealed or omitted",
  providers: "deepseek, nanobanana, or both separated by a comma",
  auditBodies: "sealed, hashed or none",
  bodyBytes: "a whole number of bytes from 0 to 4194304",
  storeBytes: "a whole number of bytes from 1048576 to 1099511627776",
  retention: "a whole number of milliseconds from 1 to 315360000000",
  imageRetention: "a whole number of milliseconds from 60000 (a minute) to 315360000000 (ten years)",
  imageBytes: "a whole number of bytes from 1 to 8796093022208"
}

const documentExpectations: { readonly [F in VariableForm]?: string } = {
  rateLimits:
    "{ requests, window } or a list of them (requests 1 to 1000000, window 1 to 2678400 seconds, each window once, no more in a shorter one than in a longer one)",
  dollars: "a whole number of micro-dollars from 0",
  budget: "a whole number of micro-dollars from 0, or none",
  priceFile: "a table of prices",
  providers: "a list of deepseek and nanobanana"
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,13}$/.test(text) ? Number(text) : undefined)

const rateLimits = (text: string): ReadonlyArray<RateLimit> | undefined => {
  if (text === "none") return []
  const limits = text.split(",").map((part) => {
    const match = /^\s*(\d{1,7})\s*\/\s*(second|minute|hour|day)\s*$/.exec(part)
    const window = windowSeconds[match?.[2] ?? ""]
    return window === undefined ? undefined : { requests: Number(match?.[1]), window }
  })
  return limits.every((limit) => limit !== undefined) ? limits : undefined
}

// Digits are moved, not multiplied: 0.29 * 1e6 is not a whole number.
const usdMicros = (text: string): number | undefined => {
  const match = /^(\d{1,6})(?:\.(\d{1,6}))?$/.exec(text)
  return match === null ? undefined : Number(`${match[1]}${(match[2] ?? "").padEnd(6, "0")}`)
}
