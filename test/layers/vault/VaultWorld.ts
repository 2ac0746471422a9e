import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { KeyId, type KeyRecord } from "../../../schemas/Key.ts"
import { changeVault, createVault, openVault, readForm, storedKeys } from "../../../layers/vault/Vault.ts"
import type { Argon2Cost } from "../../../layers/vault/VaultForm.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

/** The cheapest that is taken: what it costs to guess is no matter here. */
export const cheap: Argon2Cost = { memoryKibibytes: 8_192, passes: 1, parallelism: 1 }

export const passphrase = Redacted.make("correct horse battery staple")
export const hexKey = Redacted.make("0123456789abcdef".repeat(4))

/** What no file, and no error, may ever hold. */
export const canary = "sk-canary-velvet-marmalade-harbour"

export const recordOf = (name: string, own: Partial<KeyRecord> = {}): KeyRecord => ({
  id: KeyId.make(name),
  scope: "deepseek",
  version: 1,
  account: "default",
  origin: "https://api.deepseek.com",
  source: "vault",
  state: { _tag: "Active" },
  addedAt: 1_000,
  ...own
})

export const textOf = (name: string) => Redacted.make(`${canary}-${name}`)

/** Where a vault may be made: a folder of its owner alone. */
export const vaultPlace = Effect.map(temporaryFolder, (folder) => path.join(folder, "vault.json"))

/** A vault with the key `a` of DeepSeek and `b` of nanobanana. */
export const vaultOfTwo = Effect.gen(function* () {
  const file = yield* vaultPlace
  const dataKey = yield* createVault(file, passphrase, cheap)
  const add = (key: KeyRecord) =>
    changeVault(file, dataKey, { event: { _tag: "Add", key, replaces: "none" }, key: textOf(key.id) })
  yield* add(recordOf("a"))
  const form = yield* add(recordOf("b", { scope: "nanobanana" }))
  return { file, dataKey, form }
})

/** Opens a vault as a new program would, and gives its texts by id. */
export const openedTexts = Effect.fnUntraced(function* (file: string, secret = passphrase) {
  const form = yield* readForm(file)
  if (form === undefined) throw new Error("there is no vault")
  const dataKey = yield* openVault(file, form, secret)
  return Object.fromEntries(
    storedKeys(form, dataKey).map(({ key, record }) => [
      record.id,
      key === undefined ? record.state._tag : Redacted.value(key)
    ])
  )
})

/** The file as JSON, to be tampered with. */
export const tampered = (file: string, change: (form: Form) => unknown): Effect.Effect<void> =>
  Effect.promise(async () => {
    const form = JSON.parse(await fs.readFile(file, "utf8")) as Form
    await fs.writeFile(file, JSON.stringify(change(form) ?? form), { mode: 0o600 })
  })

export interface Form {
  version: number
  wrap: Record<string, unknown>
  keys: Array<Record<string, unknown>>
  seal: string
}
