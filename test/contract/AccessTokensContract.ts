/** What every `AccessTokens` does, wherever it keeps its tokens. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { Owner } from "../../schemas/Identifiers.ts"
import { TokenId } from "../../schemas/Token.ts"
import type { AccessTokens } from "../../src/access/AccessTokens.ts"

type Tokens = AccessTokens["Service"]

const ann = Owner.make("ann")

/** `make` gives an empty store, and a second program's view of the same one. */
export const accessTokensContract = (make: Effect.Effect<readonly [Tokens, Tokens], never, Scope.Scope>): void => {
  it.effect("is open until the first token, and never again, though it is revoked", () =>
    Effect.gen(function* () {
      const [tokens] = yield* make
      assert.isTrue(yield* tokens.isOpen)
      const { record } = yield* tokens.add({ owner: ann })
      assert.isFalse(yield* tokens.isOpen)
      yield* tokens.revoke(record.id)
      assert.isFalse(yield* tokens.isOpen)
    })
  )

  it.effect("knows a bearer by the whole token alone", () =>
    Effect.gen(function* () {
      const [tokens] = yield* make
      const { record, token } = yield* tokens.add({ owner: ann, scopes: ["use", "operate"], name: "a program" })
      const bearer = Option.getOrThrow(yield* tokens.identify(token))
      assert.deepStrictEqual(bearer, { tokenId: record.id, owner: ann, scopes: ["use", "operate"] })
      const text = Redacted.value(token)
      const other = Redacted.value((yield* tokens.add({ owner: ann })).token)
      const flipped = text.at(-2) === "A" ? "B" : "A"
      const wrong = [
        "",
        text.slice(0, -1),
        `${text}A`,
        ` ${text}`,
        text.slice(0, -2) + flipped + text.slice(-1),
        text.slice(0, 20) + other.slice(20),
        text.toUpperCase(),
        `ludeng_${"0".repeat(12)}_${text.slice(20)}`
      ]
      for (const it of wrong) assert.isTrue(Option.isNone(yield* tokens.identify(Redacted.make(it))), it)
    })
  )

  it.effect("lets a token in until it expires, to the millisecond", () =>
    Effect.gen(function* () {
      const [tokens] = yield* make
      const { token } = yield* tokens.add({ owner: ann, expiresAt: 60_000 })
      yield* TestClock.adjust(59_999)
      assert.isTrue(Option.isSome(yield* tokens.identify(token)))
      yield* TestClock.adjust(1)
      assert.isTrue(Option.isNone(yield* tokens.identify(token)))
    })
  )

  it.effect("tells every program at once of what one of them has changed", () =>
    Effect.gen(function* () {
      const [tokens, other] = yield* make
      assert.isTrue(yield* other.isOpen)
      const { record, token } = yield* tokens.add({ owner: ann })
      assert.isFalse(yield* other.isOpen)
      assert.isTrue(Option.isSome(yield* other.identify(token)))
      assert.isTrue(Option.isSome(yield* tokens.revoke(record.id)))
      assert.isTrue(Option.isNone(yield* other.identify(token)))
      assert.isTrue(Option.isNone(yield* other.revoke(record.id)))
      assert.isTrue(Option.isNone(yield* tokens.revoke(TokenId.make("0".repeat(12)))))
    })
  )

  it.effect("lists every token there ever was, with its last use to the hour", () =>
    Effect.gen(function* () {
      const [tokens, other] = yield* make
      const { token } = yield* tokens.add({ owner: ann })
      const second = yield* tokens.add({ owner: Owner.make("bob"), scopes: ["operate"] })
      yield* TestClock.adjust(1_000)
      yield* tokens.identify(token)
      yield* TestClock.adjust(1_000)
      yield* tokens.identify(token)
      yield* tokens.revoke(second.record.id)
      const [first, revoked] = yield* other.list
      assert.strictEqual(first?.lastUsedAt, 1_000)
      assert.strictEqual(revoked?.revokedAt, 2_000)
      yield* TestClock.adjust(3_600_000)
      yield* tokens.identify(token)
      assert.strictEqual((yield* tokens.list)[0]?.lastUsedAt, 3_602_000)
    })
  )
}
