import { assert, describe, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import { secretHash, tokenIdOf, tokenIn, tokenText } from "../../../src/access/TokenText.ts"
import { safeProviderText } from "../../../src/provider/ProviderText.ts"

const bytes = (count: number, seed: number) => createHash("sha512").update(`${seed}`).digest().subarray(0, count)

const tokenOf = (seed: number) => tokenText(tokenIdOf(bytes(6, seed)), bytes(32, seed + 1))

describe("the text of a token", () => {
  it("is taken apart into what it was made of, whatever its bytes", () => {
    for (let seed = 0; seed < 500; seed++) {
      const parts = tokenIn(tokenOf(seed))
      assert.strictEqual(parts?.id, tokenIdOf(bytes(6, seed)))
      assert.deepStrictEqual(Buffer.from(parts?.secret ?? "", "base64url"), Buffer.from(bytes(32, seed + 1)))
    }
  })

  it("is no longer one when anything is added, left out or written otherwise", () => {
    const token = tokenOf(1)
    for (const it of [
      "",
      token.slice(1),
      token.slice(0, -1),
      `${token}A`,
      `${token}\n`,
      token.replace("ludeng", "Ludeng")
    ])
      assert.isUndefined(tokenIn(it), JSON.stringify(it))
  })

  it("is known by its hash, and looks like a secret to what keeps secrets out of texts", () => {
    assert.strictEqual(secretHash("a").length, 32)
    assert.notDeepEqual(secretHash("a"), secretHash("b"))
    for (let seed = 0; seed < 50; seed++) assert.isUndefined(safeProviderText(`refused ${tokenOf(seed)}`, []))
  })
})
