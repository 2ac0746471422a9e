/**
 * What events tell that can not be looked up afterwards: failures of attempts, refused keys, stale answers, troubles of our
 * own. It takes an event in one synchronous step, and gives what is seen of it when asked. How long each counts stands
 * here; what follows is decided in `DecideAlerts.ts`.
 *
 * Bounded: by provider, operation and reason; by account; and by the owners that `OwnersToLookAt.ts` holds.
 */
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { CallId } from "../../schemas/Identifiers.ts"
import type { KeyId } from "../../schemas/Key.ts"
import type { Operation, Payment, QuotaScope } from "../../schemas/Provider.ts"
import { recover } from "../policy/recovery/Recovery.ts"
import type { Observation } from "./DecideAlerts.ts"
import { OwnersToLookAt } from "./OwnersToLookAt.ts"

/** How soon somebody should look. */
export type Urgency = "no" | "soon" | "now"

interface Occurrence {
  readonly observation: Omit<Observation, "level">
  readonly count: number
  readonly lastAt: number
}

const minute = 60_000
const faultsCountMillis = 10 * minute
const storageCountsMillis = minute
const vaultCountsMillis = 10 * minute
const retiredCountsMillis = 24 * 60 * minute
const staleCountsMillis = 5 * minute

/** What a repetition of an operation costs. */
export const paymentOf = (operation: Operation): Payment =>
  operation === "submit" ? "paidSubmit" : operation === "chat" ? "metered" : "free"

/** The facts, in place. **Units** instants in milliseconds since 1970. */
export class AlertFacts {
  /** Whose budgets a call or a job may have changed. */
  readonly owners = new OwnersToLookAt()
  /** By provider, operation and reason; what lies before the last success of the operation is gone. */
  readonly #faults = new Map<string, Occurrence & { readonly work: string }>()
  readonly #retired = new Map<QuotaScope, { readonly keyId: KeyId; readonly remedy: string; readonly at: number }>()
  #storage: Occurrence | undefined
  #vault: Occurrence | undefined
  #stale: Occurrence | undefined
  /** Whether an event since `take` may have changed what jobs wait for a person. */
  #mayHaveUnknown = true

  /** Takes an event; says how soon it should be looked. */
  hear(event: CallEvent): Urgency {
    switch (event._tag) {
      case "CallSucceeded":
        this.owners.add(event.owner)
        if (event.operation === "chat") this.#stale = undefined
        if (this.#faults.size > 0) this.#forget(`${event.provider} ${event.operation}`)
        return "soon"
      case "AttemptFailed": {
        const { operation, provider } = event
        const { outcome, reason } = event.failure
        // Our own disk: no provider is to blame.
        if (reason._tag === "StorageFailed") {
          this.#hearStorage(reason.problem, event.callId, event.at)
          return "now"
        }
        if (!recover(reason, paymentOf(operation), outcome).alert) return "soon"
        const subject = `${provider} ${operation} ${reason._tag}`
        this.#faults.set(subject, {
          work: `${provider} ${operation}`,
          observation: {
            name: "ProviderFault",
            subject,
            message: `${provider} ${operation} failed: ${reason._tag}`,
            callId: event.callId
          },
          count: (this.#faults.get(subject)?.count ?? 0) + 1,
          lastAt: event.at
        })
        return "now"
      }
      case "CallFailed":
      case "WaitEnded": {
        this.owners.add(event.owner)
        if (event.reason._tag === "StorageFailed") this.#hearStorage(event.reason.problem, event.callId, event.at)
        return event.reason._tag === "StorageFailed" ? "now" : "soon"
      }
      case "CallRejected":
        this.owners.add(event.owner)
        if (event.reason._tag === "StorageFailed") this.#hearStorage(event.reason.problem, event.callId, event.at)
        return "now"
      case "FellBack":
        if (event.to !== "StaleAnswer") return "soon"
        this.#stale = {
          observation: {
            name: "StaleAnswers",
            subject: "deepseek",
            message: `answers past their time stand in: ${event.reason}`,
            callId: event.callId
          },
          count: (this.#stale?.count ?? 0) + 1,
          lastAt: event.at
        }
        return "now"
      case "KeyRetired":
        if (event.because !== "Rejected") return "soon"
        this.#retired.set(event.scope, { keyId: event.keyId, remedy: event.remedy, at: event.at })
        return "now"
      case "KeyAdded":
      case "KeyActivated":
      case "KeyRotated":
        this.#retired.delete(event.scope)
        return "now"
      case "KeySetAside":
      case "CircuitMoved":
        return "now"
      case "VaultTrouble":
        this.#vault = {
          observation: {
            name: "VaultTrouble",
            subject: event.doing,
            message: `the vault failed at ${event.doing}: ${event.remedy}`
          },
          count: 1,
          lastAt: event.at
        }
        return "now"
      case "AuditDropped":
        return "now"
      case "JobMoved":
        this.owners.add(event.owner)
        if (event.from !== "OutcomeUnknown" && event.to !== "OutcomeUnknown") return "soon"
        this.#mayHaveUnknown = true
        return "now"
      default:
        return "soon"
    }
  }

  /** Whether the ledger should be asked for jobs without an outcome; then not again until one of them moves. */
  takeUnknown(): boolean {
    const may = this.#mayHaveUnknown
    this.#mayHaveUnknown = false
    return may
  }

  /** What is seen now. What counts no more is forgotten. */
  observe(now: number): ReadonlyArray<Observation> {
    const seen: Array<Observation> = []
    for (const [subject, fault] of this.#faults) {
      if (now - fault.lastAt > faultsCountMillis) this.#faults.delete(subject)
      else seen.push({ ...fault.observation, level: fault.count })
    }
    for (const [scope, { at, keyId, remedy }] of this.#retired) {
      if (now - at > retiredCountsMillis) this.#retired.delete(scope)
      else seen.push({ name: "KeyRetired", subject: scope, level: 1, message: `key ${keyId}: ${remedy}` })
    }
    const lasting = [
      [this.#storage, storageCountsMillis],
      [this.#vault, vaultCountsMillis],
      [this.#stale, staleCountsMillis]
    ] as const
    for (const [occurrence, countsMillis] of lasting) {
      if (occurrence !== undefined && now - occurrence.lastAt <= countsMillis)
        seen.push({ ...occurrence.observation, level: occurrence.count })
    }
    return seen
  }

  #forget(work: string): void {
    for (const [subject, fault] of this.#faults) if (fault.work === work) this.#faults.delete(subject)
  }

  #hearStorage(problem: string, callId: CallId, at: number): void {
    this.#storage = {
      observation: { name: "StorageTrouble", subject: "storage", message: `storage failed: ${problem}`, callId },
      // The call ends with the failure of its last attempt: that is the same one.
      count: (this.#storage?.count ?? 0) + (this.#storage?.observation.callId === callId ? 0 : 1),
      lastAt: at
    }
  }
}
