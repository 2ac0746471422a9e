/**
 * The vault: sealed keys in one file. Opened once with a secret, read and changed with its data key alone.
 *
 * ```text
 * passphrase -Argon2id->  key-encryption key  -wraps->  data key  -seals->  each key's text
 * ```
 */
import { randomBytes } from "node:crypto"
import * as path from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { KeyRecord } from "../../schemas/Key.ts"
import type { VaultFailed } from "../../schemas/VaultFailed.ts"
import { decideRing, type Happening, type KeyRing, type RingRefusal } from "../../src/vault/KeyRing.ts"
import type { StoreChange, StoredKey } from "../../src/vault/KeyStore.ts"
import { contextOfKey, hasItsSeal, openBytes, sealBytes, sealOfRecords, subKey } from "./SealBytes.ts"
import { failedAt, readPrivateFile, refuseWideFolder, replaceVault, withVaultLock } from "./VaultFile.ts"
import { type Argon2Cost, defaultArgon2Cost, type SealedKey, VaultForm } from "./VaultForm.ts"
import { type DataKey, keyBytes, type Secret } from "./VaultSecrets.ts"
import { unwrapDataKey, wrapDataKey } from "./WrapDataKey.ts"

const decodeForm = Schema.decodeUnknownResult(Schema.fromJsonString(VaultForm), { onExcessProperty: "error" })
const encodeForm = Schema.encodeUnknownSync(VaultForm)

const restore = "put back the file as it was, from a copy; what is in it can not be used as it is"

const damaged = (file: string, detail: string): VaultFailed => failedAt(file, "Damaged", detail, restore)

/**
 * Reads the file; `undefined` where there is none. Nothing in it is believed yet.
 *
 * **Errors** `TooWide`, `Damaged`, `NewerVersion`, `StorageFailed`.
 */
export const readForm = (file: string): Effect.Effect<VaultForm | undefined, VaultFailed> =>
  Effect.gen(function* () {
    const text = yield* readPrivateFile(file)
    if (text === undefined) return undefined
    yield* refuseWideFolder(path.dirname(file))
    const form = decodeForm(text)
    if (Result.isSuccess(form)) return form.success
    if (/"format"\s*:\s*"ludeng-vault"/.test(text) && /"version"\s*:\s*(?!1\b)\d+/.test(text.slice(0, 200)))
      return yield* failedAt(file, "NewerVersion", "a newer version has written it", "use that version of the library")
    return yield* damaged(file, "it was changed or cut off: it has not the form of a vault")
  })

/**
 * Opens a vault with its secret.
 *
 * **Errors** `SecretWrong`, `SecretUnusable`; `Damaged` where any record was edited, left out, put back or swapped.
 */
export const openVault = (file: string, form: VaultForm, secret: Secret): Effect.Effect<DataKey, VaultFailed> =>
  Effect.tap(unwrapDataKey(file, form.wrap, secret), (dataKey) => checkSeals(file, form, dataKey))

/** Whether everything in a file is as this data key sealed it. **Errors** `Damaged`. */
const checkSeals = (file: string, form: VaultForm, dataKey: DataKey): Effect.Effect<void, VaultFailed> =>
  Effect.suspend(() => {
    if (!hasItsSeal(Redacted.value(dataKey), form))
      return Effect.fail(damaged(file, "its records were changed, cut off or put back"))
    const broken = form.keys.find((key) => key.sealed !== undefined && textOf(key, dataKey) === undefined)
    return broken === undefined
      ? Effect.void
      : Effect.fail(damaged(file, `the sealed text of ${broken.id} was changed, or belongs to another key`))
  })

const textOf = (key: SealedKey, dataKey: DataKey): Redacted.Redacted<string> | undefined => {
  if (key.sealed === undefined) return undefined
  const bytes = openBytes(subKey(Redacted.value(dataKey), "keys"), key.sealed, contextOfKey(key))
  return bytes === undefined ? undefined : Redacted.make(Buffer.from(bytes).toString("utf8"), { label: "apiKey" })
}

/** The keys of a vault that was opened. */
export const storedKeys = (form: VaultForm, dataKey: DataKey): ReadonlyArray<StoredKey> =>
  form.keys.map((sealed) => {
    const key = textOf(sealed, dataKey)
    const record = recordOf(sealed)
    return key === undefined ? { record } : { record, key }
  })

const recordOf = ({ sealed: _, ...record }: SealedKey): KeyRecord => record

/**
 * Reads a vault again that is open. **Errors** as `openVault`; `Damaged` also where the file is gone, or is one under
 * another data key.
 */
export const readAgain = (file: string, dataKey: DataKey): Effect.Effect<VaultForm, VaultFailed> =>
  Effect.gen(function* () {
    const form = yield* readForm(file)
    if (form === undefined) return yield* damaged(file, "it is gone")
    yield* checkSeals(file, form, dataKey)
    return form
  })

