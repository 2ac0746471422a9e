import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { inspect } from "node:util"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import { changeVault, createVault, rewrapVault } from "../../../layers/vault/Vault.ts"
import { filesBelow } from "../../support/TemporaryFolder.ts"
import {
  canary,
  cheap,
  type Form,
  hexKey,
  openedTexts,
  passphrase,
  recordOf,
  tampered,
  textOf,
  vaultOfTwo,
  vaultPlace
} from "./VaultWorld.ts"

const contents = (file: string) => Effect.promise(() => fs.readFile(file, "utf8"))
const modeOf = (file: string) => Effect.promise(async () => ((await fs.stat(file)).mode & 0o777).toString(8))

/** Opening fails closed: with this problem, and without a word of a key or a secret. */
const refusedWith = Effect.fnUntraced(function* (file: string, problem: string, secret = passphrase) {
  const exit = yield* Effect.exit(openedTexts(file, secret))
  assert.isTrue(Exit.isFailure(exit), "it was opened")
  if (Exit.isSuccess(exit)) return ""
  const failure = Cause.findErrorOption(exit.cause)
  if (failure._tag === "None") throw new Error(Cause.pretty(exit.cause))
  assert.strictEqual(failure.value.problem, problem, failure.value.message)
  for (const print of [inspect(exit, { depth: 10 }), JSON.stringify(exit), Cause.pretty(exit.cause)]) {
    assert.notInclude(print, canary)
    assert.notInclude(print, Redacted.value(passphrase))
    assert.notInclude(print, Redacted.value(secret))
  }
  return failure.value.message
})

