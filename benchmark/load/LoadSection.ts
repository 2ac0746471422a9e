/**
 * The load section: response times under normal load, over sockets, at the latencies of the real providers.
 */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { type Simulator, startSimulator } from "../ours/Simulator.ts"
import { runChild } from "../process/Child.ts"
import type { RunOptions, Section } from "../report/Section.ts"
import { goalsOf, type LoadFigures, loadMarkdown, rowOf } from "./LoadReport.ts"
import { realLatencies, type RunnerAnswer, type RunnerRequest, type Trial } from "./Trial.ts"

/** So many calls that each trial takes up to a minute. */
const callsOf = (kind: Trial["kind"], inFlight: number, isQuick: boolean): number => {
  if (isQuick) return kind === "images" ? inFlight : 3 * inFlight
  if (kind === "images") return inFlight === 5 ? 40 : 320
  return inFlight === 5 ? 300 : 4_000
}

/** Short enough for the patience of a reader, long enough that our own work does not count for seconds. */
const scale = 10

const trialsOf = (isQuick: boolean): ReadonlyArray<Trial> =>
  (["enhancements", "images"] as const).flatMap((kind) =>
    (["healthy", "flaky"] as const).flatMap((scenario) =>
      [5, 64].map((inFlight) => ({
        kind,
        scenario,
        inFlight,
        calls: callsOf(kind, inFlight, isQuick),
        scale
      }))
    )
  )

const scaledLatencies = (scale: number) =>
  Object.fromEntries(
    Object.entries(realLatencies).map(([timed, { from, to }]) => [timed, { from: from / scale, to: to / scale }])
  )

const measureTrial = async (trial: Trial, simulator: Simulator, directory: string, { tell }: RunOptions) => {
  tell(`${trial.kind}, ${trial.scenario}, ${trial.inFlight} in flight`)
  await simulator.play({
    scenario: trial.scenario,
    submitFaults: ["rate-limited", "unavailable"],
    latency: scaledLatencies(trial.scale)
  })
  const request: RunnerRequest = { ...trial, baseUrls: simulator.baseUrls, directory }
  return rowOf(trial, await runChild<RunnerAnswer>("load/Runner.ts", request, { seconds: 300 }))
}

/** The section. */
export const loadSection: Section = {
  name: "load",
  title: "Response times under load",
  measure: async (options) => {
    const simulator = await startSimulator()
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ludeng-load-"))
    try {
      const figures: LoadFigures = []
      for (const trial of trialsOf(options.isQuick)) {
        figures.push(await measureTrial(trial, simulator, directory, options))
      }
      return {
        markdown: loadMarkdown(figures),
        figures: JSON.parse(JSON.stringify(figures)),
        goals: goalsOf(figures)
      }
    } finally {
      simulator.stop()
      fs.rmSync(directory, { recursive: true, force: true })
    }
  }
}
