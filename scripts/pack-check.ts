/**
 * `npm run pack:check`: the package as its users get it. Packs it, which builds it, looks at what is in the tarball, installs
 * it with its peers into an empty project, imports each module of each export there, checks the types of a program that
 * swaps live for mock, and runs the `ludeng` command.
 */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { root, run, runOrExit } from "./command.ts"

const fail = (problem: string): never => {
  console.error(`package: ${problem}`)
  process.exit(1)
}

interface PackageJson {
  readonly name: string
  readonly version: string
  readonly sideEffects: unknown
  readonly devDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as PackageJson
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ludeng-package-"))
process.on("exit", () => fs.rmSync(directory, { recursive: true, force: true }))
const project = path.join(directory, "project")
fs.mkdirSync(project)

/** What no tarball may hold: sources, tests, scripts, settings, and whatever looks like a key. */
const isForbidden = (file: string): boolean =>
  (file.endsWith(".ts") && !file.endsWith(".d.ts")) ||
  /(^|\/)(test|scripts|benchmark|examples|node_modules)\//.test(file) ||
  /(^|\/)\.(?!\/)|\.(pem|key|sqlite|log|map)$/.test(file)

const looksLikeKey = /sk-[A-Za-z0-9]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY/

/** Packs, and gives the tarball's path. */
const pack = async (): Promise<string> => {
  // As in a fresh checkout: packing must build by itself.
  fs.rmSync(path.join(root, "dist"), { recursive: true, force: true })
  const packed = await runOrExit("npm", ["pack", "--json", "--pack-destination", directory], {
    seconds: 240,
    isShown: false
  })
  const tarball = path.join(
    directory,
    fs.readdirSync(directory).find((name) => name.endsWith(".tgz")) ?? fail(packed.output)
  )
  const files = (await runOrExit("tar", ["-tzf", tarball], { seconds: 30, isShown: false })).output
    .split("\n")
    .map((line) => line.replace(/^package\//, ""))
    .filter((line) => line !== "")
  const forbidden = files.filter(isForbidden)
  if (forbidden.length > 0) fail(`the tarball holds ${forbidden.join(", ")}`)
  const page = fs.globSync("apps/dashboard/**/*.*", { cwd: root }).map((file) => `dist/${file}`)
  const missing = page.filter((file) => !files.includes(file))
  if (page.length === 0 || missing.length > 0) fail(`the tarball lacks the dashboard's ${missing.join(", ")}`)
  for (const file of files) {
    if (looksLikeKey.test(fs.readFileSync(path.join(root, file), "utf8"))) fail(`${file} holds what looks like a key`)
  }
  console.log(`package: ${files.length} files, ${Math.round(fs.statSync(tarball).size / 1024)} KiB`)
  return tarball
}

const install = async (tarball: string): Promise<void> => {
  const dependencies = Object.keys(manifest.peerDependencies).map((name) => `${name}@${manifest.devDependencies[name]}`)
  fs.writeFileSync(
    path.join(project, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" })
  )
  await runOrExit(
    "npm",
    ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", tarball, ...dependencies],
    { seconds: 240, directory: project }
  )
}

/** Every module that the exports offer. */
const specifiers = (): ReadonlyArray<string> => [
  manifest.name,
  `${manifest.name}/package.json`,
  ...["schemas", "layers", "mock-layers"].flatMap((room) =>
    fs
      .globSync("**/*.js", { cwd: path.join(root, "dist", room) })
      .toSorted()
      .map((file) => `${manifest.name}/${room}/${file.slice(0, -".js".length)}`)
  )
]

const importAll = async (): Promise<void> => {
  const all = specifiers()
  const text = all
    .map((it) => (it.endsWith(".json") ? `await import("${it}", { with: { type: "json" } })` : `await import("${it}")`))
    .join("\n")
  fs.writeFileSync(path.join(project, "imports.js"), `${text}\n`)
  await runOrExit("node", ["imports.js"], { seconds: 60, directory: project })
  console.log(`package: ${all.length} modules imported`)
}

const consumer = `
import * as Effect from "effect/Effect"
import { type CallFailure, type ConfigurationError, Illustrator } from "@ludeng/providers"
import type { Illustration } from "@ludeng/providers/schemas/Illustration"
import * as Live from "@ludeng/providers/layers/Live"
import * as Mock from "@ludeng/providers/mock-layers/Mock"

const program = Illustrator.use((illustrator) => illustrator.illustrate({ prompt: "a red fox in the snow" }))

export const live: Effect.Effect<Illustration, CallFailure | ConfigurationError> = program.pipe(Effect.provide(Live.layer))
export const mock: Effect.Effect<Illustration, CallFailure> = program.pipe(Effect.provide(Mock.layer))

const illustration = await Effect.runPromise(mock)
if (!illustration.isSimulated || illustration.generated.image.bytes === 0) throw new Error("no simulated picture")
`

const checkTypes = async (): Promise<void> => {
  const imports = specifiers()
    .filter((it) => !it.endsWith(".json"))
    .map(
      (it, index) => `import type * as module${index} from "${it}"\nexport type Module${index} = typeof module${index}`
    )
  fs.writeFileSync(path.join(project, "consumer.ts"), consumer)
  fs.writeFileSync(path.join(project, "modules.ts"), `${imports.join("\n")}\n`)
  const options = [
    "--strict",
    "--exactOptionalPropertyTypes",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    "--skipLibCheck"
  ]
  await runOrExit("tsc", ["--noEmit", ...options, "consumer.ts", "modules.ts"], { seconds: 120, directory: project })
  await runOrExit("node", ["consumer.ts"], { seconds: 60, directory: project })
  console.log("package: a program that swaps live for mock has its types, and runs on mock")
}

/** The Node of this machine, apart from the one that stands in `node_modules`. */
const systemNode = (): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => path.join(folder, "node"))
    .find((file) => fs.existsSync(file))

const checkCommand = async (): Promise<void> => {
  const version = await runOrExit("npx", ["--no-install", "ludeng", "--version"], {
    seconds: 60,
    isShown: false,
    directory: project
  })
  if (!version.output.includes(manifest.version)) fail(`ludeng --version says ${version.output}`)
  const illustrated = await runOrExit(
    "npx",
    ["--no-install", "ludeng", "illustrate", "a red fox in the snow", "--json"],
    {
      seconds: 60,
      isShown: false,
      directory: project,
      environment: { DEEPSEEK_API_KEY: undefined, NANOBANANA_API_KEY: undefined, USE_MOCK_APIS: "true" }
    }
  )
  if (!illustrated.output.includes(`"mode":"simulated"`)) fail(`ludeng illustrate says ${illustrated.output}`)
  console.log("package: the installed command illustrates a prompt")
  const older = systemNode()
  if (older === undefined) return
  const said = (await run(older, ["--version"], { seconds: 30, isShown: false })).output
  const [major = 0, minor = 0] = said.replace("v", "").split(".").map(Number)
  if (major > 22 || (major === 22 && minor >= 19)) return
  const refused = await run(older, ["node_modules/@ludeng/providers/apps/cli/ludeng.mjs", "doctor", "--offline"], {
    seconds: 60,
    isShown: false,
    directory: project
  })
  if (refused.code === 0 || !refused.output.includes("22.19")) fail(`on Node ${said} ludeng says ${refused.output}`)
  console.log(`package: on Node ${said.trim()} the command says what it needs`)
}

if (manifest.sideEffects !== false) fail("sideEffects is not false")
await install(await pack())
await importAll()
await checkTypes()
await checkCommand()
console.log("package: passed")
