/**
 * The jobs section: what a durable job costs beside its bare row writes, whether memory grows with the jobs, and whether
 * listing and claiming stay fast as their table does.
 */
import { runChild } from "../process/Child.ts"
import type { Section } from "../report/Section.ts"
import { fixed, significant, table, whole } from "../report/Table.ts"
import type { CostAnswer, CostRequest } from "./CostRunner.ts"
import type { GrowthAnswer, GrowthRequest } from "./GrowthRunner.ts"

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN

const costText = ({ heapAt, rounds }: CostAnswer, jobs: number): string => {
  const ours = median(rounds.map((it) => it.ours))
  const bare = median(rounds.map((it) => it.bare))
  return [
    `${whole(jobs)} jobs are entered and brought to their picture, five durable steps each (\`synchronous=FULL\`). The bare writes are the same statements with the same values, ${fixed(rounds[0]?.writes, 0)} for each job, given to SQLite alone.`,
    table(
      ["", "CPU ms a job"],
      [
        ["ours", fixed(ours, 2)],
        ["the bare row writes", fixed(bare, 2)]
      ]
    ),
    table(
      ["jobs done", "heap MB"],
      heapAt.map(({ bytes, jobs: done }) => [whole(done), fixed(bytes / 1e6, 1)])
    )
  ].join("\n\n")
}

const growthText = (answers: ReadonlyArray<GrowthAnswer>): string =>
  [
    "Rows that have ended fill the table; a hundred jobs are due. Medians, in milliseconds.",
    table(
      ["rows", "enter", "claim one and give it back", "list a page of 100"],
      answers.map(({ claim, enter, list, rows }) => [
        whole(rows),
        significant(enter),
        significant(claim),
        significant(list)
      ])
    ),
    table(
      ["query", `plan at ${whole(answers.at(-1)?.rows)} rows`],
      (answers.at(-1)?.plans ?? []).map(({ plan, query }) => [query, plan])
    )
  ].join("\n\n")

/** The section. */
export const jobsSection: Section = {
  name: "jobs",
  title: "Durable jobs",
  measure: async ({ isQuick, tell }) => {
    const jobs = isQuick ? 500 : 10_000
    tell(`${jobs} jobs`)
    const request: CostRequest = { jobs, rounds: isQuick ? 1 : 5 }
    const cost = await runChild<CostAnswer>("jobs/CostRunner.ts", request, { seconds: 600, isCollectable: true })
    const growth: Array<GrowthAnswer> = []
    for (const rows of isQuick ? [1_000, 10_000] : [1_000, 100_000, 1_000_000]) {
      tell(`${rows} rows`)
      growth.push(
        await runChild<GrowthAnswer>("jobs/GrowthRunner.ts", { rows } satisfies GrowthRequest, { seconds: 600 })
      )
    }
    const [first, last] = [growth[0], growth.at(-1)]
    const slower = (of: "claim" | "list") => (last?.[of] ?? Number.NaN) / (first?.[of] ?? Number.NaN)
    const heaps = cost.heapAt.map(({ bytes }) => bytes)
    return {
      markdown: [costText(cost, jobs), growthText(growth)].join("\n\n"),
      figures: JSON.parse(JSON.stringify({ cost, growth })),
      goals: [
        {
          what: "CPU of a durable job, to its bare row writes",
          direction: "atMost",
          aim: 3,
          measured: median(cost.rounds.map(({ bare, ours }) => ours / bare))
        },
        {
          what: "heap after all jobs, to the heap after a fifth of them",
          direction: "atMost",
          aim: 1.2,
          measured: (heaps.at(-1) ?? Number.NaN) / (heaps[1] ?? Number.NaN)
        },
        { what: "time to claim, from 1 000 rows to a million", direction: "atMost", aim: 2, measured: slower("claim") },
        { what: "time to list, from 1 000 rows to a million", direction: "atMost", aim: 2, measured: slower("list") }
      ]
    }
  }
}
