/**
 * `ludeng serve` as a process of its own, in a folder of a test's.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import * as Effect from "effect/Effect"

const program = join(import.meta.dirname, "../../apps/cli/ludeng.mjs")

/** A server that runs. `said` is all it has written so far. */
export interface ServerProcess {
  readonly url: string
  readonly child: ChildProcess
  readonly said: () => { readonly out: string; readonly error: string }
  /** Sends a signal, and gives its exit code and how long it took. **Units** milliseconds. */
  readonly end: (
    signal: "SIGTERM" | "SIGKILL"
  ) => Effect.Effect<{ readonly code: number | null; readonly millis: number }>
}

/** Starts one; it is killed with the scope. `variables` are all that it knows of its surroundings. */
export const startServerProcess = (
  folder: string,
  variables: Readonly<Record<string, string>>,
  args: ReadonlyArray<string> = []
) =>
  Effect.acquireRelease(
    Effect.promise(async (): Promise<ServerProcess> => {
      const child = spawn(process.execPath, [program, "serve", "--port", "0", "--json", ...args], {
        stdio: ["ignore", "pipe", "pipe"],
        cwd: folder,
        env: { PATH: process.env["PATH"] ?? "", LUDENG_HOME: join(folder, "home"), ...variables }
      })
      let out = ""
      let error = ""
      child.stderr.on("data", (chunk: Buffer) => (error += chunk.toString()))
      const url = await new Promise<string>((resolve, reject) => {
        child.stdout.on("data", (chunk: Buffer) => {
          out += chunk.toString()
          const [line, ...more] = out.split("\n")
          const told = more.length === 0 ? {} : (JSON.parse(line ?? "") as { readonly url?: string })
          if (told.url !== undefined) resolve(told.url)
        })
        child.once("exit", (code) => reject(new Error(`ludeng serve ended with ${code}: ${out}${error}`)))
      })
      return {
        url: url.replace(/\/$/, ""),
        child,
        said: () => ({ out, error }),
        end: (signal) =>
          Effect.promise(async () => {
            const startedAt = performance.now()
            const ended = once(child, "exit")
            child.kill(signal)
            const [code] = (await ended) as [number | null]
            return { code, millis: performance.now() - startedAt }
          })
      }
    }),
    ({ child }) =>
      Effect.promise(async () => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const ended = once(child, "exit")
        child.kill("SIGKILL")
        await ended
      })
  )

/** Runs another command of the program on the same folder, and gives its standard output. */
export const runBeside = (folder: string, variables: Readonly<Record<string, string>>, args: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ["ignore", "pipe", "ignore"],
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", LUDENG_HOME: join(folder, "home"), ...variables }
    })
    let out = ""
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()))
    await once(child, "close")
    return out
  })
