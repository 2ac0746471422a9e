/**
 * Reads what a row of the chain says.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type AuditEntry, AuditRow } from "../../schemas/Audit.ts"
import type { ChainRow } from "./Chain.ts"
import type { RowFacts } from "./VerifyChain.ts"

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(AuditRow))

/** The kind of a row that can not be read: it was not written so. */
export const unreadable = "Unreadable"

/** The entry of a row. What is no row has the kind `Unreadable`, and hides no other; `verify` says what happened to it. */
export const entryOf = ({ at, content, sequence }: ChainRow): AuditEntry => ({
  sequence,
  row: Result.getOrElse(decode(content), () => ({ kind: unreadable, at }))
})

/** What a verification must know of a row; `undefined` for what is none. */
export const factsOf = (content: string): (RowFacts & { readonly bodies: unknown }) | undefined => {
  try {
    const row: unknown = JSON.parse(content)
    if (typeof row !== "object" || row === null) return undefined
    const field = (name: string): unknown => Reflect.get(row, name)
    const found = field("found")
    const tellsBreak = (field("kind") === "ChainBroken" || field("kind") === "RowsRemoved") && typeof found === "string"
    return { at: field("at"), callId: field("callId"), bodies: field("bodies"), found: tellsBreak ? found : undefined }
  } catch {
    return undefined
  }
}
