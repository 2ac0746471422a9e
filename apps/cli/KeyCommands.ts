/**
 * What `ludeng keys …` does. Every change is made on the file as it is now, so that running programs and this one do not
 * undo each other's work.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { privateHome } from "../../layers/home/Home.ts"
import { inspectSettings } from "../../layers/settings/EnvironmentSettings.ts"
import { openOfSettings, vaultFileOf, type VaultInUse } from "../../layers/vault/OpenedVault.ts"
import { secretOf } from "../../layers/vault/SecretOfSettings.ts"
import {
  changeVaultTelling,
  createVault,
  openVault,
  readForm,
  rewrapVault,
  storedKeys
} from "../../layers/vault/Vault.ts"
import { failedAt } from "../../layers/vault/VaultFile.ts"
import type { Secret } from "../../layers/vault/VaultSecrets.ts"
import { defaultAccount, KeyId, type KeyRecord } from "../../schemas/Key.ts"
import type { QuotaScope } from "../../schemas/Provider.ts"
import { ApiKey } from "../../schemas/Secret.ts"
import { ConfigurationError, type Settings } from "../../schemas/Settings.ts"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"
import { settingVariables } from "../../src/settings/Variables.ts"
import { isUsable } from "../../src/vault/KeyRing.ts"
import type { StoredKey } from "../../src/vault/KeyStore.ts"
import { originOf, quotaScopes, settingsKeyOf, settingsRecord } from "../../src/vault/SettingsKeys.ts"
import { auditKeys } from "./KeyAudit.ts"
import { askAboutKey, type KeyFinding } from "./KeyQuestion.ts"
import { addedLines, keyTable, rotatedLines, verdictLines } from "./KeyTable.ts"
import { UsageFailed } from "./Outcome.ts"
import { readNewSecret, readSecret } from "./SecretInput.ts"
import { Session } from "./Session.ts"

/** A key that is to be kept. `replaces`: it stands by for the others, or takes the place of all. */
export interface KeyWanted {
  readonly scope: QuotaScope
  readonly account?: string
  readonly unverified: boolean
  readonly replaces: "none" | "all"
}

/** Reads a key and keeps it. **Errors** `VaultFailed`, `UsageFailed`, `ConfigurationError`. */
export const addKey = Effect.fnUntraced(function* (wanted: KeyWanted) {
  const run = yield* Session
  const settings = yield* settingsOfRun
  const origin = originOf(settings, wanted.scope)
  if (origin === undefined) return yield* noSecondProvider
  // The secret first: whoever can not open the vault need not type a key.
  const opened = yield* openVaultOf(settings)
  const secret = opened === undefined ? yield* secretForNew(settings) : undefined
  const text = yield* readSecret(run.input, `the key of ${wanted.scope}`)
  const decoded = Schema.decodeUnknownResult(ApiKey)(text)
  if (Result.isFailure(decoded))
    return yield* new UsageFailed({ message: "the key: expected visible ASCII characters without spaces" })
  const key = decoded.success
  const others = [...(opened === undefined ? [] : storedKeys(opened.form, opened.dataKey)), ...keysOfSettings(settings)]
  const twin = others.find((it) => isTwin(it, wanted.scope, origin, key))
  if (twin !== undefined) return yield* keptAlready(twin.record, wanted.scope)
  const finding = wanted.unverified ? unasked : yield* askAboutKey(settings, wanted.scope, key)
  if (finding.state === "unknown") {
    return yield* failedAt(
      wanted.scope,
      "Refused",
      "the provider does not know this key, and nothing was changed",
      "look at the key, or keep it all the same: --unverified"
    )
  }
  const vault = opened ?? (yield* makeVault(settings, secret))
  const id = KeyId.make(yield* makeIdentifier("key"))
  const record: KeyRecord = {
    id,
    scope: wanted.scope,
    version: 1 + Math.max(0, ...vault.form.keys.filter((it) => it.scope === wanted.scope).map((it) => it.version)),
    account: wanted.account ?? defaultAccount,
    origin,
    source: "vault",
    state: { _tag: "Active" },
    addedAt: yield* Clock.currentTimeMillis
  }
  const event = { _tag: "Add", key: record, replaces: wanted.replaces } as const
  const { form, happened } = yield* changeVaultTelling(vault.file, vault.dataKey, { event, key })
  yield* print({ added: record, check: finding, vault: vault.file }, addedLines(record, form.keys, finding, vault.file))
  yield* auditKeys(settings, vault, happened)
})

