/**
 * What every request about an image has in common, read from the settings by operation.
 */
import { hash } from "node:crypto"
import type { RequestFacts } from "../../schemas/CallEvent.ts"
import type { ImagePlan } from "../../schemas/Image.ts"
import { type Cost, noCost } from "../../schemas/Money.ts"
import { type CallPlan, keyOfAccount } from "../pipeline/Pipeline.ts"
import type { ImageAccount } from "./ImageAccount.ts"

/** The operations of an image job. */
export type ImageOperation = "submit" | "status" | "cancel" | "download"

const isTextField = (name: string): boolean => name === "prompt" || name === "style"

const plainParameters = (value: unknown): RequestFacts["parameters"] =>
  typeof value !== "object" || value === null
    ? {}
    : Object.fromEntries(Object.entries(value).filter(([name, it]) => !isTextField(name) && typeof it !== "object"))

/** The words of a person in a body: the prompt, and the style where it has a field of its own. */
const textsIn = (value: unknown): ReadonlyArray<string> =>
  typeof value !== "object" || value === null
    ? []
    : Object.entries(value).flatMap(([name, it]) => (isTextField(name) && typeof it === "string" ? [it] : []))

/** The facts of a job's paid request that may be logged. */
export const requestFactsOf = (plan: ImagePlan): RequestFacts => ({
  fieldLengths: Object.fromEntries(
    Object.entries(plan.body).map(([name, value]) => [
      name,
      (typeof value === "string" ? value : JSON.stringify(value)).length
    ])
  ),
  bodySha256: hash("sha256", JSON.stringify(plan.body)),
  parameters: { ...plainParameters(plan.body), ...plainParameters(plan.body["parameters"]) }
})

/** A call plan without its attempt. */
export type ImageCallPlan = Omit<CallPlan<unknown>, "attempt" | "cost"> & { readonly cost: () => Cost }

/**
 * All of a call plan but the attempt itself: it passes the doors of the account, and carries its key. The price of the
 * image is held by its job, not by its requests.
 */
export const imageCallPlan = (
  plan: Pick<ImagePlan, "body">,
  facts: RequestFacts,
  { scope, settings }: ImageAccount,
  operation: ImageOperation
): ImageCallPlan => ({
  provider: "nanobanana",
  operation,
  scope,
  payment: operation === "submit" ? "paidSubmit" : "free",
  request: facts,
  attemptTimeout: settings.attemptTimeout[operation],
  retryLimit: settings.retryLimits[operation] ?? settings.retryLimit,
  backoffBase: settings.backoffBase,
  backoffCap: settings.backoffCap,
  privateTexts: [...textsIn(plan.body), ...textsIn(plan.body["parameters"])],
  bound: noCost,
  cost: () => noCost,
  ...(operation === "download" ? {} : { key: keyOfAccount(scope, settings.baseURL) })
})
