/**
 * A program that rotates the key of a vault, and that is killed, or whose disk refuses, at one step of it.
 *
 * Arguments: the vault's file, `kill` or an error code (`ENOSPC`), and the number of the step. Without a number it counts
 * the steps and prints their names. A refusal is printed as its message.
 */
import * as promises from "node:fs/promises"
import { createRequire, syncBuiltinESMExports } from "node:module"
import * as Effect from "effect/Effect"
import { changeVault, openVault, readForm } from "../../../layers/vault/Vault.ts"
import { passphrase, recordOf, textOf } from "./VaultWorld.ts"

const [file = "", fault = "kill", at] = process.argv.slice(2)
const steps: Array<string> = []

/** Before a step: the fault, if its turn has come. */
const before = (name: string): void => {
  steps.push(name)
  if (at === undefined || steps.length - 1 !== Number(at)) return
  if (fault === "kill") process.kill(process.pid, "SIGKILL")
  throw Object.assign(new Error(`${fault}: at /secret/path`), { code: fault })
}

const real = { ...promises }
const builtin = createRequire(import.meta.url)("node:fs/promises") as Record<string, unknown>

const withFaults = (handle: promises.FileHandle, what: string): promises.FileHandle =>
  new Proxy(handle, {
    get: (target, name) => {
      if (name === "writeFile")
        return async (text: string) => {
          before(`write half of ${what}`)
          await target.write(text.slice(0, text.length >> 1))
          before(`write the rest of ${what}`)
          await target.write(text.slice(text.length >> 1))
        }
      const found: unknown = Reflect.get(target, name, target)
      if (typeof found !== "function") return found
      return (...args: ReadonlyArray<unknown>) => {
        if (name === "sync" || name === "close") before(`${name} ${what}`)
        return Reflect.apply(found, target, args) as unknown
      }
    }
  })

const arm = (): void => {
  builtin["open"] = async (path: string, flags: string, mode?: number) => {
    const what = path.endsWith(".partial") ? "the new file" : path.endsWith(".lock") ? "the lock" : "the folder"
    before(`open ${what}`)
    return withFaults(await real.open(path, flags, mode), what)
  }
  builtin["rename"] = async (from: string, to: string) => {
    before("rename")
    await real.rename(from, to)
    before("after the rename")
  }
  builtin["readdir"] = async (path: string) => {
    before("look for leftovers")
    return real.readdir(path)
  }
  syncBuiltinESMExports()
}

await Effect.runPromise(
  Effect.gen(function* () {
    const form = yield* readForm(file)
    if (form === undefined) throw new Error("there is no vault")
    const dataKey = yield* openVault(file, form, passphrase)
    arm()
    const event = { _tag: "Add", key: recordOf("new", { version: 2 }), replaces: "all" } as const
    yield* changeVault(file, dataKey, { event, key: textOf("new") })
  }).pipe(Effect.catch((failure) => Effect.sync(() => process.stdout.write(`${failure.message}\n`))))
)
if (at === undefined) process.stdout.write(`${steps.join("\n")}\n`)
