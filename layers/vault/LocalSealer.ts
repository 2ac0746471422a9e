/**
 * Seals under a key of the home, made on first use. It keeps texts from whoever gets a copy of a database, a backup or a
 * disk without the key's file; whoever can read the home can read the texts too.
 */
import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import { Sealer } from "../../src/vault/Sealer.ts"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"
import { Home, homeProblem } from "../home/Home.ts"
import { ledgerFile } from "../sql/LedgerFile.ts"
import { dataKeyBytes, sealUnder } from "./SealUnderKey.ts"

/** The name of the key's file in the home. */
export const dataKeyFile = "data.key"

/**
 * The sealer of the home.
 *
 * **Errors** `ConfigurationError` where the key's file can not be made or read, is missing beside a ledger, holds no key, or can be read by others.
 */
export const layer: Layer.Layer<Sealer, ConfigurationError, Home> = Layer.effect(
  Sealer,
  Effect.gen(function* () {
    const { folder } = yield* Home
    yield* refuseLostKey(folder)
    const name = yield* makeIdentifier("key")
    return sealUnder(yield* localDataKey(path.join(folder, dataKeyFile), path.join(folder, `.${name}.partial`)))
  })
)

/** What is kept in the home was sealed under its key: a new one in its place would open none of it. */
const refuseLostKey = (folder: string): Effect.Effect<void, ConfigurationError> =>
  Effect.suspend(() =>
    existsSync(path.join(folder, ledgerFile)) && !existsSync(path.join(folder, dataKeyFile))
      ? Effect.fail(
          homeProblem(
            `${path.join(folder, dataKeyFile)} is missing, and ${ledgerFile} beside it was sealed under it`,
            "the file as it was, or another home"
          )
        )
      : Effect.void
  )

/** Seals under a key that ends with the process: for what is kept in memory. */
export const layerMemory: Layer.Layer<Sealer> = Layer.sync(Sealer, () =>
  sealUnder(Redacted.make(new Uint8Array(randomBytes(dataKeyBytes)), { label: "data key" }))
)

const localDataKey = (
  file: string,
  temporary: string
): Effect.Effect<Redacted.Redacted<Uint8Array>, ConfigurationError> =>
  Effect.tryPromise({ try: () => readOrMake(file, temporary), catch: codeOf }).pipe(
    Effect.mapError((code) => homeProblem(`${file} can not be read or made: ${code}`, "a file of its user alone")),
    Effect.flatMap(({ mode, text }) => {
      const isOpenToOthers = process.platform !== "win32" && (mode & 0o077) !== 0
      if (isOpenToOthers) return Effect.fail(homeProblem(`${file} can be read by others`, `chmod 600 ${file}`))
      const key = new Uint8Array(Buffer.from(text.trim(), "base64url"))
      return key.length === dataKeyBytes
        ? Effect.succeed(Redacted.make(key, { label: "data key" }))
        : Effect.fail(
            homeProblem(`${file} holds no key`, "the file as it was: what is sealed can not be opened without it")
          )
    })
  )

interface KeyFile {
  readonly text: string
  readonly mode: number
}

/** Of several programs that make it at once one is first, and all take what that one made. */
const readOrMake = async (file: string, temporary: string): Promise<KeyFile> => {
  const existing = await read(file)
  if (existing !== undefined) return existing
  try {
    await writeWhole(temporary, randomBytes(dataKeyBytes).toString("base64url"))
    await fs.link(temporary, file).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw error
    })
  } finally {
    await fs.rm(temporary, { force: true })
  }
  await syncFolderOf(file)
  const made = await read(file)
  if (made === undefined) throw new Error("the key's file vanished")
  return made
}

const writeWhole = async (file: string, text: string): Promise<void> => {
  const handle = await fs.open(file, "wx", 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const read = async (file: string): Promise<KeyFile | undefined> => {
  try {
    const { mode } = await fs.stat(file)
    return { mode, text: await fs.readFile(file, "utf8") }
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined
    throw error
  }
}

const syncFolderOf = async (file: string): Promise<void> => {
  if (process.platform === "win32") return
  const folder = await fs.open(path.dirname(file), "r")
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown"
