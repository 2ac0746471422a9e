/**
 * What `ludeng tokens …` does.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { makeHomeAccessTokens } from "../../layers/access/HomeAccessTokens.ts"
import { homeProblem } from "../../layers/home/Home.ts"
import { inspectSettings } from "../../layers/settings/EnvironmentSettings.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { ConfigurationError } from "../../schemas/Settings.ts"
import type { TokenId } from "../../schemas/Token.ts"
import type { TokenWanted } from "../../src/access/AccessTokens.ts"
import { standingOf } from "../../src/access/TokenStanding.ts"
import { UsageFailed } from "./Outcome.ts"
import { Session } from "./Session.ts"
import { auditTokens } from "./TokenAudit.ts"
import { tokenTable } from "./TokenText.ts"

/** A token as the command line asks for it. **Units** milliseconds. */
export interface TokenAsked extends Omit<TokenWanted, "expiresAt"> {
  readonly lifetimeMillis: number | undefined
}

/** Makes a token; its text is all that goes to standard output. **Errors** `ConfigurationError` that names the home. */
export const addToken = Effect.fnUntraced(function* ({ lifetimeMillis, ...asked }: TokenAsked) {
  const { isJson, screen } = yield* Session
  const { settings, tokens } = yield* opened
  const at = yield* Clock.currentTimeMillis
  const wanted = lifetimeMillis === undefined ? asked : { ...asked, expiresAt: at + lifetimeMillis }
  const { record, token } = yield* usable(tokens.add(wanted))
  const text = Redacted.value(token)
  screen.result(isJson ? JSON.stringify({ token: text, added: record }) : text)
  if (!isJson) {
    screen.line(`✔ ${record.id} for ${record.owner}, scopes ${record.scopes.join(",")}`)
    screen.line("  it is shown this once; send it as: Authorization: Bearer …")
  }
  const { id: tokenId, owner, scopes } = record
  yield* auditTokens(settings, { _tag: "TokenAdded", tokenId, owner, scopes, at })
}, Effect.scoped)

/** Shows every token. **Errors** as `addToken`. */
export const listTokens = Effect.scoped(
  Effect.gen(function* () {
    const { tokens } = yield* opened
    const now = yield* Clock.currentTimeMillis
    const records = yield* usable(tokens.list)
    yield* print({ tokens: records.map((it) => ({ ...it, state: standingOf(it, now) })) }, tokenTable(records, now))
  })
)

/** Revokes a token. **Errors** as `addToken`; `UsageFailed` where there is none of that id that could be revoked. */
export const revokeToken = Effect.fnUntraced(function* (id: TokenId) {
  const { settings, tokens } = yield* opened
  const revoked = yield* usable(tokens.revoke(id))
  if (Option.isNone(revoked))
    return yield* new UsageFailed({ message: `${id} is no token, or is revoked already: see ludeng tokens list` })
  const { owner, revokedAt: at = 0 } = revoked.value
  yield* print({ revoked: id }, [`✔ ${id} lets nobody in any more`])
  yield* auditTokens(settings, { _tag: "TokenRevoked", tokenId: id, owner, at })
}, Effect.scoped)

const opened = Effect.gen(function* () {
  const { problems, settings } = yield* inspectSettings()
  if (problems.length > 0) return yield* new ConfigurationError({ problems })
  return { settings, tokens: yield* makeHomeAccessTokens(settings) }
})

const usable = <A>(step: Effect.Effect<A, typeof StorageFailed.Type>) =>
  Effect.mapError(step, ({ detail }) =>
    homeProblem(`can not keep tokens: ${detail}`, "a folder that can be written to")
  )

const print = (object: unknown, lines: ReadonlyArray<string>) =>
  Effect.map(Session, ({ isJson, screen }) => screen.result(isJson ? JSON.stringify(object) : lines.join("\n")))
