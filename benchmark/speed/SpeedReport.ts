/**
 * The speed section as text and goals.
 */
import type { Goal } from "../report/Section.ts"
import { median, medianRatio } from "../report/Statistics.ts"
import { fixed, significant, table, whole } from "../report/Table.ts"
import type { SpeedFigures } from "./Meter.ts"
import { limitName, oursName, speedPeers } from "./Peers.ts"
import { caseName, isGoalCase } from "./SpeedPlan.ts"
import type { CaseFigures } from "./SpeedSection.ts"

type Field = Exclude<keyof SpeedFigures, "spansPerCall">

const valuesOf = (it: CaseFigures, peer: string, field: Field): ReadonlyArray<number | undefined> =>
  (it.byPeer[peer] ?? []).map((round) => round?.[field])

const medianOf = (it: CaseFigures, peer: string, field: Field): number | undefined =>
  median(valuesOf(it, peer, field).filter((value) => value !== undefined))

const ratioOf = (it: CaseFigures, peer: string, field: Field): number | undefined =>
  medianRatio(valuesOf(it, peer, field), valuesOf(it, limitName, field))

const caseTable = (it: CaseFigures): string =>
  table(
    ["peer", "requests/s", "speed ratio", "p50 ms", "p99 ms", "client CPU µs/call", "CPU ratio", "peak memory MB"],
    speedPeers.map(({ name }) => [
      name,
      whole(medianOf(it, name, "callsPerSecond")),
      fixed(ratioOf(it, name, "callsPerSecond"), 2),
      significant(medianOf(it, name, "p50")),
      significant(medianOf(it, name, "p99")),
      significant(medianOf(it, name, "cpuMicros")),
      fixed(ratioOf(it, name, "cpuMicros"), 2),
      whole((medianOf(it, name, "peakMemory") ?? Number.NaN) / 2 ** 20)
    ])
  )

const spansNote = (cases: ReadonlyArray<CaseFigures>): string => {
  const goalCase = cases.find((it) => isGoalCase(it.case))
  const spans = [oursName.pipelineTraced, oursName.enhanceTraced].map((peer) =>
    median((goalCase?.byPeer[peer] ?? []).flatMap((round) => round?.spansPerCall ?? []))
  )
  return `Spans recorded per call in the rows with a tracer: ${spans.map((it) => fixed(it, 2)).join(" (Pipeline.run), ")} (enhance).`
}

const introduction = `A stub on loopback, in a process of its own, answers each \`POST /chat/completions\` with 1.5 kB as DeepSeek sends it, at once or after 20 ms. Each run of a peer is a process of its own; rounds alternate in order. Ratios are to \`Pool.request\` in the same round: speed higher is better, CPU lower is better.

Peers send one constant body. \`ours: enhance\` makes a new prompt, its messages and its cost bound for each call, and checks and sanitises the answer; \`ours: Pipeline.run\` sends the peers' body under all policies. "One span": a tracer is installed that records to memory and drops. "Audit on disk" writes a row for each call and attempt, with the bodies sealed, behind the calls. cockatiel has no limiter, cache, metrics or spans; the axios stack (axios, axios-retry, bottleneck, opossum, joi, node-cache, winston) is bounded by bottleneck's timers, not by its processor time.`

/** The text of the section. */
export const speedMarkdown = (cases: ReadonlyArray<CaseFigures>): string =>
  [
    introduction,
    spansNote(cases),
    ...cases
      .toSorted((left, right) => left.case.delay - right.case.delay || left.case.workers - right.case.workers)
      .map((it) => `### ${caseName(it.case)} (medians of ${it.case.rounds})\n\n${caseTable(it)}`)
  ].join("\n\n")

interface Bounds {
  readonly peer: string
  readonly speed: readonly [aim: number, floor: number]
  readonly cpu: readonly [aim: number, floor: number]
}

const traced = { speed: [0.75, 0.65], cpu: [1.35, 1.6] } as const
const untraced = { speed: [0.9, 0.8], cpu: [1.1, 1.3] } as const

const bounds: ReadonlyArray<Bounds> = [
  { peer: oursName.pipelineTraced, ...traced },
  { peer: oursName.enhanceTraced, ...traced },
  { peer: oursName.pipelineAuditedTraced, ...traced },
  { peer: oursName.pipeline, ...untraced },
  { peer: oursName.pipelineAudited, ...untraced },
  { peer: oursName.enhance, ...untraced }
]

const measuredAs = (value: number | undefined) => (value === undefined ? {} : { measured: value })

/** What is aimed at with 64 calls in flight and a stub that answers at once. */
export const goalsOf = (cases: ReadonlyArray<CaseFigures>): ReadonlyArray<Goal> =>
  cases
    .filter((it) => isGoalCase(it.case))
    .flatMap((it) =>
      bounds.flatMap(({ cpu, peer, speed }): ReadonlyArray<Goal> => [
        {
          what: `${peer}: speed to Pool.request`,
          direction: "atLeast",
          aim: speed[0],
          floor: speed[1],
          ...measuredAs(ratioOf(it, peer, "callsPerSecond"))
        },
        {
          what: `${peer}: client CPU to Pool.request`,
          direction: "atMost",
          aim: cpu[0],
          floor: cpu[1],
          ...measuredAs(ratioOf(it, peer, "cpuMicros"))
        }
      ])
    )
