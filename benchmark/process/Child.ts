/**
 * Runs a module of this package in a process of its own, within a time. What is measured in one process does not warm
 * up, slow down or fill the memory of another. Only processes started here are ever ended.
 */
import { type ChildProcess, fork } from "node:child_process"
import * as path from "node:path"

const benchmark = path.resolve(import.meta.dirname, "..")

/** How a child is run. **Units** `seconds` is the longest it may take. `isCollectable` gives it `globalThis.gc`. */
export interface ChildOptions {
  readonly seconds: number
  readonly isCollectable?: boolean
}

/** The child did not answer in its time, or ended without an answer. */
export class ChildFailed extends Error {
  override readonly name = "ChildFailed"
}

/** Starts a module with one argument of JSON. What it writes to standard output is dropped. */
export const startChild = (module: string, argument: unknown, options: { readonly isCollectable?: boolean } = {}) =>
  fork(path.join(benchmark, module), [JSON.stringify(argument)], {
    execArgv: options.isCollectable === true ? ["--expose-gc", "--max-old-space-size=12000"] : [],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"]
  })

const lastWordsLength = 2_000

/** The first message of a child. Where it ends without one, the end of its error output says why. */
export const firstMessage = (child: ChildProcess, name: string, seconds: number): Promise<unknown> =>
  new Promise((resolve, reject) => {
    let lastWords = ""
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      lastWords = (lastWords + text).slice(-lastWordsLength)
    })
    const timer = setTimeout(() => {
      child.kill("SIGKILL")
      reject(new ChildFailed(`${name}: no answer within ${seconds} s`))
    }, seconds * 1000)
    child.once("message", (message) => {
      clearTimeout(timer)
      resolve(message)
    })
    child.once("error", reject)
    child.once("close", (code, signal) => {
      clearTimeout(timer)
      reject(new ChildFailed(`${name}: ended with ${code ?? signal} before it answered\n${lastWords}`))
    })
  })

/** Waits for the end of a child, and ends it if it takes longer than a second. */
export const endChild = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    const timer = setTimeout(() => child.kill("SIGKILL"), 1000)
    child.once("exit", () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill("SIGTERM")
  })

/** Runs a module to its first message and ends it. The module answers what its caller expects: both are ours. */
export const runChild = async <A>(module: string, argument: unknown, options: ChildOptions): Promise<A> => {
  const child = startChild(module, argument, options)
  try {
    return (await firstMessage(child, `${module} ${JSON.stringify(argument)}`, options.seconds)) as A
  } finally {
    await endChild(child)
  }
}

/** The argument that a child was started with. From then on the child does not outlive its parent. */
export const argumentOf = <A>(): A => {
  process.once("disconnect", () => process.exit(0))
  return JSON.parse(process.argv[2] ?? "null") as A
}

/** Answers the parent; the child stays until it is ended. */
export const answerParent = (message: unknown): void => {
  process.send?.(message)
}