/**
 * Makes a vault without keys, where there is none.
 *
 * **Errors** `SecretUnusable`, `StorageFailed`, `Busy`; `Refused` where there is one already.
 */
export const createVault = (
  file: string,
  secret: Secret,
  cost: Argon2Cost = defaultArgon2Cost
): Effect.Effect<DataKey, VaultFailed> =>
  Effect.gen(function* () {
    const dataKey: DataKey = Redacted.make(new Uint8Array(randomBytes(keyBytes)), { label: "dataKey" })
    const wrap = yield* wrapDataKey(dataKey, secret, cost)
    yield* refuseWideFolder(path.dirname(file))
    yield* withVaultLock(
      file,
      Effect.gen(function* () {
        if ((yield* readForm(file)) !== undefined)
          return yield* failedAt(file, "Refused", "there is a vault already", "open it with its own secret")
        yield* write(file, { format: "ludeng-vault", version: 1, wrap, keys: [], seal: "-" }, dataKey)
      })
    )
    return dataKey
  })

/** A vault after a change, and what is to be told of it. */
export interface VaultChanged {
  readonly form: VaultForm
  readonly happened: ReadonlyArray<Happening>
}

/**
 * Changes a vault, on the file as it is now: what another program wrote meanwhile stays.
 *
 * **Errors** `Refused` where the ring takes no such change; `Damaged`, `TooWide`, `StorageFailed`, `Busy`. The file is then
 * as it was.
 */
export const changeVaultTelling = (
  file: string,
  dataKey: DataKey,
  { event, key }: StoreChange
): Effect.Effect<VaultChanged, VaultFailed> =>
  withVaultLock(
    file,
    Effect.gen(function* () {
      const form = yield* readAgain(file, dataKey)
      const ring: KeyRing = form.keys.map(recordOf)
      const decided = decideRing(ring, event, yield* Clock.currentTimeMillis)
      if (Result.isFailure(decided)) return yield* refused(file, decided.failure)
      const keys = decided.success.ring.map((record): SealedKey => {
        if (record.state._tag === "Retired") return record
        const isNew = event._tag === "Add" && record.id === event.key.id && key !== undefined
        const sealed = isNew ? sealKey(record, key, dataKey) : form.keys.find(({ id }) => id === record.id)?.sealed
        return sealed === undefined ? record : { ...record, sealed }
      })
      return { form: yield* write(file, { ...form, keys }, dataKey), happened: decided.success.happened }
    })
  )

/** The same, for whom only the vault matters. **Errors** as `changeVaultTelling`. */
export const changeVault = (
  file: string,
  dataKey: DataKey,
  change: StoreChange
): Effect.Effect<VaultForm, VaultFailed> => Effect.map(changeVaultTelling(file, dataKey, change), ({ form }) => form)

const sealKey = (record: KeyRecord, key: Redacted.Redacted<string>, dataKey: DataKey): string =>
  sealBytes(subKey(Redacted.value(dataKey), "keys"), Buffer.from(Redacted.value(key), "utf8"), contextOfKey(record))

/** Wraps the data key anew, under another secret: what is sealed with it stays as it is, to the byte. **Errors** as all. */
export const rewrapVault = (
  file: string,
  secret: Secret,
  next: Secret,
  cost: Argon2Cost = defaultArgon2Cost
): Effect.Effect<void, VaultFailed> =>
  withVaultLock(
    file,
    Effect.gen(function* () {
      const form = yield* readForm(file)
      if (form === undefined) return yield* failedAt(file, "Refused", "there is no vault", "make one: ludeng keys add")
      const dataKey = yield* openVault(file, form, secret)
      yield* write(file, { ...form, wrap: yield* wrapDataKey(dataKey, next, cost) }, dataKey)
    })
  )

const write = (file: string, form: VaultForm, dataKey: DataKey): Effect.Effect<VaultForm, VaultFailed> => {
  const sealed: VaultForm = { ...form, seal: sealOfRecords(Redacted.value(dataKey), form.keys) }
  return Effect.as(replaceVault(file, `${JSON.stringify(encodeForm(sealed), null, 2)}\n`), sealed)
}

const refused = (file: string, refusal: RingRefusal): VaultFailed => {
  switch (refusal._tag) {
    case "UnknownKey":
      return failedAt(file, "Refused", `there is no key ${refusal.id}`, "see ludeng keys list")
    case "KeyIsRetired":
      return failedAt(
        file,
        "Refused",
        `key ${refusal.id} is retired, for good`,
        "add its successor: ludeng keys rotate"
      )
    case "IdTaken":
      return failedAt(file, "Refused", `there is a key ${refusal.id} already`, "try again")
    case "AccountInOtherScope":
      return failedAt(
        file,
        "Refused",
        `account ${refusal.account} has keys as ${refusal.scope}: behind a second door it would be asked for twice its quota`,
        "name the account that this key belongs to"
      )
  }
}