describe("the vault", () => {
  it.live("keeps keys that only its secret opens, in a file that only its owner can read", () =>
    Effect.gen(function* () {
      const { file } = yield* vaultOfTwo
      assert.deepStrictEqual(yield* openedTexts(file), { a: `${canary}-a`, b: `${canary}-b` })
      assert.notInclude(yield* contents(file), canary)
      assert.strictEqual(yield* modeOf(file), "600")
      yield* refusedWith(file, "SecretWrong", Redacted.make("correct horse battery stable"))
      assert.deepStrictEqual(yield* filesBelow(path.dirname(file)), ["vault.json"])
    })
  )

  it.live("takes a key of 32 bytes as hexadecimal digits or base64, without Argon2id", () =>
    Effect.gen(function* () {
      const file = yield* vaultPlace
      const dataKey = yield* createVault(file, hexKey)
      yield* changeVault(file, dataKey, {
        event: { _tag: "Add", key: recordOf("a"), replaces: "none" },
        key: textOf("a")
      })
      const base64 = Redacted.make(Buffer.from(Redacted.value(hexKey), "hex").toString("base64"))
      assert.deepStrictEqual(yield* openedTexts(file, base64), { a: `${canary}-a` })
      assert.include(yield* refusedWith(file, "SecretWrong", passphrase), "32 bytes")
      assert.notInclude(yield* contents(file), "argon2id")
    })
  )

  it.live("on a runtime without Argon2id refuses a passphrase with the remedy, and takes a key", () =>
    Effect.gen(function* () {
      const file = yield* vaultPlace
      const make = (secret: Redacted.Redacted<string>) =>
        spawnSync(
          process.execPath,
          [path.join(import.meta.dirname, "WithoutArgon2.ts"), file, Redacted.value(secret)],
          { encoding: "utf8", timeout: 20_000 }
        ).stdout
      const refused = make(passphrase)
      assert.match(refused, /^SecretUnusable: .*no Argon2id.*openssl rand -base64 32/)
      assert.notInclude(refused, Redacted.value(passphrase))
      assert.deepStrictEqual(yield* filesBelow(path.dirname(file)), [])
      assert.strictEqual(make(hexKey), "made")
    })
  )

  it.live("stores the parameters of Argon2id beside the salt, and refuses a short passphrase", () =>
    Effect.gen(function* () {
      const { form } = yield* vaultOfTwo
      assert.deepInclude(form.wrap, { _tag: "Argon2id", ...cheap })
      const short = yield* Effect.flip(createVault(yield* vaultPlace, Redacted.make("seven77")))
      assert.strictEqual(short.problem, "SecretUnusable")
    })
  )

  it.live("never uses a nonce twice, and seals the same key differently each time", () =>
    Effect.gen(function* () {
      const file = yield* vaultPlace
      const dataKey = yield* createVault(file, hexKey)
      for (const index of Array.from({ length: 40 }).keys()) {
        const key = recordOf(`key-${index}`)
        yield* changeVault(file, dataKey, { event: { _tag: "Add", key, replaces: "none" }, key: textOf("same") })
      }
      const { keys } = JSON.parse(yield* contents(file)) as Form
      const nonces = keys.map((it) => String(it["sealed"]).slice(0, 16))
      assert.strictEqual(new Set(nonces).size, 40)
    })
  )

  it.live("is wrapped anew without a touch on what is sealed, and opens with the new secret alone", () =>
    Effect.gen(function* () {
      const { file } = yield* vaultOfTwo
      const before = JSON.parse(yield* contents(file)) as Form
      const next = Redacted.make("another passphrase")
      yield* rewrapVault(file, passphrase, next, cheap)
      const after = JSON.parse(yield* contents(file)) as Form
      assert.deepStrictEqual([after.keys, after.seal], [before.keys, before.seal])
      assert.notDeepEqual(after.wrap, before.wrap)
      assert.deepStrictEqual(yield* openedTexts(file, next), { a: `${canary}-a`, b: `${canary}-b` })
      yield* refusedWith(file, "SecretWrong", passphrase)
    })
  )

  it.live("forgets the text of a key that is retired", () =>
    Effect.gen(function* () {
      const { dataKey, file } = yield* vaultOfTwo
      yield* changeVault(file, dataKey, { event: { _tag: "Retire", id: recordOf("a").id } })
      assert.deepStrictEqual(yield* openedTexts(file), { a: "Retired", b: `${canary}-b` })
      const { keys } = JSON.parse(yield* contents(file)) as Form
      assert.isUndefined(keys.find((it) => it["id"] === "a")?.["sealed"])
    })
  )

  it.live("keeps what another program wrote meanwhile, however many write at once", () =>
    Effect.gen(function* () {
      const { dataKey, file } = yield* vaultOfTwo
      const names = Array.from({ length: 12 }, (_, index) => `key-${index}`)
      yield* Effect.forEach(
        names,
        (name) =>
          changeVault(file, dataKey, {
            event: { _tag: "Add", key: recordOf(name), replaces: "none" },
            key: textOf(name)
          }),
        { concurrency: "unbounded" }
      )
      assert.sameMembers(Object.keys(yield* openedTexts(file)), ["a", "b", ...names])
    })
  )

  it.live("writes down what it is told though the clock was moved back an hour", () =>
    Effect.gen(function* () {
      const { dataKey, file } = yield* vaultOfTwo
      yield* changeVault(file, dataKey, {
        event: { _tag: "Add", key: recordOf("c", { addedAt: -3_600_000 }), replaces: "all" },
        key: textOf("c")
      })
      assert.strictEqual((yield* openedTexts(file))["c"], `${canary}-c`)
    })
  )
})

