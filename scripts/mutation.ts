/**
 * `npm run mutation`: changes the pure deciders one place at a time, and counts the changes that no test notices; writes
 * `docs/mutation.md`. Fails where a group of deciders is below its least score, or the list of equivalent changes is not
 * what it says. StrykerJS is a package of its own in `mutation/`, installed on the first run and whenever its lock file
 * has changed; it works on a copy of the checkout, at low priority.
 *
 * `npm run mutation -- --only breaker,budget` runs some groups; the page has the others as they were last measured
 * (`mutation/results/`), and with `--files WaitingRoom,Allowance` so have the other files of the group. `--concurrency 1`
 * takes one processor instead of two, `--page` writes the page anew from what is kept.
 */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { root, run, runOrExit } from "./command.ts"
import { equivalentMutants } from "./mutation-equivalents.ts"
import { leastPercent, type MutationGroup, mutationGroups } from "./mutation-groups.ts"
import { keepGroup, keptGroup } from "./mutation-results.ts"
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

const valueOf = (flag: string): string | undefined => {
  const at = process.argv.indexOf(flag)
  return at === -1 ? undefined : (process.argv[at + 1] ?? "")
}

const only = valueOf("--only")?.split(",")
const onlyFiles = valueOf("--files")?.split(",")
const isMeasured = (file: string): boolean => onlyFiles?.includes(path.basename(file, ".ts")) ?? true
const concurrency = Number(valueOf("--concurrency") ?? 2)
const isPageOnly = process.argv.includes("--page")
const groups = isPageOnly ? [] : mutationGroups.filter(({ name }) => only === undefined || only.includes(name))
if (groups.length === 0 && !isPageOnly) {
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
  concurrency,
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

for (const group of groups) {
  const startedAt = performance.now()
  const mutants = await runGroup({ ...group, sources: group.sources.filter(isMeasured) })
  const before = onlyFiles === undefined ? undefined : keptGroup(group.name)
  const others = before?.mutants.filter(({ file }) => group.sources.includes(file) && !isMeasured(file)) ?? []
  keepGroup(group.name, (performance.now() - startedAt) / 60_000 + (before?.minutes ?? 0), [...others, ...mutants])
}

const measured = mutationGroups.flatMap((group) => {
  const kept = keptGroup(group.name)
  if (kept === undefined) return []
  const { measuredOn, minutes, mutants } = kept
  const files = group.sources.map((file) =>
    tallyOf(
      file,
      mutants.filter((it) => it.file === file),
      equivalentMutants
    )
  )
  return [{ measuredOn, minutes, mutants, files, total: tallyOf(group.name, mutants, equivalentMutants) }]
})
const shown = measured.filter(({ total }) => isPageOnly || groups.some(({ name }) => name === total.name))
const all = measured.flatMap(({ mutants }) => mutants)
const lines = [heads, ...shown.flatMap(({ files, total }) => [...files, total].map(cellsOf))]
const padded = (cells: ReadonlyArray<string>): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(48) : cell.padStart(12))).join("")
console.log(`\n${lines.map(padded).join("\n")}`)
for (const { total } of shown) {
  for (const { from, place, to } of total.survivors) console.log(`${place}: ${from}  ->  ${to}`)
}
const missing = mutationGroups.filter(({ name }) => !measured.some(({ total }) => total.name === name))
if (missing.length === 0) {
  const page = pageOf(measured, tallyOf("all", all, equivalentMutants), equivalentMutants)
  fs.writeFileSync(path.join(root, "docs/mutation.md"), page)
} else console.error(`not measured yet, so no page is written: ${missing.map(({ name }) => name).join(", ")}`)

const files = new Set(all.map(({ file }) => file))
const stale = staleEquivalents(
  all,
  equivalentMutants.filter(({ file }) => files.has(file))
)
for (const { file, from, line, to } of stale) {
  console.error(`not equivalent, or not there any more: ${file}, in \`${line}\`: ${from}  ->  ${to}`)
}
const low = measured.filter(({ total }) => percentOf(total) < leastPercent)
for (const { total } of low)
  console.error(`${total.name}: ${percentOf(total).toFixed(1)} %, at least ${leastPercent} %`)
process.exit(stale.length + low.length === 0 ? 0 : 1)
