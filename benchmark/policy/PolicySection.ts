/**
 * The policy section: what policies cost around a call that does nothing, one at a time and 64 in flight.
 */
import { notThereYet } from "../ours/WhenThere.ts"
import { runChild } from "../process/Child.ts"
import type { Goal, RunOptions, Section } from "../report/Section.ts"
import { median, medianRatio } from "../report/Statistics.ts"
import { fixed, table, whole } from "../report/Table.ts"
import { oursName, policyCases, referenceName } from "./Cases.ts"
import type { RunnerAnswer, RunnerRequest } from "./Runner.ts"

const numbersInFlight = [1, 64]

/** Nanoseconds of a call by case and by number in flight, one for each round. */
type Times = Readonly<Record<string, ReadonlyArray<ReadonlyArray<number | undefined>>>>

const measureOnce = async (name: string, workers: number, { isQuick, tell }: RunOptions) => {
  const [warmUp, duration] = isQuick ? [150, 150] : [1_000, 1_500]
  const request: RunnerRequest = { name, workers, warmUp, duration }
  try {
    return (await runChild<RunnerAnswer>("policy/Runner.ts", request, { seconds: 60 })).nanos ?? undefined
  } catch (error) {
    tell(String(error))
    return undefined
  }
}

const measureAll = async (options: RunOptions): Promise<Times> => {
  const times: Record<string, Array<Array<number | undefined>>> = {}
  const rounds = options.isQuick ? 1 : 5
  for (let round = 0; round < rounds; round++) {
    options.tell(`round ${round + 1} of ${rounds}`)
    for (const { name } of round % 2 === 0 ? policyCases : policyCases.toReversed()) {
      for (const [index, workers] of numbersInFlight.entries()) {
        const rows = (times[name] ??= numbersInFlight.map(() => []))
        rows[index]?.push(await measureOnce(name, workers, options))
      }
    }
  }
  return times
}

const timesOf = (times: Times, name: string, index: number) => times[name]?.[index] ?? []

const ratioOf = (times: Times, name: string, index: number): number | undefined =>
  medianRatio(timesOf(times, name, index), timesOf(times, referenceName, index))

const rowOf = (times: Times, name: string): ReadonlyArray<string> => {
  const middles = numbersInFlight.map((_, index) => median(timesOf(times, name, index).flatMap((it) => it ?? [])))
  if (middles.every((it) => it === undefined)) return [name, notThereYet, "", "", ""]
  return [name, ...middles.map(whole), ...numbersInFlight.map((_, index) => fixed(ratioOf(times, name, index), 2))]
}

const introduction = `Every policy around a function (or an effect) that does nothing, with stores in memory and limits that are never reached. Cases with a cache look a key up that is not there and store the answer; ours hashes its key with SHA-256, the others use a text. Ours is the pipeline: limiter, slots, circuit, attempt timeout, retry budget, statistics; as requests of one call, and with what a call of its own adds (an id, a deadline, a reservation of money settled after). Ratios are to ${referenceName}, in the same round; lower is better.`

const markdownOf = (times: Times): string =>
  [
    introduction,
    table(
      ["case", "one at a time, ns", "64 in flight, ns", "ratio, one", "ratio, 64"],
      policyCases.map(({ name }) => rowOf(times, name))
    )
  ].join("\n\n")

const goal = (times: Times, name: string, aim: number): Goal => {
  const measured = ratioOf(times, name, 1)
  const what = `${name}: time to the reference, 64 in flight`
  return { what, direction: "atMost", aim, ...(measured === undefined ? { note: notThereYet } : { measured }) }
}

/** The section. */
export const policySection: Section = {
  name: "policy",
  title: "Policies without I/O",
  measure: async (options) => {
    const times = await measureAll(options)
    return {
      markdown: markdownOf(times),
      figures: JSON.parse(JSON.stringify(times)),
      goals: [goal(times, oursName.cached, 0.35), goal(times, oursName.plain, 0.25)]
    }
  }
}
