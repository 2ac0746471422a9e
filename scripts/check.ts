/**
 * `npm run check`: everything a change must pass, the quick steps first. Stops at the first step that fails, with its
 * exit code. Each step is bounded in time.
 */
import { run } from "./command.ts"

interface Step {
  readonly name: string
  readonly command: string
  readonly parameters: ReadonlyArray<string>
  readonly seconds: number
}

const steps: ReadonlyArray<Step> = [
  { name: "format", command: "oxfmt", parameters: ["--check", "."], seconds: 60 },
  { name: "lint", command: "oxlint", parameters: ["--deny-warnings"], seconds: 60 },
  { name: "types", command: "tsc", parameters: ["--noEmit"], seconds: 180 },
  { name: "tests", command: "vitest", parameters: ["run", "--coverage"], seconds: 300 },
  { name: "examples", command: "node", parameters: ["scripts/doc-examples.ts"], seconds: 180 },
  { name: "package", command: "node", parameters: ["scripts/pack-check.ts"], seconds: 300 }
]

const lines: Array<string> = []
for (const { command, name, parameters, seconds } of steps) {
  console.log(`\n== ${name}: ${[command, ...parameters].join(" ")}`)
  const ended = await run(command, parameters, { seconds })
  lines.push(`${ended.code === 0 ? "passed" : "FAILED"}  ${name.padEnd(10)} ${ended.seconds.toFixed(1).padStart(6)} s`)
  if (ended.code !== 0) {
    console.error(`\n${lines.join("\n")}\ncheck stopped: ${name} ended with ${ended.code}${ended.output}`)
    process.exit(ended.code)
  }
}
console.log(`\n${lines.join("\n")}\ncheck passed`)
