/**
 * What a person should be told of while the program runs: what is wrong, since when, and how bad it is. An alert names
 * accounts, operations, limits and ids; no key, prompt or answer stands in one.
 *
 * When each is raised and resolved is the table of `src/alerts/AlertRules.ts`.
 */
import * as Schema from "effect/Schema"
import { CallId, Owner } from "./Identifiers.ts"

/**
 * - `RateLimitUse`: a tier of a rate limit is nearly, or wholly, used.
 * - `QueueGrowing`: more and more callers wait at a door.
 * - `CircuitOpened`: the circuit of an operation lets nobody, or only a few, through.
 * - `KeyRetired`, `KeySetAside`: a provider refused a key. `NoHealthyKey`: an account has none left.
 * - `BudgetUse`: a budget of a day or a month is nearly, or wholly, committed.
 * - `OutcomeUnknown`: paid jobs wait for a person's word.
 * - `AuditDropped`: the audit lost rows.
 * - `StaleAnswers`: answers past their time have stood in for more than a minute.
 * - `ProviderFault`: attempts fail for a reason that the recovery table says a person should be told of.
 * - `StorageTrouble`, `VaultTrouble`: our own disk, ledger or vault can not be read or written.
 */
export const AlertName = Schema.Literals([
  "RateLimitUse",
  "QueueGrowing",
  "CircuitOpened",
  "KeyRetired",
  "KeySetAside",
  "NoHealthyKey",
  "BudgetUse",
  "OutcomeUnknown",
  "AuditDropped",
  "StaleAnswers",
  "ProviderFault",
  "StorageTrouble",
  "VaultTrouble"
])
export type AlertName = typeof AlertName.Type

/** `critical`: something is refused, lost or may have been paid in vain; `warning`: it soon may be. */
export const AlertSeverity = Schema.Literals(["warning", "critical"])
export type AlertSeverity = typeof AlertSeverity.Type

/**
 * An alert that holds. There is one for each name and subject.
 *
 * **Units** `since` in milliseconds since 1970. `value` and `threshold` are shares from 0 of a limit, a queue or a budget
 * (1 is all of it), and counts for the others. `callId` is that of the call that raised it, where one did. `owner` is whose
 * it is alone, such as a budget of his; one without it is of the whole program.
 */
export const Alert = Schema.Struct({
  name: AlertName,
  subject: Schema.String,
  severity: AlertSeverity,
  since: Schema.Int,
  message: Schema.String,
  value: Schema.Finite,
  threshold: Schema.Finite,
  callId: Schema.optionalKey(CallId),
  owner: Schema.optionalKey(Owner)
})
export interface Alert extends Schema.Schema.Type<typeof Alert> {}

/**
 * What is told of an alert: once that it is raised, at most once that it has become critical, once that it is resolved.
 *
 * **Units** `at` in milliseconds since 1970.
 */
export const AlertNotice = Schema.Union([
  Schema.TaggedStruct("Raised", { at: Schema.Int, alert: Alert }),
  Schema.TaggedStruct("Escalated", { at: Schema.Int, alert: Alert }),
  Schema.TaggedStruct("Resolved", { at: Schema.Int, alert: Alert })
])
export type AlertNotice = typeof AlertNotice.Type
