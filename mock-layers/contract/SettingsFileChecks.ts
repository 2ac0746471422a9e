/**
 * What a `SettingsFile` must do, wherever its document is kept. A host runs the checks on its own.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { ConfigurationError } from "../../schemas/ConfigurationError.ts"
import type { JsonObject, SettingsFile } from "../../src/settings/SettingsFile.ts"
import { type ContractCheck, fails, same } from "./ContractCheck.ts"

/** Makes a new document; `undefined` where there is none yet. */
export type MakeSettingsFile = (document?: JsonObject) => Effect.Effect<SettingsFile>

type Check = ContractCheck<MakeSettingsFile, ConfigurationError, never>

const check = (name: string, body: (make: MakeSettingsFile) => ReturnType<Check["check"]>): Check => ({
  name,
  check: body
})

const first = { deepseek: { retryLimit: 1 } }
const second = { deepseek: { retryLimit: 2 } }

/** The checks; each makes documents of its own. */
export const settingsFileChecks: ReadonlyArray<Check> = [
  check("what is not there is no document and no problem", (make) =>
    Effect.gen(function* () {
      const file = yield* make()
      const { document, problems } = yield* file.read
      yield* same([document, problems], [undefined, []], "a document that is not there was read")
    })
  ),
  check("what was edited is read, and the edit was given what stood there", (make) =>
    Effect.gen(function* () {
      const file = yield* make(first)
      let seen: unknown
      const after = yield* file.edit(({ document }) => {
        seen = document
        return Result.succeed(second)
      })
      yield* same(seen, first, "an edit was not given the document")
      yield* same(after.document, second, "an edit did not answer the new document")
      yield* same((yield* file.read).document, second, "an edit was not read")
    })
  ),
  check("an edit that is refused changes nothing, and fails with the problems it was refused for", (make) =>
    Effect.gen(function* () {
      const file = yield* make(first)
      const problems = [{ name: "deepseek.retryLimit", problem: "is too large", expected: "at most 10" }]
      const error = yield* fails(
        file.edit(() => Result.fail(problems)),
        "a refused edit was taken"
      )
      yield* same(error._tag === "ConfigurationError" && error.problems, problems, "the problems were not told")
      yield* same((yield* file.read).document, first, "a refused edit was written")
    })
  ),
  check("of edits at the same time none is lost", (make) =>
    Effect.gen(function* () {
      const file = yield* make({ count: 0 })
      const add = file.edit(({ document }) => Result.succeed({ count: Number(document?.["count"] ?? 0) + 1 }))
      yield* Effect.all(
        Array.from({ length: 10 }, () => add),
        { concurrency: "unbounded" }
      )
      yield* same((yield* file.read).document, { count: 10 }, "an edit was lost among others")
    })
  ),
  check("whoever watches hears of an edit", (make) =>
    Effect.gen(function* () {
      const file = yield* make(first)
      const heard = yield* Effect.forkChild(Stream.runHead(file.changes), { startImmediately: true })
      yield* Effect.yieldNow
      yield* file.edit(() => Result.succeed(second))
      yield* Fiber.join(heard)
    })
  )
]
