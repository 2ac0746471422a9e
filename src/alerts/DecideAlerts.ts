/**
 * Raises and resolves alerts from what is seen: one pure function of rules, state, an observation and the time.
 *
 * | the alert | and the level is | becomes |
 * | --- | --- | --- |
 * | is not there | at `raiseAt` or above, for `raiseAfterMillis` on end | raised |
 * | is raised | at `criticalAt` or above | escalated, once; it is never milder again |
 * | is raised | below `resolveBelow`, for `holdMillis` on end | resolved |
 *
 * Whatever lies between the two levels changes nothing: what goes up and down around one of them, or comes back within the
 * hold time, gives one notice. An alert is told by its name and subject: however often its cause is seen, it is raised
 * once.
 */
import type { Alert, AlertName, AlertNotice, AlertSeverity } from "../../schemas/Alert.ts"
import type { CallId, Owner } from "../../schemas/Identifiers.ts"
import type { AlertRule, AlertRules } from "./AlertRules.ts"

/** What is seen of one subject. **Units** `level` as in `AlertRules.ts`; a subject that is no more is at 0. */
export interface Observation {
  readonly name: AlertName
  readonly subject: string
  readonly level: number
  readonly message: string
  readonly callId?: CallId | undefined
  readonly owner?: Owner | undefined
}

/** **Units** instants in milliseconds since 1970. */
type Watched =
  | { readonly _tag: "Rising"; readonly name: AlertName; readonly subject: string; readonly since: number }
  | { readonly _tag: "Raised"; readonly alert: Alert; readonly clearSince: number | undefined }

/** What is watched, by name and subject; what is at rest is not in it. */
export type AlertState = ReadonlyMap<string, Watched>

/** Nothing is watched. */
export const nothingWatched: AlertState = new Map()

/** A state after an observation, and what is to be told. The very same state where nothing has changed. */
export interface AlertDecision {
  readonly state: AlertState
  readonly notices: ReadonlyArray<AlertNotice>
}

/** The name under which an alert is kept. */
export const keyOfAlert = ({ name, subject }: Pick<Alert, "name" | "subject">): string => `${name} ${subject}`

/** The alerts that hold, the oldest first. */
export const activeAlerts = (state: AlertState): ReadonlyArray<Alert> =>
  [...state.values()]
    .flatMap((it) => (it._tag === "Raised" ? [it.alert] : []))
    .toSorted((left, right) => left.since - right.since)

/** What is watched and was not observed: its cause may be gone, and has to be said to be. */
export const watchedSubjects = (state: AlertState): ReadonlyArray<Pick<Alert, "name" | "subject">> =>
  [...state.values()].map((it) => (it._tag === "Raised" ? it.alert : it))

/**
 * Decides on one observation. **Units** `now` in milliseconds since 1970. A clock that is put back resolves and raises
 * nothing early.
 *
 * ```ts
 * import { alertRules, decideAlerts, nothingWatched } from "@ludeng/providers"
 *
 * const seen = (level: number) =>
 *   ({ name: "RateLimitUse", subject: "deepseek chat, 100 in 1h", level, message: "used" }) as const
 * const raised = decideAlerts(alertRules, nothingWatched, seen(0.8), 0)
 * const dipped = decideAlerts(alertRules, raised.state, seen(0.6), 1_000)
 * const back = decideAlerts(alertRules, dipped.state, seen(0.9), 2_000)
 * const low = decideAlerts(alertRules, back.state, seen(0.1), 3_000)
 * const over = decideAlerts(alertRules, low.state, seen(0.1), 63_000)
 * const told = [raised, dipped, back, low, over].map(({ notices }) => notices.map(({ _tag }) => _tag).join())
 * told // => ["Raised", "", "", "", "Resolved"]
 * ```
 */
export const decideAlerts = (
  rules: AlertRules,
  state: AlertState,
  observation: Observation,
  now: number
): AlertDecision => {
  const rule = rules[observation.name]
  const watched = state.get(keyOfAlert(observation))
  if (watched === undefined) return onRest(rule, state, observation, now)
  return watched._tag === "Rising"
    ? onRising(rule, state, observation, watched.since, now)
    : onRaised(rule, state, observation, watched, now)
}

const onRest = (rule: AlertRule, state: AlertState, seen: Observation, now: number): AlertDecision => {
  if (!(seen.level >= rule.raiseAt)) return unchanged(state)
  if (rule.raiseAfterMillis <= 0) return raise(rule, state, seen, now)
  const { name, subject } = seen
  return { state: withWatched(state, seen, { _tag: "Rising", name, subject, since: now }), notices: [] }
}

const onRising = (rule: AlertRule, state: AlertState, seen: Observation, since: number, now: number): AlertDecision => {
  if (!(seen.level >= rule.raiseAt)) return { state: withWatched(state, seen, undefined), notices: [] }
  return now - since >= rule.raiseAfterMillis ? raise(rule, state, seen, now) : unchanged(state)
}

const onRaised = (
  rule: AlertRule,
  state: AlertState,
  seen: Observation,
  { alert, clearSince }: Extract<Watched, { readonly _tag: "Raised" }>,
  now: number
): AlertDecision => {
  if (seen.level < rule.resolveBelow) {
    const since = clearSince ?? now
    if (now - since < rule.holdMillis) {
      const isKnown = clearSince !== undefined
      return isKnown ? unchanged(state) : raisedAs(state, alert, since)
    }
    return {
      state: withWatched(state, seen, undefined),
      notices: [{ _tag: "Resolved", at: now, alert: { ...alert, value: seen.level } }]
    }
  }
  const severity = alert.severity === "critical" ? "critical" : severityOf(rule, seen.level)
  if (severity !== alert.severity) {
    const escalated = { ...alert, severity, ...shown(seen), threshold: rule.criticalAt }
    return { ...raisedAs(state, escalated, undefined), notices: [{ _tag: "Escalated", at: now, alert: escalated }] }
  }
  if (clearSince === undefined && seen.level === alert.value && seen.message === alert.message) return unchanged(state)
  return raisedAs(state, { ...alert, ...shown(seen) }, undefined)
}

const raise = (rule: AlertRule, state: AlertState, seen: Observation, now: number): AlertDecision => {
  const { callId, name, owner, subject } = seen
  const severity = severityOf(rule, seen.level)
  const alert: Alert = {
    name,
    subject,
    severity,
    since: now,
    ...shown(seen),
    threshold: severity === "critical" ? rule.criticalAt : rule.raiseAt,
    ...(callId === undefined ? {} : { callId }),
    ...(owner === undefined ? {} : { owner })
  }
  return { ...raisedAs(state, alert, undefined), notices: [{ _tag: "Raised", at: now, alert }] }
}

const shown = ({ level, message }: Observation): Pick<Alert, "value" | "message"> => ({ value: level, message })

const severityOf = (rule: AlertRule, level: number): AlertSeverity =>
  level >= rule.criticalAt ? "critical" : "warning"

const unchanged = (state: AlertState): AlertDecision => ({ state, notices: [] })

const raisedAs = (state: AlertState, alert: Alert, clearSince: number | undefined): AlertDecision => ({
  state: withWatched(state, alert, { _tag: "Raised", alert, clearSince }),
  notices: []
})

const withWatched = (
  state: AlertState,
  subject: Pick<Alert, "name" | "subject">,
  watched: Watched | undefined
): AlertState => {
  const next = new Map(state)
  if (watched === undefined) next.delete(keyOfAlert(subject))
  else next.set(keyOfAlert(subject), watched)
  return next
}
