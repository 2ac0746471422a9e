/**
 * Runs the program as a person does: a process of its own, in an empty folder, without keys of the surroundings.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export const programPath = fileURLToPath(new URL("../../../apps/cli/ludeng.mjs", import.meta.url))

/** How a program ended. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** What to run. `onError` is called with everything on standard error so far. */
export interface ProgramOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly directory?: string
  readonly nodeArgs?: ReadonlyArray<string>
  readonly program?: string
  /** A file to write standard output to, instead of reading it. */
  readonly out?: number
  readonly onBegun?: (child: ChildProcess) => void
  readonly onError?: (text: string, child: ChildProcess) => void
  readonly onOut?: (text: string, child: ChildProcess) => void
}

export const runProgram = (args: ReadonlyArray<string>, options: ProgramOptions = {}): Promise<Ended> => {
  const own = options.directory === undefined ? mkdtempSync(join(tmpdir(), "ludeng-cli-")) : undefined
  return new Promise<Ended>((resolve, reject) => {
    const child = spawn(process.execPath, [...(options.nodeArgs ?? []), options.program ?? programPath, ...args], {
      cwd: options.directory ?? own,
      env: { PATH: process.env["PATH"] ?? "", HOME: tmpdir(), ...options.environment },
      stdio: ["ignore", options.out ?? "pipe", "pipe"]
    })
    options.onBegun?.(child)
    let out = ""
    let error = ""
    child.stdout?.on("data", (chunk: Buffer) => {
      out += chunk.toString()
      options.onOut?.(out, child)
    })
    child.stderr?.on("data", (chunk: Buffer) => {
      error += chunk.toString()
      options.onError?.(error, child)
    })
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, out, error }))
  }).finally(() => {
    if (own !== undefined) rmSync(own, { recursive: true, force: true })
  })
}
