/**
 * Why somebody is not let in. Every refusal that time will change says when it is worth coming back.
 */
import type { StorageFailed } from "../../../schemas/Reason.ts"

/** **Units** `retryAfterMillis` in milliseconds from now. */
export type Refusal =
  | { readonly _tag: "RateLimitExceeded"; readonly retryAfterMillis: number }
  | { readonly _tag: "QueueFull"; readonly retryAfterMillis: number }
  | { readonly _tag: "CircuitOpen"; readonly retryAfterMillis?: number }
  | { readonly _tag: "Isolated" }
  | { readonly _tag: "DeadlineExceeded" }
  | typeof StorageFailed.Type
