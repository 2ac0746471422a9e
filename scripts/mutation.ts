/**
 * `npm run mutation`: changes the pure deciders one place at a time, and counts the changes that no test notices; writes
 * `docs/mutation.md`. Fails where a group of deciders is below its least score, or the list of equivalent changes is not
 * what it says. StrykerJS is a package of its own in `mutation/`, installed on the first run and whenever its lock file
 * has changed; it works on a copy of the checkout, at low priority.
 *
 * `npm run mutation -- --only breaker,budget` runs some groups, and writes nothing.
 */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { root, run, runOrExit } from "./command.ts"
import { equivalentMutants } from "./mutation-equivalents.ts"
import { leastPercent, type MutationGroup, mutationGroups } from "./mutation-groups.ts"
import {
  cellsOf,
  heads,
  type Mutant,
  mutantsOf,
  pageOf,
  percentOf,
  staleEquivalents,
  type StrykerReport,
  tallyOf
} from "./mutation-report.ts"

const directory = path.join(root, "mutation")

const at = process.argv.indexOf("--only")
const only = at === -1 ? undefined : (process.argv[at + 1] ?? "").split(",")
const groups = mutationGroups.filter(({ name }) => only === undefined || only.includes(name))
if (groups.length === 0) {
  console.error(`--only takes some of: ${mutationGroups.map(({ name }) => name).join(", ")}`)
  process.exit(2)
}

const changedAt = (file: string): number =>
  fs.statSync(path.join(directory, file), { throwIfNoEntry: false })?.mtimeMs ?? 0

if (changedAt("node_modules/.package-lock.json") < changedAt("package-lock.json")) {
  await runOrExit("npm", ["ci", "--no-audit", "--no-fund"], { directory, seconds: 300 })
}

os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL)
const workplace = fs.mkdtempSync(path.join(os.tmpdir(), "ludeng-mutation-"))
process.once("exit", () => fs.rmSync(workplace, { recursive: true, force: true }))

const strykerOptions = (group: MutationGroup, reportFile: string) => ({
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  // Stryker reads a tsconfig with the API that TypeScript 7 does not have; there is nothing in ours that it needs.
  tsconfigFile: "none.json",
  mutate: group.sources,
  ignorePatterns: ["/images", "/dist", "/coverage", "/benchmark", "/mutation"],
  tempDirName: path.join(workplace, "copy"),
  coverageAnalysis: "perTest",
  concurrency: 2,
  timeoutMS: 10_000,
  timeoutFactor: 2,
  reporters: ["json", "progress-append-only"],
  jsonReporter: { fileName: reportFile },
  logLevel: "warn",
  warnings: { slow: false }
})

const runGroup = async (group: MutationGroup): Promise<ReadonlyArray<Mutant>> => {
  console.log(`\n== ${group.name}`)
  const optionsFile = path.join(workplace, "options.json")
  const reportFile = path.join(workplace, "report.json")
  fs.rmSync(reportFile, { force: true })
  fs.writeFileSync(optionsFile, JSON.stringify(strykerOptions(group, reportFile)))
  const stryker = path.join(directory, "node_modules/@stryker-mutator/core/bin/stryker.js")
  const { code } = await run("node", [stryker, "run", optionsFile], {
    seconds: 2 * 3600,
    environment: { MUTATION_TESTS: group.tests.join(" ") }
  })
  if (code !== 0) process.exit(code)
  return mutantsOf(JSON.parse(fs.readFileSync(reportFile, "utf8")) as StrykerReport)
}

const startedAt = performance.now()
const all: Array<Mutant> = []
const results = []
for (const group of groups) {
  const mutants = await runGroup(group)
  all.push(...mutants)
  results.push({
    total: tallyOf(group.name, mutants, equivalentMutants),
    files: group.sources.map((file) =>
      tallyOf(
        file,
        mutants.filter((it) => it.file === file),
        equivalentMutants
      )
    )
  })
}

const overall = tallyOf("all", all, equivalentMutants)
const lines = [heads, ...results.flatMap(({ files, total }) => [...files, total].map(cellsOf)), cellsOf(overall)]
const padded = (cells: ReadonlyArray<string>): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(48) : cell.padStart(12))).join("")
console.log(`\n${lines.map(padded).join("\n")}`)
for (const { from, place, to } of overall.survivors) console.log(`${place}: ${from}  ->  ${to}`)

if (only === undefined) {
  const minutes = (performance.now() - startedAt) / 60_000
  fs.writeFileSync(path.join(root, "docs/mutation.md"), pageOf(results, overall, equivalentMutants, minutes))
}

const files = new Set(groups.flatMap(({ sources }) => sources))
const stale = staleEquivalents(
  all,
  equivalentMutants.filter(({ file }) => files.has(file))
)
for (const { file, from, line, to } of stale) {
  console.error(`not equivalent, or not there any more: ${file}, in \`${line}\`: ${from}  ->  ${to}`)
}
const low = results.filter(({ total }) => percentOf(total) < leastPercent)
for (const { total } of low)
  console.error(`${total.name}: ${percentOf(total).toFixed(1)} %, at least ${leastPercent} %`)
process.exit(stale.length + low.length === 0 ? 0 : 1)
