/**
 * `npm run examples`: type-checks and runs every example of the documents and docstrings, compares the values they
 * promise, and runs the programs of `examples/` (its tests run with all others).
 *
 * The examples import the package by its name; the condition `@ludeng/source` leads them to the sources. They run in one
 * process, in an empty folder, without the environment's keys.
 */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { root, run, runOrExit } from "./command.ts"
import { examplesOf, moduleOf } from "./example-fences.ts"

const workshop = path.join(root, ".examples")

const documents = fs
  .globSync(["README.md", "ARCHITECTURE.md", "docs/**/*.md", "{schemas,src,layers,mock-layers}/**/*.ts"], { cwd: root })
  // The reference repeats the docstrings.
  .filter((it) => !it.startsWith("docs/reference/"))
  .toSorted()

const checker = `
import { isDeepStrictEqual, inspect } from "node:util"
export const failures: Array<string> = []
export let compared = 0
const plain = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(plain)
  : typeof value === "object" && value !== null && Object.getPrototypeOf(value) !== Object.prototype && "_tag" in value
    ? { ...value } : value
export const expectation = (actual: unknown, expected: unknown, place: string): void => {
  compared++
  if (!isDeepStrictEqual(plain(actual), plain(expected)))
    failures.push(place + ": is " + inspect(actual, { depth: 6 }) + ", promised is " + inspect(expected, { depth: 6 }))
}
`

const runner = (modules: ReadonlyArray<string>): string => `
import { compared, failures } from "./checker.ts"
const modules: ReadonlyArray<string> = ${JSON.stringify(modules)}
await Promise.all(modules.map(async (module) => {
  try {
    await import("./" + module)
  } catch (error) {
    failures.push(module + ": " + (error instanceof Error ? error.stack : String(error)))
  }
}))
console.log(modules.length + " examples run, " + compared + " values compared")
for (const failure of failures) console.error(failure)
process.exit(failures.length === 0 ? 0 : 1)
`

const config = {
  extends: "../tsconfig.json",
  compilerOptions: { rootDir: "..", noUnusedLocals: false },
  include: ["*.ts"]
}

const withoutKeys: Readonly<Record<string, undefined>> = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(DEEPSEEK|NANOBANANA|MOCK|LUDENG)_|^USE_MOCK_APIS$/.test(name))
    .map((name) => [name, undefined])
)

const runDocuments = async (directory: string): Promise<void> => {
  const modules: Array<string> = []
  let typesOnly = 0
  for (const document of documents) {
    const examples = examplesOf(document, fs.readFileSync(path.join(root, document), "utf8"))
    for (const [index, example] of examples.entries()) {
      const name = `${document.replaceAll(path.sep, "_")}.${index + 1}.ts`
      fs.writeFileSync(path.join(workshop, name), moduleOf(example, "./checker.ts"))
      if (example.isRun) modules.push(name)
      else typesOnly++
    }
  }
  fs.writeFileSync(path.join(workshop, "checker.ts"), checker)
  fs.writeFileSync(path.join(workshop, "run.ts"), runner(modules))
  fs.writeFileSync(path.join(workshop, "tsconfig.json"), JSON.stringify(config))
  await runOrExit("tsc", ["--noEmit", "-p", workshop], { seconds: 120 })
  console.log(`${modules.length + typesOnly} examples type-checked`)
  const { output } = await runOrExit("node", ["--conditions=@ludeng/source", path.join(workshop, "run.ts")], {
    seconds: 60,
    isShown: false,
    directory,
    environment: withoutKeys
  })
  console.log(output.trimEnd().split("\n").at(-1))
}

const runPrograms = async (directory: string): Promise<void> => {
  const programs = fs
    .globSync("examples/*.{ts,mjs}", { cwd: root })
    .filter((it) => !it.endsWith(".test.ts"))
    .toSorted()
  for (const program of programs) {
    const ended = await run("node", ["--conditions=@ludeng/source", path.join(root, program)], {
      seconds: 60,
      isShown: false,
      directory,
      environment: withoutKeys
    })
    console.log(`${program}: ${ended.code === 0 ? "ran" : "FAILED"} in ${ended.seconds.toFixed(1)} s`)
    if (ended.code !== 0) {
      console.error(ended.output)
      process.exitCode = ended.code
    }
  }
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ludeng-examples-"))
const clean = () => {
  for (const folder of [workshop, directory]) fs.rmSync(folder, { recursive: true, force: true })
}
process.on("exit", clean)
fs.rmSync(workshop, { recursive: true, force: true })
fs.mkdirSync(workshop)
await runDocuments(directory)
await runPrograms(directory)
