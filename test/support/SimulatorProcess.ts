/**
 * `ludeng simulate` as a process of its own: providers at the other end of real sockets.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

const program = join(import.meta.dirname, "../../apps/cli/ludeng.mjs")

export interface SimulatorProcess {
  readonly baseUrls: { readonly deepseek: string; readonly nanobananaapi: string; readonly generic: string }
  /** An empty folder for pictures, removed at the end. */
  readonly directory: string
  readonly stop: () => Promise<void>
}

/** Starts it on a free port; fails when it says nothing. */
export const startSimulator = async (flags: ReadonlyArray<string> = []): Promise<SimulatorProcess> => {
  const child = spawn(process.execPath, [program, "simulate", "--port", "0", "--seed", "1", ...flags], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  const directory = mkdtempSync(join(tmpdir(), "ludeng-contract-"))
  for await (const line of createInterface({ input: child.stdout })) {
    const { baseUrls } = JSON.parse(line) as Pick<SimulatorProcess, "baseUrls">
    return {
      baseUrls,
      directory,
      stop: async () => {
        const ended = once(child, "exit")
        child.kill("SIGTERM")
        await ended
        rmSync(directory, { recursive: true })
      }
    }
  }
  throw new Error(`ludeng simulate ended with ${child.exitCode}`)
}
