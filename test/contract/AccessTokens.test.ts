import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs"
import * as path from "node:path"
import { makeHomeAccessTokens } from "../../layers/access/HomeAccessTokens.ts"
import * as MemoryAccessTokens from "../../layers/access/MemoryAccessTokens.ts"
import { Owner } from "../../schemas/Identifiers.ts"
import { AccessTokens } from "../../src/access/AccessTokens.ts"
import { filesBelow, temporaryFolder } from "../support/TemporaryFolder.ts"
import { accessTokensContract } from "./AccessTokensContract.ts"

describe("AccessTokens in the home", () => {
  accessTokensContract(
    Effect.gen(function* () {
      const home = path.join(yield* temporaryFolder, "home")
      return [yield* makeHomeAccessTokens({ home }), yield* makeHomeAccessTokens({ home })] as const
    })
  )

  it.effect("writes nothing until there is a token, and then for its user alone", () =>
    Effect.gen(function* () {
      const home = path.join(yield* temporaryFolder, "home")
      const tokens = yield* makeHomeAccessTokens({ home })
      yield* tokens.isOpen
      yield* tokens.list
      assert.isFalse(fs.existsSync(home))
      yield* tokens.add({ owner: Owner.make("ann") })
      for (const file of yield* filesBelow(home))
        assert.strictEqual(fs.statSync(path.join(home, file)).mode & 0o077, 0, file)
    })
  )

  it.effect("keeps no secret: neither the token nor its end is in any file", () =>
    Effect.gen(function* () {
      const home = path.join(yield* temporaryFolder, "home")
      const tokens = yield* makeHomeAccessTokens({ home })
      const { token } = yield* tokens.add({ owner: Owner.make("ann") })
      yield* tokens.identify(token)
      const secret = Redacted.value(token).slice(-43)
      for (const file of yield* filesBelow(home)) {
        const text = fs.readFileSync(path.join(home, file), "latin1")
        assert.notInclude(text, secret)
        assert.notInclude(text, Buffer.from(secret, "base64url").toString("latin1"))
      }
    })
  )

  it.effect("fails, and opens to nobody, where the database is damaged", () =>
    Effect.gen(function* () {
      const home = yield* temporaryFolder
      fs.writeFileSync(path.join(home, "access.db"), "no database at all".repeat(100))
      const tokens = yield* makeHomeAccessTokens({ home })
      assert.strictEqual((yield* Effect.flip(tokens.isOpen))._tag, "StorageFailed")
    })
  )
})

describe("AccessTokens in memory", () => {
  accessTokensContract(
    Effect.map(Layer.build(Layer.fresh(MemoryAccessTokens.layer)), (context) => {
      const tokens = Context.get(context, AccessTokens)
      return [tokens, tokens] as const
    })
  )
})