/** Uses a key of the vault instead of the others of its account. **Errors** as `addKey`. */
export const activateKey = Effect.fnUntraced(function* (scope: QuotaScope, id: KeyId) {
  const settings = yield* settingsOfRun
  const vault = yield* openVaultOf(settings).pipe(Effect.flatMap(orNoVault))
  const known = vault.form.keys.find((it) => it.id === id)
  if (known !== undefined && known.scope !== scope)
    return yield* new UsageFailed({ message: `${id} is a key of ${known.scope}` })
  const { form, happened } = yield* changeVaultTelling(vault.file, vault.dataKey, { event: { _tag: "Activate", id } })
  const record = form.keys.find((it) => it.id === id)
  yield* print({ activated: id }, record === undefined ? [] : rotatedLines(record, form.keys))
  yield* auditKeys(settings, vault, happened)
})

/** Uses a key no more. **Errors** as `addKey`. */
export const retireKey = Effect.fnUntraced(function* (id: KeyId) {
  const settings = yield* settingsOfRun
  const vault = yield* openVaultOf(settings).pipe(Effect.flatMap(orNoVault))
  const { form, happened } = yield* changeVaultTelling(vault.file, vault.dataKey, { event: { _tag: "Retire", id } })
  const { keys } = form
  const scope = keys.find((it) => it.id === id)?.scope
  const isLast = !keys.some((it) => it.scope === scope && isUsable(it))
  yield* print({ retired: id, lastOfItsProvider: isLast }, [
    `✔ ${id} is retired, and its sealed text removed`,
    ...(isLast ? [`⚠ ${scope} has no key in the vault any more`] : [])
  ])
  yield* auditKeys(settings, vault, happened)
})

/** Shows the keys of the vault and of the settings. **Errors** as `addKey`. */
export const listKeys = Effect.gen(function* () {
  const settings = yield* settingsOfRun
  const vault = yield* openVaultOf(settings)
  const now = yield* Clock.currentTimeMillis
  const records = [
    ...(vault === undefined ? [] : storedKeys(vault.form, vault.dataKey).map((it) => it.record)),
    ...keysOfSettings(settings).map((it) => it.record)
  ]
  yield* print(
    { vault: vault?.file ?? null, keys: records.map((it) => ({ ...it, ageMillis: ageOf(it, now) })) },
    keyTable(records, now)
  )
})

/** Asks about keys; exit code 3 if one is not known. **Errors** as `addKey`. */
export const verifyKeys = Effect.fnUntraced(function* (id: KeyId | undefined) {
  const run = yield* Session
  const settings = yield* settingsOfRun
  const vault = yield* openVaultOf(settings)
  const all = [...(vault === undefined ? [] : storedKeys(vault.form, vault.dataKey)), ...keysOfSettings(settings)]
  const asked = all.filter(({ key, record }) => key !== undefined && (id === undefined || record.id === id))
  if (id !== undefined && asked.length === 0)
    return yield* new UsageFailed({ message: `there is no key ${id} to ask about` })
  const found = yield* Effect.forEach(asked, ({ key, record }) =>
    key === undefined ? Effect.succeed({ record, finding: unasked }) : findingOf(settings, record, key)
  )
  if (found.some(({ finding }) => finding.state === "unknown")) run.exitCode = 3
  yield* print(
    { keys: found.map(({ finding, record }) => ({ id: record.id, scope: record.scope, ...finding })) },
    verdictLines(found)
  )
})

/** Wraps the vault anew under another secret. **Errors** as `addKey`. */
export const changePassphrase = Effect.gen(function* () {
  const run = yield* Session
  const settings = yield* settingsOfRun
  const file = vaultFileOf(settings)
  const form = yield* readForm(file)
  if (form === undefined) return yield* noVault
  const old = yield* currentSecret(settings)
  yield* openVault(file, form, old)
  const next = yield* readNewSecret(run.input, "the new passphrase or key of the vault")
  yield* rewrapVault(file, old, next)
  yield* print({ vault: file }, [`✔ ${file} is wrapped anew; programs that have it open go on`])
})

