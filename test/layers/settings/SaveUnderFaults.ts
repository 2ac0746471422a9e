/**
 * A program that changes a settings file, and that is killed, or whose disk refuses, at one step of it.
 *
 * Arguments: the file, `kill` or an error code (`ENOSPC`), and the number of the step. Without a number it counts the steps
 * and prints their names. A refusal is printed as its message.
 */
import * as Effect from "effect/Effect"
import { makeConfigFile } from "../../../layers/settings/ConfigFile.ts"
import { decideSave } from "../../../src/settings/DecideSave.ts"
import { armDisk } from "../../support/FaultyDisk.ts"

const [file = "", fault = "kill", at] = process.argv.slice(2)
const nothing = { code: new Map(), variables: new Map() }
const { edit } = makeConfigFile({ path: file, isNamed: true })

// What writes is loaded by the first change: the disk is armed after it.
await Effect.runPromise(edit((before) => decideSave(before, {}, nothing)))
const steps = armDisk(fault, at)
const change = { deepseek: { retryLimit: 2 }, nanobanana: { retryLimit: 2 } }
await Effect.runPromise(
  edit((before) => decideSave(before, change, nothing)).pipe(
    Effect.catch((failure) => Effect.sync(() => process.stdout.write(`${failure.message}\n`)))
  )
)
if (at === undefined) process.stdout.write(`${steps.join("\n")}\n`)