describe("a vault that was tampered with fails closed", () => {
  const swap = (
    left: Record<string, unknown> | undefined,
    right: Record<string, unknown> | undefined,
    field: string
  ) => {
    if (left === undefined || right === undefined) throw new Error("no such record")
    const kept = left[field]
    left[field] = right[field]
    right[field] = kept
  }
  const flipped = (text: unknown) => {
    const letters = String(text)
    return (letters.startsWith("A") ? "B" : "A") + letters.slice(1)
  }

  it.live.each<readonly [string, string, (form: Form) => unknown]>([
    ["the sealed texts of two providers swapped", "Damaged", (it) => swap(it.keys[0], it.keys[1], "sealed")],
    ["the names of two keys swapped", "Damaged", (it) => swap(it.keys[0], it.keys[1], "id")],
    ["a key given to another provider", "Damaged", (it) => void (it.keys[0] && (it.keys[0]["scope"] = "nanobanana"))],
    [
      "a key sent to another address",
      "Damaged",
      (it) => void (it.keys[0] && (it.keys[0]["origin"] = "https://evil.example"))
    ],
    ["a state edited", "Damaged", (it) => void (it.keys[0] && (it.keys[0]["state"] = { _tag: "Draining", since: 1 }))],
    ["a date edited", "Damaged", (it) => void (it.keys[0] && (it.keys[0]["addedAt"] = 2_000))],
    ["a record left out", "Damaged", (it) => void it.keys.pop()],
    ["a record put twice", "Damaged", (it) => void it.keys.push({ ...it.keys[0] })],
    ["the order of records changed", "Damaged", (it) => ({ ...it, keys: it.keys.toReversed() })],
    [
      "one letter of a sealed text changed",
      "Damaged",
      (it) => void (it.keys[0] && (it.keys[0]["sealed"] = flipped(it.keys[0]["sealed"])))
    ],
    ["the seal changed", "Damaged", (it) => void (it.seal = flipped(it.seal))],
    ["a field that no vault has", "Damaged", (it) => ({ ...it, note: "hello" })],
    ["no records at all", "Damaged", (it) => ({ ...it, keys: [] })],
    ["the wrapped key changed", "SecretWrong", (it) => void (it.wrap["sealed"] = flipped(it.wrap["sealed"]))],
    ["the cost of a guess lowered", "SecretWrong", (it) => void (it.wrap["passes"] = 2)],
    ["a cost that takes the machine down", "Damaged", (it) => void (it.wrap["memoryKibibytes"] = 4_294_967_295)],
    ["a version to come", "NewerVersion", (it) => void (it.version = 2)]
  ])("%s", ([, problem, change]) =>
    Effect.gen(function* () {
      const { dataKey, file } = yield* vaultOfTwo
      yield* tampered(file, change)
      yield* refusedWith(file, problem)
      const before = yield* contents(file)
      if (problem === "Damaged") {
        // Nor is it written over by a program that has it open.
        const change = changeVault(file, dataKey, { event: { _tag: "Used", id: recordOf("a").id } })
        assert.strictEqual((yield* Effect.flip(change)).problem, "Damaged")
        assert.strictEqual(yield* contents(file), before)
      }
    })
  )

  it.live("cut at any byte", () =>
    Effect.gen(function* () {
      const { file } = yield* vaultOfTwo
      const whole = yield* contents(file)
      for (const length of [0, 1, 20, whole.length >> 1, whole.length - 3]) {
        yield* Effect.promise(() => fs.writeFile(file, whole.slice(0, length)))
        yield* refusedWith(file, "Damaged")
      }
    })
  )

  it.live("readable by others, the file or its folder: refused, with the command that mends it", () =>
    Effect.gen(function* () {
      const { file } = yield* vaultOfTwo
      yield* Effect.promise(() => fs.chmod(file, 0o644))
      assert.include(yield* refusedWith(file, "TooWide"), `chmod 600 ${file}`)
      yield* Effect.promise(() => fs.chmod(file, 0o600))
      const folder = path.dirname(file)
      yield* Effect.promise(() => fs.chmod(folder, 0o755))
      assert.include(yield* refusedWith(file, "TooWide"), `chmod 700 ${folder}`)
      yield* Effect.promise(() => fs.chmod(folder, 0o700))
      assert.deepStrictEqual(Object.keys(yield* openedTexts(file)), ["a", "b"])
    })
  )
})
