/**
 * How long the simulated providers take, and how it is written in a script: as a time, or as chance around or between
 * times.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type { Operation } from "../../schemas/Provider.ts"
import { type Chance, drawNormal } from "./SeededRandom.ts"

/** A time. **Units** milliseconds, or a duration (`"2 seconds"`); at most one day. */
export const Milliseconds = Schema.Union([Schema.Finite, Schema.String, Schema.Duration]).pipe(
  Schema.decodeTo(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 86_400_000 })).annotate({
      expected: 'milliseconds from 0 to 86400000, or a duration as "2 seconds"'
    }),
    SchemaTransformation.transform({ decode: (time) => millisOf(time), encode: (millis) => millis })
  )
)

/** NaN, which no check lets pass, for a text that is no time. */
const millisOf = (time: number | string | Duration.Duration): number => {
  if (typeof time === "number") return time
  if (typeof time === "string" && /^\d+(\.\d+)?$/.test(time.trim())) return Number(time)
  return Option.match(Duration.fromInput(time as Duration.Input), {
    onNone: () => Number.NaN,
    onSome: Duration.toMillis
  })
}

/**
 * How long something takes: always the same, spread around a median (log-normal, `spread` is the deviation of the
 * logarithm, default 0.3), or evenly between two times, which bound it.
 *
 * **Units** milliseconds, or a duration (`"2 seconds"`); at most one day.
 */
export const Latency = Schema.Union([
  Milliseconds,
  Schema.Struct({
    median: Milliseconds,
    spread: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 3 })))
  }),
  Schema.Struct({ from: Milliseconds, to: Milliseconds })
])
export type Latency = typeof Latency.Type

/** Latencies by operation; `job` is the time a picture takes to be made. What is not given has its default. */
export const Latencies = Schema.Struct({
  chat: Schema.optionalKey(Latency),
  probe: Schema.optionalKey(Latency),
  submit: Schema.optionalKey(Latency),
  status: Schema.optionalKey(Latency),
  cancel: Schema.optionalKey(Latency),
  download: Schema.optionalKey(Latency),
  job: Schema.optionalKey(Latency)
})
export interface Latencies extends Schema.Schema.Type<typeof Latencies> {}

/**
 * The network between the client and a provider: how long a request is on its way before the provider sees and counts it,
 * and how long the answer is before its first byte comes. Default none.
 */
export const Transit = Schema.Struct({
  there: Schema.optionalKey(Latency),
  back: Schema.optionalKey(Latency)
})
export interface Transit extends Schema.Schema.Type<typeof Transit> {}

/** What takes time. */
export type Timed = Operation | "job"

/** The latencies where the script says nothing: much quicker than the real ones, in the same proportions. */
export const defaultLatencies: Readonly<Record<Timed, Latency>> = {
  chat: { median: 700 },
  probe: { median: 100 },
  submit: { median: 250 },
  status: { median: 80 },
  cancel: { median: 80 },
  download: { median: 200 },
  job: { median: 1_600, spread: 0.15 }
}

const defaultSpread = 0.3

/** The time something takes at the provider. **Units** milliseconds, rounded where they are drawn. */
export const drawLatencyMillis = (
  { latency }: { readonly latency: Latency | Latencies },
  timed: Timed,
  chance: Chance
): number => drawMillis(latencyOf(latency, timed), `latency/${timed}`, chance)

const latencyOf = (latency: Latency | Latencies, timed: Timed): Latency => {
  if (typeof latency === "number" || "median" in latency || "from" in latency) return latency
  return latency[timed] ?? defaultLatencies[timed]
}

/** The time one way takes. **Units** as `drawLatencyMillis`. */
export const drawTransitMillis = (
  { transit }: { readonly transit: Transit },
  way: keyof Transit,
  chance: Chance
): number => drawMillis(transit[way] ?? 0, `transit/${way}`, chance)

const drawMillis = (latency: Latency, purpose: string, chance: Chance): number => {
  if (typeof latency === "number") return latency
  if ("from" in latency) return Math.round(latency.from + (latency.to - latency.from) * chance(purpose))
  return Math.round(latency.median * Math.exp((latency.spread ?? defaultSpread) * drawNormal(chance, purpose)))
}
