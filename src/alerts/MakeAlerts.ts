/**
 * Builds `Alerts`: hears the events, looks at the doors, keys, budgets, jobs and the audit, has the pure rules decide, and
 * tells the notices.
 *
 * One look costs some microseconds. It is made at once after what went wrong, else a second after an event, and every ten
 * seconds while something is watched; idle it makes none. All times are in the one list that the doors have, so that it
 * adds no timer and no fiber that waits.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as PubSub from "effect/PubSub"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { AlertNotice } from "../../schemas/Alert.ts"
import { AuditLog } from "../audit/AuditLog.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { CostLedger } from "../money/CostLedger.ts"
import { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import type { Timeout } from "../policy/deadline/TimeoutList.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { EventFeed } from "../telemetry/EventFeed.ts"
import { KeyVault } from "../vault/KeyVault.ts"
import { AlertFacts } from "./AlertFacts.ts"
import { alertRules } from "./AlertRules.ts"
import { Alerts } from "./Alerts.ts"
import {
  activeAlerts,
  decideAlerts,
  keyOfAlert,
  nothingWatched,
  type Observation,
  watchedSubjects
} from "./DecideAlerts.ts"
import { LookAtDoors } from "./LookAtDoors.ts"
import { LookAtLedgers } from "./LookAtLedgers.ts"
import { observeKeys } from "./ObserveKeys.ts"

const soonMillis = 1_000
const watchingMillis = 10_000
const unreadNotices = 256

/** A look that has begun, as the `number`-th. */
interface Look {
  readonly number: number
  readonly fiber: Fiber.Fiber<void>
}

/** The service; what it listens to ends with the scope. */
export const make: Effect.Effect<
  Alerts["Service"],
  never,
  AdmissionControl | AuditLog | CostLedger | EventFeed | JobLedger | KeyVault | LiveSettings | Scope.Scope
> = Effect.gen(function* () {
  const control = yield* AdmissionControl
  const feed = yield* EventFeed
  const vault = yield* KeyVault
  const settings = yield* LiveSettings
  const clock = yield* Clock.Clock
  const runFork = Effect.runForkWith(yield* Effect.context<never>())
  const published = yield* PubSub.sliding<AlertNotice>(unreadNotices)
  const facts = new AlertFacts()
  const doors = new LookAtDoors(control.doors)
  const ledgers = new LookAtLedgers(facts, yield* CostLedger, yield* JobLedger, yield* AuditLog)
  let state = nothingWatched
  let next: { readonly at: number; readonly timeout: Timeout } | undefined
  let begun = 0
  let underWay: Look | undefined
  let mustLookAgain = false
  let hasEnded = false

  const decide = (seen: ReadonlyArray<Observation>, now: number): void => {
    const observed = new Set(seen.map(keyOfAlert))
    const gone = watchedSubjects(state)
      .filter((it) => !observed.has(keyOfAlert(it)))
      .map(({ name, subject }): Observation => ({ name, subject, level: 0, message: "over" }))
    for (const observation of [...seen, ...gone]) {
      const decided = decideAlerts(alertRules, state, observation, now)
      state = decided.state
      for (const notice of decided.notices) PubSub.publishUnsafe(published, notice)
    }
  }

  const lookOnce = Effect.gen(function* () {
    const monotonic = Math.floor(millisOf(clock))
    const now = clock.currentTimeMillisUnsafe()
    const seen = [
      ...facts.observe(now),
      ...doors.observe(monotonic, now),
      ...observeKeys(yield* vault.keys, settings.latest().settings),
      ...(yield* ledgers.observe(now))
    ]
    decide(seen, now)
  })

  /** Begins a look, in a fiber of its own: nobody who asks and leaves takes it along. */
  const begin = (): Look => {
    const number = ++begun
    mustLookAgain = false
    const look = { number, fiber: runFork(lookOnce) }
    underWay = look
    look.fiber.addObserver(() => {
      underWay = undefined
      if (hasEnded) return
      if (mustLookAgain) arm(0)
      else if (ledgers.isBehind) arm(soonMillis)
      else if (state.size > 0) arm(watchingMillis)
    })
    return look
  }

  /** Waits for a look with a number beyond this one: the one that is under way may have seen too early. */
  const lookAfter = (number: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const look = underWay ?? begin()
      return Effect.andThen(Fiber.join(look.fiber), () => (look.number > number ? Effect.void : lookAfter(number)))
    })

  const arm = (millis: number): void => {
    const at = Math.floor(millisOf(clock)) + millis
    if (next !== undefined && next.at <= at) return
    next?.timeout.cancel()
    const timeout = control.timeouts.schedule(at, () => {
      next = undefined
      if (underWay === undefined) begin()
      else mustLookAgain = true
    })
    next = { at, timeout }
  }

  yield* feed.listen((event) => {
    const urgency = facts.hear(event)
    if (urgency === "now") arm(0)
    else if (next === undefined) arm(soonMillis)
  })
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      hasEnded = true
      next?.timeout.cancel()
      return underWay === undefined ? Effect.void : Fiber.interrupt(underWay.fiber)
    })
  )

  return Alerts.of({
    active: Effect.suspend(() => Effect.map(lookAfter(begun), () => activeAlerts(state))),
    // What holds already, of an earlier run perhaps, is told to the first who listens, though nothing happens.
    notices: Stream.unwrap(
      Effect.map(PubSub.subscribe(published), (subscription) => {
        arm(0)
        return Stream.fromSubscription(subscription)
      })
    )
  })
})
