/**
 * Money in memory, one account per owner. No budget is set: what is asked for is granted, first out of what earlier
 * reservations gave back.
 *
 * A reservation is `Held`, then settled or released, once: later moves with the same reference change nothing, as long
 * as it is among the last 2048 that have ended.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Owner } from "../../schemas/Identifiers.ts"
import type { Cost } from "../../schemas/Money.ts"
import { RecentReferences } from "./RecentReferences.ts"
import {
  CostLedger,
  type CostTotals,
  type MoneyMove,
  type Reservation,
  type ReservationKey
} from "../../src/money/CostLedger.ts"

/** How many reservations that have ended are remembered, so that memory stays flat however long a program runs. */
const rememberedEnds = 2_048

type Account = { -readonly [Field in keyof CostTotals]: CostTotals[Field] }

/** The ledger in memory. */
export const layer: Layer.Layer<CostLedger> = Layer.sync(CostLedger, () => {
  const held = new Map<string, number>()
  const ended = new RecentReferences(rememberedEnds)
  const accounts = new Map<Owner, Account>()

  const accountOf = (owner: Owner): Account => {
    const existing = accounts.get(owner)
    if (existing !== undefined) return existing
    const account = emptyAccount()
    accounts.set(owner, account)
    return account
  }

  const remember = (reference: string): void => {
    held.delete(reference)
    ended.add(reference)
  }

  const apply = (key: ReservationKey, move: MoneyMove): void => {
    if (ended.has(key.reference) || move._tag === "Keep") return
    const reserved = held.get(key.reference)
    const account = accountOf(key.owner)
    if (move._tag === "Hold") {
      if (reserved === undefined) held.set(key.reference, setAside(account, move.bound))
      return
    }
    if (reserved === undefined && move._tag === "Release") return
    free(account, reserved ?? 0)
    remember(key.reference)
    if (move._tag === "Settle") spend(account, move.cost)
  }

  return {
    move: (key, move) => Effect.sync(() => apply(key, move)),
    reserve: ({ owner }, bound) =>
      Effect.sync(() => {
        const account = accountOf(owner)
        return new HeldAmount(account, setAside(account, bound))
      }),
    totals: (owner) =>
      Effect.sync(() => (owner === undefined ? sum(accounts.values()) : { ...(accounts.get(owner) ?? emptyAccount()) }))
  }
})

/** What one attempt holds. **Units** micro-dollars. */
class HeldAmount implements Reservation {
  readonly #account: Account
  #held: number | undefined

  constructor(account: Account, held: number) {
    this.#account = account
    this.#held = held
  }

  settle(cost: Cost): Effect.Effect<void> {
    return Effect.sync(() => this.#end(cost))
  }

  get release(): Effect.Effect<void> {
    return Effect.sync(() => this.#end())
  }

  #end(cost?: Cost): void {
    if (this.#held === undefined) return
    free(this.#account, this.#held)
    this.#held = undefined
    if (cost !== undefined) spend(this.#account, cost)
  }
}

const setAside = (account: Account, bound: Cost): number => {
  const amount = amountOf(bound)
  draw(account, amount)
  account.reserved += amount
  return amount
}

const free = (account: Account, amount: number): void => {
  account.reserved -= amount
  account.available += amount
}

const spend = (account: Account, cost: Cost): void => {
  const amount = amountOf(cost)
  draw(account, amount)
  account.spent += amount
  if (cost.usdMicros === null) account.unpriced += 1
}

/** Takes an amount out of what is available, and has granted what is missing. */
const draw = (account: Account, amount: number): void => {
  const missing = Math.max(0, amount - account.available)
  account.granted += missing
  account.available += missing - amount
}

const amountOf = (cost: Cost): number => cost.usdMicros ?? 0

const emptyAccount = (): Account => ({ granted: 0, reserved: 0, spent: 0, available: 0, unpriced: 0 })

const sum = (accounts: Iterable<Account>): CostTotals => {
  const total = emptyAccount()
  for (const account of accounts) {
    total.granted += account.granted
    total.reserved += account.reserved
    total.spent += account.spent
    total.available += account.available
    total.unpriced += account.unpriced
  }
  return total
}
