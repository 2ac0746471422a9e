/**
 * Finds out who asks the HTTP face: by the bearer token, or, where no token was ever made, by being on this machine.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import { Authorization, CurrentBearer } from "../../schemas/http-face/Middleware.ts"
import type { HttpProblem } from "../../schemas/http-face/Problem.ts"
import { defaultOwner } from "../../schemas/Identifiers.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { AccessTokens } from "../../src/access/AccessTokens.ts"
import { makeFailedSignIns } from "../../src/access/FailedSignIns.ts"
import { refusedWhileOpen } from "../../src/access/OpenFace.ts"
import { refuse } from "../../src/http-face/Refuse.ts"
import { untilRevoked } from "./UntilRevoked.ts"

/** What is given for a caller without a token, while there is none to have. */
const everything = { owner: defaultOwner, scopes: ["use", "operate"] } as const

/**
 * The middleware.
 *
 * **Errors** `Unauthenticated` (401) without a good token, `TooManyFailures` (429, with the time to wait) after ten wrong
 * ones in a minute, `Forbidden` (403) from elsewhere while there is no token, `TokensUnreadable` (503) where the store fails.
 */
export const layer: Layer.Layer<Authorization, never, AccessTokens> = Layer.effect(
  Authorization,
  Effect.gen(function* () {
    const tokens = yield* AccessTokens
    const failures = makeFailedSignIns()

    const whoAsks = Effect.fnUntraced(function* (credential: Redacted.Redacted<string>) {
      const { headers, remoteAddress } = yield* HttpServerRequest
      if (yield* readable(tokens.isOpen)) {
        const refused = refusedWhileOpen({ headers, remoteAddress: Option.getOrUndefined(remoteAddress) })
        return refused === undefined ? everything : yield* refuse("Forbidden", refused)
      }
      if (Redacted.value(credential) === "") return yield* refuse("Unauthenticated", "a bearer token is asked for")
      const bearer = yield* readable(tokens.identify(credential))
      if (Option.isSome(bearer)) return bearer.value
      const address = Option.getOrElse(remoteAddress, () => "")
      const waitMillis = failures.failed(address, yield* Clock.currentTimeMillis)
      return yield* waitMillis === 0
        ? refuse("Unauthenticated", "the token is not known, has expired, or was revoked")
        : refuse("TooManyFailures", "too many wrong tokens came from this address", {
            retryAfter: Math.ceil(Duration.toSeconds(Duration.millis(waitMillis)))
          })
    })

    /** A store that can not be read now takes nothing away from whoever was let in. */
    const isStillLet = (credential: Redacted.Redacted<string>, wasOpen: boolean) =>
      Effect.orElseSucceed(wasOpen ? tokens.isOpen : Effect.map(tokens.identify(credential), Option.isSome), () => true)

    return {
      bearer: (handled, { credential }) =>
        Effect.flatMap(whoAsks(credential), (bearer) =>
          Effect.map(Effect.provideService(handled, CurrentBearer, bearer), (response) =>
            untilRevoked(response, isStillLet(credential, bearer === everything))
          )
        )
    }
  })
)

/** Nobody is let in by a store that can not be asked; what is wrong with it is the operator's to read. */
const readable = <A>(asked: Effect.Effect<A, typeof StorageFailed.Type>): Effect.Effect<A, HttpProblem> =>
  Effect.catch(asked, ({ detail, problem }) =>
    Effect.andThen(
      Effect.annotateLogs(Effect.logError("the tokens can not be read"), { problem, detail }),
      refuse("TokensUnreadable", "the tokens can not be read now", { retryAfter: 5 })
    )
  )