/** Whether it is the same key at the same address; one that the settings hold for the same account may move into the vault. */
const isTwin = (
  { key, record }: StoredKey,
  scope: QuotaScope,
  origin: string,
  added: Redacted.Redacted<string>
): boolean =>
  key !== undefined &&
  Redacted.value(key) === Redacted.value(added) &&
  record.origin === origin &&
  (record.source === "vault" || record.scope !== scope)

const keptAlready = (twin: KeyRecord, scope: QuotaScope) =>
  twin.scope === scope
    ? failedAt(scope, "Refused", `this key is kept already, as ${twin.id}`, "see ludeng keys list")
    : failedAt(
        scope,
        "Refused",
        `this key is there already for ${twin.scope}, at the same address: one account would be asked for twice its quota`,
        "give the key of another account"
      )

const unasked: KeyFinding = { state: "notAsked", detail: "--unverified" }

const findingOf = (settings: Settings, record: KeyRecord, key: Redacted.Redacted<string>) =>
  Effect.map(askAboutKey(settings, record.scope, key), (finding) => ({ record, finding }))

const ageOf = ({ addedAt, source }: KeyRecord, now: number): number | null =>
  source === "settings" ? null : Math.max(0, now - addedAt)

const keysOfSettings = (settings: Settings) =>
  quotaScopes.flatMap((scope) => {
    const found = settingsKeyOf(settings, scope)
    return found === undefined ? [] : [{ record: settingsRecord(scope, 1, found.origin, 0), key: found.key }]
  })

const settingsOfRun = Effect.gen(function* () {
  const { problems, settings } = yield* inspectSettings()
  return problems.length > 0 ? yield* new ConfigurationError({ problems }) : settings
})

/** The vault, opened with the secret of the settings or one that is asked for; `undefined` where there is none. */
const openVaultOf = (settings: Settings) =>
  Effect.gen(function* () {
    const form = yield* readForm(vaultFileOf(settings))
    if (form === undefined) return undefined
    return yield* openOfSettings({ ...settings, vault: { key: yield* currentSecret(settings) } })
  })

const currentSecret = (settings: Settings) =>
  Effect.gen(function* () {
    const { input } = yield* Session
    const known = yield* secretOf(settings)
    if (known !== undefined) return known
    if (input.isTerminal) return yield* readSecret(input, "the passphrase of the vault")
    return yield* failedAt(vaultFileOf(settings), "SecretMissing", "nothing is there to open it with", setSecret)
  })

const setSecret = "set LUDENG_VAULT_KEY or LUDENG_VAULT_KEY_FILE"

const secretForNew = (settings: Settings) =>
  Effect.gen(function* () {
    const { input } = yield* Session
    const known = yield* secretOf(settings)
    if (known === undefined && !input.isTerminal)
      return yield* failedAt(vaultFileOf(settings), "SecretMissing", "there is nothing to seal it with", setSecret)
    return known ?? (yield* readNewSecret(input, "a passphrase for the new vault"))
  })

const makeVault = (settings: Settings, secret: Secret | undefined) =>
  Effect.gen(function* () {
    if (secret === undefined) return yield* noVault
    const file = vaultFileOf(settings)
    yield* privateHome(settings)
    const dataKey = yield* createVault(file, secret)
    const form = yield* readForm(file)
    return form === undefined ? yield* noVault : { file, dataKey, form }
  })

const noVault = failedAt("vault", "Refused", "there is none", "make one: ludeng keys add")

const orNoVault = (vault: VaultInUse | undefined) =>
  vault === undefined ? Effect.fail(noVault) : Effect.succeed(vault)

const noSecondProvider = new ConfigurationError({
  problems: [
    {
      name: settingVariables["nanobanana.fallback.protocol"].name,
      problem: "is missing",
      expected: "what the second image provider speaks: its key goes to its address alone"
    }
  ]
})

const print = (object: unknown, lines: ReadonlyArray<string>) =>
  Effect.map(Session, ({ isJson, screen }) => screen.result(isJson ? JSON.stringify(object) : lines.join("\n")))
