import { assert, describe, it } from "@effect/vitest"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { changeVault, rewrapVault } from "../../../layers/vault/Vault.ts"
import { filesBelow } from "../../support/TemporaryFolder.ts"
import { canary, cheap, hexKey, openedTexts, passphrase, recordOf, textOf, vaultOfTwo } from "./VaultWorld.ts"

/** Lets the program go on for so many turns of the event loop. */
const turns = (count: number) =>
  Effect.promise(async () => {
    for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(() => resolve()))
  })

const before = { a: `${canary}-a`, b: `${canary}-b` }

describe("a change of the vault that is interrupted", () => {
  it.live(
    "at any of its steps leaves the old file or the new one, no temporary file, and nobody locked out",
    () =>
      Effect.gen(function* () {
        const found = new Set<string>()
        let isThrough = false
        // The later, the further apart: until it is through before it is interrupted.
        for (let step = 0; step < 80 && !isThrough; step++) {
          const { dataKey, file } = yield* vaultOfTwo
          const event = { _tag: "Add", key: recordOf("new", { version: 2 }), replaces: "all" } as const
          const fiber = yield* Effect.forkChild(changeVault(file, dataKey, { event, key: textOf("new") }), {
            startImmediately: true
          })
          yield* turns(Math.floor(1.2 ** step))
          yield* Fiber.interrupt(fiber)
          isThrough = Exit.isSuccess(yield* Fiber.await(fiber))
          const texts = yield* openedTexts(file)
          found.add("new" in texts ? "new" : "old")
          assert.deepStrictEqual(texts, "new" in texts ? { new: `${canary}-new`, ...before } : before, `step ${step}`)
          // Whoever comes next finds the lock free.
          yield* changeVault(file, dataKey, { event: { _tag: "Retire", id: recordOf("b").id } })
          assert.deepStrictEqual(yield* filesBelow(path.dirname(file)), ["vault.json"])
        }
        assert.deepStrictEqual([isThrough, found.size], [true, 2])
      }),
    60_000
  )

  it.live("while it is wrapped anew opens with the old secret or the new one", () =>
    Effect.gen(function* () {
      for (let step = 0; step < 24; step += 1) {
        const { file } = yield* vaultOfTwo
        const fiber = yield* Effect.forkChild(rewrapVault(file, passphrase, hexKey, cheap), { startImmediately: true })
        yield* turns(step * step)
        yield* Fiber.interrupt(fiber)
        const opened = yield* Effect.exit(openedTexts(file, hexKey))
        const texts = Exit.isSuccess(opened) ? opened.value : yield* openedTexts(file)
        assert.deepStrictEqual(texts, before)
      }
    })
  )
})
