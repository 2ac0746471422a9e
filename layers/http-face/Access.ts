/**
 * Who may do what. `open` is for a server without tokens: everybody is the owner `default`, and may do all.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  type AccessScope,
  Authorization,
  CurrentBearer,
  MayOperate,
  MayUse
} from "../../schemas/http-face/Middleware.ts"
import { defaultOwner } from "../../schemas/Identifiers.ts"
import { refuse } from "../../src/http-face/Refuse.ts"

const needs = (scope: AccessScope) =>
  Effect.flatMap(CurrentBearer, ({ scopes }) =>
    scopes.includes(scope) ? Effect.void : refuse("ScopeMissing", `the token does not have the scope ${scope}`)
  )

/** The scopes that the groups ask for. */
export const scopes: Layer.Layer<MayUse | MayOperate> = Layer.mergeAll(
  Layer.succeed(MayUse, (handled) => Effect.andThen(needs("use"), handled)),
  Layer.succeed(MayOperate, (handled) => Effect.andThen(needs("operate"), handled))
)

/** Nobody is asked for a token. Only for a server that listens on this machine alone. */
export const open: Layer.Layer<Authorization> = Layer.succeed(Authorization, {
  bearer: Effect.provideService(CurrentBearer, { owner: defaultOwner, scopes: ["use", "operate"] })
})
