/**
 * `npm run bench`: measures the library beside its peers and writes `docs/benchmarks.md`. The peers are a package of
 * their own, installed on the first run and whenever its lock file has changed.
 *
 * `npm run bench -- --only speed,traps` measures some sections; `--quick` is a smoke test.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { root, run, runOrExit } from "./command.ts"

const directory = path.join(root, "benchmark")
const isQuick = process.argv.includes("--quick")

const changedAt = (file: string): number =>
  fs.statSync(path.join(directory, file), { throwIfNoEntry: false })?.mtimeMs ?? 0

if (changedAt("node_modules/.package-lock.json") < changedAt("package-lock.json")) {
  await runOrExit("npm", ["ci", "--no-audit", "--no-fund"], { directory, seconds: 300 })
}
const ended = await run("node", [path.join(directory, "main.ts"), ...process.argv.slice(2)], {
  seconds: isQuick ? 900 : 3 * 3600
})
process.exit(ended.code)
