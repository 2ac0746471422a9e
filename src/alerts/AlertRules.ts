/**
 * When each alert is raised, becomes critical and is resolved: one row for each, in a table. A missing row does not compile.
 *
 * A level is a share from 0 of a limit, queue or budget for the alerts of use, and a count for all others.
 */
import type { AlertName } from "../../schemas/Alert.ts"

/**
 * A row. The alert is raised when its level has been at `raiseAt` or above for `raiseAfterMillis`, is critical from
 * `criticalAt` on, and is resolved when the level has stayed below `resolveBelow` for `holdMillis`.
 *
 * **Units** levels as in the header, times in milliseconds. `resolveBelow` is at most `raiseAt`, and that at most
 * `criticalAt`.
 */
export interface AlertRule {
  readonly raiseAt: number
  readonly criticalAt: number
  readonly resolveBelow: number
  readonly raiseAfterMillis: number
  readonly holdMillis: number
  /** What is raised, and why, for people. */
  readonly when: string
  /** What a person does about it. */
  readonly remedy: string
}

const minute = 60_000

const never = Number.POSITIVE_INFINITY

const use = { raiseAt: 0.8, criticalAt: 1, resolveBelow: 0.7, raiseAfterMillis: 0, holdMillis: minute } as const
const any = { raiseAt: 1, criticalAt: never, resolveBelow: 1, raiseAfterMillis: 0, holdMillis: minute } as const
const atOnceCritical = { ...any, criticalAt: 1 } as const

/** The rows. */
export type AlertRules = Readonly<Record<AlertName, AlertRule>>

/** The rules of the library. */
export const alertRules: AlertRules = {
  RateLimitUse: {
    ...use,
    when: "a tier of a limit of an account's operation is used to 80 %; critical when it is used up",
    remedy: "spread the calls, or raise the limit if the account allows more"
  },
  QueueGrowing: {
    ...any,
    criticalAt: 2,
    holdMillis: minute / 2,
    when: "ten or more callers wait at a door, and twice as many as half a minute before; critical when its queue is full to 80 %",
    remedy: "send less, raise the limit, or shed calls of low priority"
  },
  CircuitOpened: {
    ...any,
    when: "the circuit of an operation is open, recovering or isolated",
    remedy: "nothing: it closes by itself when the provider is well; a circuit isolated by hand is reset by hand"
  },
  KeyRetired: {
    ...any,
    when: "a provider no longer knows a key; for a day, or until the account has another one",
    remedy: "add a key: `ludeng keys rotate`, or the variable of the account"
  },
  KeySetAside: {
    ...any,
    when: "a provider refused a key, and could not be asked whether it knows it",
    remedy: "look at the account at the provider; the next refusal retires the key"
  },
  NoHealthyKey: {
    ...atOnceCritical,
    when: "an account that is used has no key left that calls may use",
    remedy: "add a key: `ludeng keys add`, or the variable of the account"
  },
  BudgetUse: {
    ...use,
    resolveBelow: 0.8,
    when: "a budget of a day or a month is committed to 80 %; critical when nothing is left",
    remedy: "wait for the next day or month, or raise the budget"
  },
  OutcomeUnknown: {
    ...atOnceCritical,
    holdMillis: 0,
    when: "a job was perhaps paid, and nobody knows",
    remedy: "look at the provider's account, then `ludeng jobs resolve`"
  },
  AuditDropped: {
    ...atOnceCritical,
    holdMillis: 5 * minute,
    when: "the audit has lost rows",
    remedy: "see to the disk of the home; raise `AUDIT_BUFFER` if rows come too fast"
  },
  StaleAnswers: {
    ...any,
    raiseAfterMillis: minute,
    when: "enhancements past their time have stood in for a minute, and DeepSeek has answered none since",
    remedy: "see the alerts of the circuit, the key and the account beside it"
  },
  ProviderFault: {
    ...any,
    criticalAt: 5,
    when: "an attempt failed at a provider for a reason whose row of the recovery table says alert; critical at five with no success between",
    remedy: "see the row of the reason in the guide to errors"
  },
  StorageTrouble: {
    ...atOnceCritical,
    when: "a call or an attempt was refused or failed because our own disk or ledger could not be used",
    remedy: "make room, or give the program its rights back"
  },
  VaultTrouble: {
    ...any,
    when: "the vault could not be read again, or not be written; for ten minutes",
    remedy: "the log line says what to do; the keys in use stay"
  }
}
