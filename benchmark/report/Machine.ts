/**
 * On what was measured: the machine, Node, and the versions of the peers as they are installed.
 */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

/** The machine, in words. **Units** `memory` in GiB. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memory: number
  readonly system: string
  readonly node: string
}

/** This machine. */
export const machine = (): Machine => ({
  processor: os.cpus()[0]?.model.trim() ?? "unknown",
  cores: os.availableParallelism(),
  memory: Math.round(os.totalmem() / 2 ** 30),
  system: `${os.type()} ${os.release().split("-")[0] ?? ""} ${os.arch()}`,
  node: process.versions.node
})

const benchmark = path.resolve(import.meta.dirname, "..")
const checkout = path.resolve(benchmark, "..")

const textField = (value: unknown, name: string): string | undefined => {
  const field: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
  return typeof field === "string" ? field : undefined
}

const readJson = (file: string): unknown => JSON.parse(fs.readFileSync(file, "utf8"))

const installedVersion = (folder: string, name: string): string =>
  textField(readJson(path.join(folder, "node_modules", name, "package.json")), "version") ?? "unknown"

/** The version of each peer and of what we stand on, by package name. */
export const versions = (): Readonly<Record<string, string>> => {
  const manifest = readJson(path.join(benchmark, "package.json"))
  const dependencies: unknown =
    typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, "dependencies") : {}
  const peers = Object.keys(typeof dependencies === "object" && dependencies !== null ? dependencies : {})
  return {
    "@ludeng/providers": textField(readJson(path.join(checkout, "package.json")), "version") ?? "unknown",
    effect: installedVersion(checkout, "effect"),
    "@effect/platform-node": installedVersion(checkout, "@effect/platform-node"),
    ...Object.fromEntries(peers.map((name) => [name, installedVersion(benchmark, name)]))
  }
}

/** Fails where the peers would be measured over another undici than the library's. */
export const requireSameUndici = (): void => {
  const ours = installedVersion(checkout, "undici")
  const theirs = installedVersion(benchmark, "undici")
  if (ours !== theirs) throw new Error(`undici is ${theirs} here and ${ours} in the library: pin the same version`)
}
