/**
 * Which rows of the audit an owner may read where several share a program: what he did, and what is of the program itself.
 * Pure.
 */
import type { AuditRow } from "../../schemas/Audit.ts"
import type { Owner } from "../../schemas/Identifiers.ts"
import type { TokenEvent } from "../../schemas/Token.ts"

const isOfTokens: Readonly<Record<TokenEvent["_tag"], true>> = { TokenAdded: true, TokenRevoked: true }

/**
 * Rows of his own calls and jobs; rows that have no owner (circuits, keys, settings, the audit itself); and those of tokens, which
 * tell who may come in, and nothing of what he does.
 */
export const mayRead = ({ kind, owner }: AuditRow, reader: Owner): boolean =>
  owner === undefined || owner === reader || Object.hasOwn(isOfTokens, kind)
