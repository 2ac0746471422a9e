/**
 * `ludeng simulate` as a process of its own: providers at the other end of real sockets.
 */
import { spawn } from "node:child_process"
import * as path from "node:path"
import { createInterface } from "node:readline"
import type { ScriptDocument } from "../../mock-layers/simulation/Script.ts"

const program = path.resolve(import.meta.dirname, "../../apps/cli/ludeng.mjs")

/** The simulator, until it is stopped. */
export interface Simulator {
  readonly baseUrls: { readonly deepseek: string; readonly generic: string }
  /** Begins anew from the seed, with another script. */
  readonly play: (script: ScriptDocument) => Promise<void>
  readonly stop: () => void
}

interface FirstLine {
  readonly baseUrls: Simulator["baseUrls"]
  readonly controlUrl: string
}

/** Starts it on a free port. */
export const startSimulator = async (): Promise<Simulator> => {
  const child = spawn(process.execPath, [program, "simulate", "--port", "0", "--seed", "1"], {
    stdio: ["ignore", "pipe", "ignore"]
  })
  for await (const line of createInterface({ input: child.stdout })) {
    // Our own program says this, and nothing else.
    const { baseUrls, controlUrl } = JSON.parse(line) as FirstLine
    const post = async (place: string, body?: unknown): Promise<void> => {
      const answer = await fetch(`${controlUrl}/${place}`, {
        method: "POST",
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      if (!answer.ok) throw new Error(`${place}: ${answer.status} ${await answer.text()}`)
    }
    return {
      baseUrls,
      play: async (script) => {
        await post("script", script)
        await post("reset")
      },
      stop: () => {
        child.kill("SIGTERM")
      }
    }
  }
  throw new Error(`ludeng simulate ended with ${child.exitCode}`)
}
