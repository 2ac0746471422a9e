/**
 * Runs a command for the scripts of this folder: with the tools of `node_modules/.bin` first in PATH, within a time, and
 * with everything it started ended when the time is over.
 */
import { spawn } from "node:child_process"
import * as path from "node:path"

/** The root of the checkout. */
export const root = path.resolve(import.meta.dirname, "..")

/** How a command ended. `code` is 124 where its time was over. **Units** `seconds` on the wall clock. */
export interface Ended {
  readonly code: number
  readonly output: string
  readonly seconds: number
}

/**
 * How to run a command.
 *
 * **Units** `seconds` is the longest it may take. `isShown` (default) passes its output on; else it is collected.
 */
export interface CommandOptions {
  readonly seconds: number
  readonly isShown?: boolean
  readonly directory?: string
  readonly environment?: Readonly<Record<string, string | undefined>>
}

const endGroup = (pid: number | undefined): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, "SIGKILL")
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Runs a command to its end. */
export const run = (
  command: string,
  parameters: ReadonlyArray<string>,
  { directory = root, environment = {}, isShown = true, seconds }: CommandOptions
): Promise<Ended> =>
  new Promise((resolve) => {
    const startedAt = performance.now()
    const child = spawn(command, parameters, {
      cwd: directory,
      detached: true,
      env: {
        ...process.env,
        PATH: `${path.join(root, "node_modules/.bin")}${path.delimiter}${process.env["PATH"] ?? ""}`,
        ...environment
      },
      stdio: ["ignore", isShown ? "inherit" : "pipe", isShown ? "inherit" : "pipe"]
    })
    const chunks: Array<Buffer> = []
    child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk))
    child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk))
    const interrupt = () => {
      endGroup(child.pid)
      process.exit(130)
    }
    process.once("SIGINT", interrupt)
    process.once("SIGTERM", interrupt)
    const end = (code: number, more = "") => {
      clearTimeout(timer)
      process.removeListener("SIGINT", interrupt)
      process.removeListener("SIGTERM", interrupt)
      resolve({
        code,
        output: Buffer.concat(chunks).toString() + more,
        seconds: (performance.now() - startedAt) / 1000
      })
    }
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      endGroup(child.pid)
    }, seconds * 1000)
    child.on("error", (error) => end(127, error.message))
    child.on("close", (code, signal) => {
      if (isLate) end(124, `\n${command}: not done after ${seconds} s`)
      else end(code ?? (signal === null ? 1 : 128))
    })
  })

/** Runs a command, and ends this program with its output where it fails. */
export const runOrExit = async (
  command: string,
  parameters: ReadonlyArray<string>,
  options: CommandOptions
): Promise<Ended> => {
  const ended = await run(command, parameters, options)
  if (ended.code !== 0) {
    console.error(`${ended.output}\n${[command, ...parameters].join(" ")}: exit code ${ended.code}`)
    process.exit(ended.code)
  }
  return ended
}
