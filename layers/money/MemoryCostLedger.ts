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
import { CostLedger, type CostTotals, type MoneyMove, type ReservationKey } from "../../src/money/CostLedger.ts"

/** What is reserved. **Units** micro-dollars. */
interface Reservation {
  readonly held: number
}

/** How many reservations that have ended are remembered, so that memory stays flat however long a program runs. */
const rememberedEnds = 2_048

type Account = { -readonly [Field in keyof CostTotals]: CostTotals[Field] }

/** The ledger in memory. */
export const layer: Layer.Layer<CostLedger> = Layer.sync(CostLedger, () => {
  const reservations = new Map<string, Reservation>()
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
    reservations.delete(reference)
    ended.add(reference)
  }

  const apply = (key: ReservationKey, move: MoneyMove): void => {
    if (ended.has(key.reference) || move._tag === "Keep") return
    const reservation = reservations.get(key.reference)
    const account = accountOf(key.owner)
    if (move._tag === "Hold") {
      if (reservation !== undefined) return
      const bound = amountOf(move.bound)
      draw(account, bound)
      account.reserved += bound
      reservations.set(key.reference, { held: bound })
      return
    }
    if (reservation !== undefined) {
      account.reserved -= reservation.held
      account.available += reservation.held
    } else if (move._tag === "Release") return
    remember(key.reference)
    if (move._tag === "Release") return
    const cost = amountOf(move.cost)
    draw(account, cost)
    account.spent += cost
    if (move.cost.usdMicros === null) account.unpriced += 1
  }

  return {
    move: (key, move) => Effect.sync(() => apply(key, move)),
    totals: (owner) =>
      Effect.sync(() => (owner === undefined ? sum(accounts.values()) : { ...(accounts.get(owner) ?? emptyAccount()) }))
  }
})

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
