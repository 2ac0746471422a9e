/**
 * A program that rotates the key of a vault, and that is killed, or whose disk refuses, at one step of it.
 *
 * Arguments: the vault's file, `kill` or an error code (`ENOSPC`), and the number of the step. Without a number it counts
 * the steps and prints their names. A refusal is printed as its message.
 */
import * as Effect from "effect/Effect"
import { changeVault, openVault, readForm } from "../../../layers/vault/Vault.ts"
import { armDisk } from "../../support/FaultyDisk.ts"
import { passphrase, recordOf, textOf } from "./VaultWorld.ts"

const [file = "", fault = "kill", at] = process.argv.slice(2)
let steps: ReadonlyArray<string> = []

await Effect.runPromise(
  Effect.gen(function* () {
    const form = yield* readForm(file)
    if (form === undefined) throw new Error("there is no vault")
    const dataKey = yield* openVault(file, form, passphrase)
    steps = armDisk(fault, at)
    const event = { _tag: "Add", key: recordOf("new", { version: 2 }), replaces: "all" } as const
    yield* changeVault(file, dataKey, { event, key: textOf("new") })
  }).pipe(Effect.catch((failure) => Effect.sync(() => process.stdout.write(`${failure.message}\n`))))
)
if (at === undefined) process.stdout.write(`${steps.join("\n")}\n`)
