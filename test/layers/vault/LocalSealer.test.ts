/** Sealing texts: what opens them, and what does not. */
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Home } from "../../../layers/home/Home.ts"
import * as LocalSealer from "../../../layers/vault/LocalSealer.ts"
import { Sealer } from "../../../src/vault/Sealer.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

const text = "a red fox \u{1F98A} in the snow"

const sealerIn = (folder: string) => LocalSealer.layer.pipe(Layer.fresh, Layer.provide(Layer.succeed(Home, { folder })))

const seal = (place: string) => Sealer.use((it) => it.seal(text, place))

const open = (sealed: string, place: string) => Sealer.use((it) => it.open(sealed, place))

describe("a sealed text", () => {
  it.effect("opens where it was sealed for, and shows nothing of itself", () =>
    Effect.gen(function* () {
      const sealed = yield* seal("job:1")
      assert.strictEqual(yield* open(sealed, "job:1"), text)
      assert.notInclude(Buffer.from(sealed.split(".")[2] ?? "", "base64url").toString(), "fox")
      assert.notStrictEqual(yield* seal("job:1"), sealed)
    }).pipe(Effect.provide(LocalSealer.layerMemory))
  )

  it.effect("does not open elsewhere, changed in any character, cut off, or under another key", () =>
    Effect.gen(function* () {
      const sealed = yield* seal("job:1")
      const head = sealed.lastIndexOf(".") + 1
      const changed = Array.from({ length: sealed.length - head }, (_, index) => {
        const at = head + index
        return sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1)
      })
      // The last character may hold bits that stand for nothing.
      const attempts = [
        ...changed.slice(0, -1),
        sealed.slice(0, -4),
        sealed.slice(0, head),
        "",
        `v1.00000000.${sealed.slice(head)}`
      ]
      for (const attempt of attempts) {
        assert.strictEqual((yield* Effect.flip(open(attempt, "job:1"))).problem, "Corrupt")
      }
      assert.strictEqual((yield* Effect.flip(open(sealed, "job:2"))).problem, "Corrupt")
    }).pipe(Effect.provide(LocalSealer.layerMemory))
  )
})

describe("the key of the home", () => {
  it.live("is made once, for its owner alone, by however many at once", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const sealed = yield* Effect.forEach([1, 2, 3, 4], () => Effect.provide(seal("here"), sealerIn(folder)), {
        concurrency: "unbounded"
      })
      for (const it of sealed) assert.strictEqual(yield* Effect.provide(open(it, "here"), sealerIn(folder)), text)
      assert.deepStrictEqual(readdirSync(folder), ["data.key"])
      assert.strictEqual(statSync(join(folder, "data.key")).mode & 0o777, 0o600)
    })
  )

  it.live("is refused where others can read it, with the command that mends it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.provide(seal("here"), sealerIn(folder))
      const file = join(folder, "data.key")
      chmodSync(file, 0o644)
      const { problems } = yield* Effect.flip(Effect.provide(seal("here"), sealerIn(folder)))
      assert.deepStrictEqual(problems, [
        { name: "LUDENG_HOME", problem: `${file} can be read by others`, expected: `chmod 600 ${file}` }
      ])
    })
  )

  it.live("is not made anew beside a ledger, whose jobs it could not open", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      writeFileSync(join(folder, "ledger.db"), "")
      const { problems } = yield* Effect.flip(Effect.provide(seal("here"), sealerIn(folder)))
      assert.include(problems[0]?.problem, "is missing, and ledger.db beside it was sealed under it")
      assert.deepStrictEqual(readdirSync(folder), ["ledger.db"])
    })
  )

  it.live("is never replaced: a damaged one is refused as it is", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const file = join(folder, "data.key")
      writeFileSync(file, "short", { mode: 0o600 })
      const { problems } = yield* Effect.flip(Effect.provide(seal("here"), sealerIn(folder)))
      assert.include(problems[0]?.problem, "holds no key")
      assert.strictEqual(readFileSync(file, "utf8"), "short")
    })
  )
})
