/**
 * Counts every step of this process that leaves a trace outside of it, names each on a file, and kills the process with
 * SIGKILL at one of them: before and after each write of the ledger and of the pictures' files, and along each exchange.
 */
import { subscribe } from "node:diagnostics_channel"
import * as fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { DatabaseSync, StatementSync } from "node:sqlite"

/** What to write down where, and when to die. `killAt` counts from 1; 0 lives. */
export interface KillPlan {
  readonly stepsFile: string
  readonly killAt: number
}

type Method = (this: unknown, ...args: Array<unknown>) => unknown

/** Puts a method in the place of another one of the same name. */
const wrap = (target: object, name: string, around: (original: Method) => Method): void => {
  const methods = target as Record<string, Method>
  const original = methods[name]
  if (original === undefined) throw new Error(`there is no ${name}`)
  methods[name] = around(original)
}

/** Begins to count. */
export const killAtStep = async ({ killAt, stepsFile }: KillPlan): Promise<void> => {
  const log = fs.openSync(stepsFile, "a")
  const { writeSync } = fs
  let count = 0
  const step = (name: string): void => {
    count += 1
    writeSync(log, `${name}\n`)
    if (count === killAt) {
      process.kill(process.pid, "SIGKILL")
      for (;;);
    }
  }

  const around =
    (name: (self: unknown) => string | undefined) =>
    (original: Method): Method =>
      function (...args) {
        const named = name(this)
        if (named === undefined) return original.apply(this, args)
        step(`before ${named}`)
        const result = original.apply(this, args)
        if (!(result instanceof Promise)) {
          step(`after ${named}`)
          return result
        }
        return result.then((value) => {
          step(`after ${named}`)
          return value
        })
      }

  const ledgerStatements = new WeakSet<object>()
  wrap(
    DatabaseSync.prototype,
    "prepare",
    (original) =>
      function (...args) {
        const statement = original.apply(this, args) as object
        if ((this as DatabaseSync).location()?.endsWith("ledger.db") === true) ledgerStatements.add(statement)
        return statement
      }
  )
  const writes = /^\s*(BEGIN|COMMIT|INSERT INTO \w+|UPDATE \w+|CREATE \w+ (?:\w+ )?\w+)/i
  const nameOfStatement = (statement: unknown): string | undefined => {
    if (!ledgerStatements.has(statement as object)) return undefined
    return writes.exec((statement as StatementSync).sourceSQL.replaceAll('"', ""))?.[1]
  }
  for (const name of ["all", "run"]) wrap(StatementSync.prototype, name, around(nameOfStatement))

  for (const name of ["link", "unlink", "open"])
    wrap(
      fs.promises,
      name,
      around(() => `fs ${name}`)
    )
  const handle = await fs.promises.open(stepsFile, "r")
  const prototype = Object.getPrototypeOf(handle) as object
  await handle.close()
  for (const name of ["writeFile", "sync"])
    wrap(
      prototype,
      name,
      around(() => `file ${name}`)
    )
  syncBuiltinESMExports()

  for (const [channel, name] of [
    ["undici:client:sendHeaders", "request leaves"],
    ["undici:request:bodySent", "request is sent"],
    ["undici:request:headers", "answer begins"],
    ["undici:request:trailers", "answer ends"]
  ] as const) {
    subscribe(channel, (message) => {
      const { request } = message as { readonly request: { readonly method: string; readonly path: string } }
      step(`${name}: ${request.method} ${request.path.replace(/[?/][0-9a-f-]{12,}.*$/, "/…")}`)
    })
  }
}
