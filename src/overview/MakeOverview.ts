/**
 * Builds `Overview`: reads what the services know, at most once a second for each owner, and counts events from the first
 * snapshot on.
 *
 * What a snapshot costs: four reads of the stores, each bounded (20 jobs, 10 failed calls, the lines of a month, the
 * budgets), what `Alerts` looks at, and the prices of the retries, which are asked for once in half a minute for each
 * failed call.
 */
import * as Cache from "effect/Cache"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { DeadLetter } from "../../schemas/DeadLetter.ts"
import type { LetterId, Owner } from "../../schemas/Identifiers.ts"
import type { OverviewReport } from "../../schemas/Overview.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { Alerts } from "../alerts/Alerts.ts"
import { ResponseCache } from "../cache/ResponseCache.ts"
import { DeadLetters } from "../dead-letter/DeadLetters.ts"
import { ManualRetries, type RetryQuote } from "../dead-letter/ManualRetries.ts"
import { Health } from "../health/Health.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { CostLedger } from "../money/CostLedger.ts"
import { dayOf, monthOf } from "../money/UtcPeriods.ts"
import { AdmissionControl, type Door } from "../pipeline/AdmissionControl.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import { facts as genericFacts } from "../provider/nanobanana/generic/Facts.ts"
import { facts as nanoBananaApiFacts } from "../provider/nanobanana/nanobananaapi/Facts.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { CallStatistics } from "../telemetry/CallStatistics.ts"
import { EventFeed } from "../telemetry/EventFeed.ts"
import { Transport } from "../transport/Transport.ts"
import { libraryVersion } from "../transport/UserAgent.ts"
import { accountOverviews } from "./AccountOverviews.ts"
import { Overview } from "./Overview.ts"
import { callTotals, deadLetterOverview, jobOverview, moneyOverview, reasonCounts } from "./Summaries.ts"
import { Traffic } from "./Traffic.ts"

/** How many jobs, and how many failed calls, are shown: the newest. */
export const shownJobs = 20
export const shownLetters = 10

/** How many owners' snapshots are kept, and for how long. */
const keptSnapshots = 256
const snapshotAge = "1 second"

/** A quote is asked for again after this time: prices of the hour change seldom, and a retry checks its own. */
const quoteAge = "30 seconds"

const canCancel = {
  nanobananaapi: nanoBananaApiFacts.canCancel,
  generic: genericFacts.canCancel
} as const

type Dependencies =
  | AdmissionControl
  | Alerts
  | CallStatistics
  | CostLedger
  | DeadLetters
  | EventFeed
  | Health
  | JobLedger
  | LiveSettings
  | ManualRetries
  | ResponseCache
  | Transport

/** The service; what it listens to ends with the scope. */
export const make: Effect.Effect<Overview["Service"], never, Dependencies | Scope.Scope> = Effect.gen(function* () {
  const scope = yield* Effect.scope
  const clock = yield* Clock.Clock
  const control = yield* AdmissionControl
  const alerts = yield* Alerts
  const health = yield* Health
  const statistics = yield* CallStatistics
  const costs = yield* CostLedger
  const letters = yield* DeadLetters
  const feed = yield* EventFeed
  const jobs = yield* JobLedger
  const settings = yield* LiveSettings
  const retries = yield* ManualRetries
  const responses = yield* ResponseCache
  const transport = yield* Transport

  const traffic = new Traffic()
  const movedAt = new Map<Door, number>()
  let startedAt: number | undefined

  const stops = control.doors.map((door) =>
    door.circuit.onTransition(() => {
      movedAt.set(door, clock.currentTimeMillisUnsafe())
    })
  )
  yield* Scope.addFinalizer(
    scope,
    Effect.sync(() => {
      for (const stop of stops) stop()
    })
  )

  /** Listens, from the first snapshot on. */
  const begin = Effect.suspend(() => {
    if (startedAt !== undefined) return Effect.void
    startedAt = clock.currentTimeMillisUnsafe()
    return Effect.provideService(
      feed.listen((event) => traffic.observe(event)),
      Scope.Scope,
      scope
    )
  })

  const quotes = yield* Cache.make({
    capacity: 1_000,
    timeToLive: quoteAge,
    // A price that can not be told now is no reason to show nothing of a failed call.
    lookup: (key: string): Effect.Effect<RetryQuote | undefined> => {
      const [id, owner] = JSON.parse(key) as [LetterId, Owner]
      return Effect.catch(retries.quote(id, { owner }), () => Effect.undefined)
    }
  })

  /** A retry that has failed makes the price a new question. */
  const quoteOf = ({ id, owner, retries }: DeadLetter) => Cache.get(quotes, JSON.stringify([id, owner, retries.length]))

  const take = Effect.fnUntraced(function* (owner: Owner): Effect.fn.Return<OverviewReport, typeof StorageFailed.Type> {
    yield* begin
    const wall = yield* Clock.currentTimeMillis
    const today = dayOf(wall)
    const version = yield* settings.current
    const [ownJobs, ownLetters, ofMonth, budgets, raised, report, ofOperations] = yield* Effect.all([
      jobs.list(owner, { limit: shownJobs }),
      letters.list(owner, { state: "Waiting", limit: shownLetters }),
      costs.lines({ owner, since: `${monthOf(today)}-01`, until: today }),
      costs.budgets(owner),
      alerts.active,
      health.report,
      statistics.snapshot
    ])
    const quoted = yield* Effect.forEach(ownLetters, (letter) =>
      Effect.map(quoteOf(letter), (quote) => deadLetterOverview(letter, quote))
    )
    const { entries, hits, misses, staleHits } = responses.statistics()
    const instants = { monotonic: millisOf(clock), wall: clock.currentTimeMillisUnsafe() }
    return {
      at: instants.wall,
      startedAt: startedAt ?? wall,
      owner,
      mode: transport.isSimulated ? "simulated" : "live",
      version: libraryVersion,
      settingsVersion: version.version,
      accounts: accountOverviews(control.doors, version.settings, (door) => movedAt.get(door), traffic, instants),
      traffic: traffic.chart(instants.wall),
      totals: callTotals(ofOperations, statistics.manualRetries),
      reasons: reasonCounts(ofOperations, traffic.refusals),
      cache: { hits, staleHits, misses, entries },
      money: moneyOverview(ofMonth, today, budgets),
      jobs: ownJobs.map((job) => jobOverview(job, canCancel[job.plan.protocol])),
      deadLetters: quoted,
      alerts: raised.filter((alert) => alert.owner === undefined || alert.owner === owner),
      health: report
    }
  })

  const snapshots = yield* Cache.make({ capacity: keptSnapshots, timeToLive: snapshotAge, lookup: take })

  const snapshot = (owner: Owner) => Cache.get(snapshots, owner)

  return Overview.of({
    snapshot,
    snapshots: (owner) => Stream.fromEffectSchedule(snapshot(owner), Schedule.spaced(snapshotAge))
  })
})
