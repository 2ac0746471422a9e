/** Dead letters in the ledger's database: the contract, and what only a file can show. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { defaultOwner } from "../../../schemas/Identifiers.ts"
import { Home } from "../../../layers/home/Home.ts"
import * as SqliteDeadLetters from "../../../layers/dead-letter/SqliteDeadLetters.ts"
import * as MemorySettings from "../../../layers/settings/MemorySettings.ts"
import * as LedgerDatabase from "../../../layers/sql/LedgerDatabase.ts"
import { openSqlite } from "../../../layers/sql/SqliteClient.ts"
import * as LocalSealer from "../../../layers/vault/LocalSealer.ts"
import { DeadLetters, defaultLetterBounds, type LetterBounds } from "../../../src/dead-letter/DeadLetters.ts"
import { filesBelow, temporaryFolder } from "../../support/TemporaryFolder.ts"
import { suite } from "./DeadLettersContract.ts"
import { letterOf } from "./SampleLetters.ts"

const lettersIn = (
  folder: string,
  bounds: LetterBounds = defaultLetterBounds,
  deadLetterPrompts: "sealed" | "omitted" = "sealed"
): Layer.Layer<DeadLetters> =>
  SqliteDeadLetters.layerWith(bounds).pipe(
    Layer.provide(LedgerDatabase.layer.pipe(Layer.provideMerge(LocalSealer.layer))),
    Layer.provide(Layer.succeed(Home, { folder })),
    Layer.provide(MemorySettings.layerFromCode({ deadLetterPrompts })),
    Layer.orDie
  )

suite(
  "SqliteDeadLetters",
  (bounds, prompts) => Layer.unwrap(Effect.map(temporaryFolder, (folder) => lettersIn(folder, bounds, prompts))),
  10
)

const list = DeadLetters.use((it) => it.list(defaultOwner))

describe("SqliteDeadLetters", () => {
  it.live("are there for the next program, and hold no text in clear in any file", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        yield* DeadLetters.use((it) => it.keep(letterOf("canary", { failedAt: Date.now() })))
        for (const file of yield* filesBelow(folder)) {
          const text = readFileSync(join(folder, file), "latin1")
          assert.notInclude(text, "red fox")
          assert.notInclude(text, "woodcut")
        }
      }).pipe(Effect.provide(lettersIn(folder)))
      const [letter] = yield* Effect.provide(list, lettersIn(folder))
      assert.strictEqual(letter?.request?.request.prompt, "a red fox of canary")
    })
  )

  it.live("show the facts where the text was sealed under another key, and keep it for whoever has that key", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.provide(
        DeadLetters.use((it) => it.keep(letterOf("call_1", { failedAt: Date.now() }))),
        lettersIn(folder)
      )
      const stranger = SqliteDeadLetters.layer.pipe(
        Layer.provide(Layer.merge(LocalSealer.layerMemory, LedgerDatabase.layer)),
        Layer.provide(Layer.succeed(Home, { folder })),
        Layer.provide(MemorySettings.layerFromCode({})),
        Layer.orDie
      )
      yield* Effect.gen(function* () {
        const [letter] = yield* list
        assert.isDefined(letter)
        assert.isUndefined(letter?.request)
        if (letter !== undefined)
          yield* DeadLetters.use((it) =>
            it.record(letter.id, defaultOwner, {
              _tag: "FailedAgain",
              retry: { callId: letter.callId, at: 1, reason: "NoHealthyKey" },
              failure: letter.failure,
              history: [],
              cost: letter.cost
            })
          )
      }).pipe(Effect.provide(stranger))
      const [letter] = yield* Effect.provide(list, lettersIn(folder))
      assert.strictEqual(letter?.request?.request.prompt, "a red fox of call_1")
      assert.strictEqual(letter?.retries.length, 1)
    })
  )

  it.live("one that can not be read keeps nobody from the others", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        for (const call of ["a", "b", "c"])
          yield* DeadLetters.use((it) => it.keep(letterOf(call, { failedAt: Date.now() })))
        const other = openSqlite({ file: join(folder, "ledger.db"), synchronous: "NORMAL" })
        other.exec(`UPDATE dead_letters SET facts = '{"form":"of another age"}' WHERE call_id = 'b'`)
        other.close()
        const letters = yield* list
        assert.deepStrictEqual(
          letters.map(({ callId }) => callId as string),
          ["c", "a"]
        )
      }).pipe(Effect.provide(lettersIn(folder)))
    })
  )

  it.live("say what is wrong with a ledger that can not be written, and lose nothing of it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        yield* DeadLetters.use((it) => it.keep(letterOf("a", { failedAt: Date.now() })))
        const other = openSqlite({ file: join(folder, "ledger.db"), synchronous: "NORMAL" })
        other.exec("BEGIN IMMEDIATE")
        const failure = yield* Effect.flip(DeadLetters.use((it) => it.keep(letterOf("b", { failedAt: Date.now() }))))
        assert.strictEqual(failure.problem, "Locked")
        other.exec("ROLLBACK")
        other.close()
        assert.strictEqual((yield* list).length, 1)
      }).pipe(Effect.provide(lettersIn(folder)))
    })
  )
})
