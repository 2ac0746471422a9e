/**
 * Starts and stops the server that a page looks at.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import * as path from "node:path"

/** A running server. `stop` ends it and waits until its port is free. */
export interface Running {
  readonly url: string
  readonly stop: () => Promise<void>
}

const root = path.resolve(import.meta.dirname, "../..")

const stopOf = (child: ChildProcess) => async (): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, "exit")
  child.kill("SIGKILL")
  await ended
}

/** Starts a program and waits until it has written an address; its environment is that of the tests and `variables`. */
export const start = (
  parameters: ReadonlyArray<string>,
  variables: Readonly<Record<string, string>>,
  directory: string = root
): Promise<Running> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, parameters, {
      cwd: directory,
      env: { ...process.env, ...variables },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let said = ""
    const read = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-20_000)
      const url = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(said)?.[0]
      if (url !== undefined) resolve({ url, stop: stopOf(child) })
    }
    child.stdout.on("data", read)
    child.stderr.on("data", read)
    child.once("exit", () => reject(new Error(`the server ended: ${said}`)))
  })

/** Starts the dashboard alone over a simulation. */
export const startFixture = (variables: Readonly<Record<string, string>> = {}): Promise<Running> =>
  start(["--conditions=@ludeng/source", "test/browser/FixtureServer.ts"], variables)
