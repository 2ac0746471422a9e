/**
 * Measures and writes the report.
 *
 * `--only speed,traps` measures these sections and leaves the others' last text; `--quick` shows that everything runs,
 * in short rounds, and writes its report apart.
 */
import { parseArgs } from "node:util"
import { writeDocument } from "./report/Document.ts"
import { machine, requireSameUndici, versions } from "./report/Machine.ts"
import { keepResult } from "./report/Results.ts"
import { type Section, standingOf } from "./report/Section.ts"
import { sections } from "./Sections.ts"

const { values } = parseArgs({ options: { only: { type: "string" }, quick: { type: "boolean", default: false } } })

const chosen = (only: string | undefined): ReadonlyArray<Section> => {
  if (only === undefined) return sections
  return only.split(",").map((name) => {
    const section = sections.find((it) => it.name === name.trim())
    if (section !== undefined) return section
    console.error(`--only ${name}: there are ${sections.map((it) => it.name).join(", ")}`)
    process.exit(2)
  })
}

requireSameUndici()
const isQuick = values.quick
let failed = 0
for (const section of chosen(values.only)) {
  const begunAt = performance.now()
  const tell = (line: string) => console.log(`${section.name.padEnd(10)} ${line}`)
  try {
    const measured = await section.measure({ isQuick, tell })
    const seconds = (performance.now() - begunAt) / 1000
    keepResult(
      {
        ...measured,
        name: section.name,
        title: section.title,
        measuredAt: new Date().toISOString(),
        seconds,
        machine: machine(),
        versions: versions()
      },
      isQuick
    )
    for (const goal of measured.goals) tell(`${standingOf(goal).padEnd(12)} ${goal.what}: ${goal.measured ?? "–"}`)
    tell(`done in ${seconds.toFixed(0)} s`)
  } catch (error) {
    failed += 1
    console.error(`${section.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  console.log(`written: ${writeDocument(sections, isQuick)}`)
}
process.exit(failed === 0 ? 0 : 1)
