/**
 * A disk on which a program is killed, or that refuses, at one step of replacing a file. For programs that are run to be
 * killed.
 */
import * as promises from "node:fs/promises"
import { createRequire, syncBuiltinESMExports } from "node:module"

/**
 * Arms the disk, and gives the steps as they come. `fault` is `kill` or an error code (`ENOSPC`), `at` the number of the
 * step; without a number nothing happens, and the steps are counted.
 */
export const armDisk = (fault: string, at: string | undefined): ReadonlyArray<string> => {
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
  return steps
}
