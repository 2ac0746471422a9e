/**
 * The books of the ledger in memory: an account for each day, owner, provider and operation, and what is committed in
 * each day and month, in all and of each owner. They only count; whether anything may be set aside is decided elsewhere.
 */
import type { Owner } from "../../schemas/Identifiers.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { CostLine, Purpose } from "../../src/money/CostLedger.ts"
import type { Committed } from "../../src/money/DecideBudgets.ts"
import { inOrder } from "../../src/money/SumCosts.ts"
import { dayOf, monthOf } from "../../src/money/UtcPeriods.ts"

type Account = { -readonly [Field in keyof CostLine]: CostLine[Field] }

/** What is committed in a period. **Units** micro-dollars. */
interface Period {
  committed: number
}

/** The page of an owner on a day: his accounts, and the four periods that count what is set aside then. */
interface Page {
  readonly day: string
  readonly owner: Owner
  readonly accounts: Array<Account>
  readonly ofDay: Period
  readonly ofMonth: Period
  readonly ofOwnerDay: Period
  readonly ofOwnerMonth: Period
}

/** Money that is set aside. It ends once. **Units** micro-dollars. */
export class Holding {
  readonly #page: Page
  readonly #account: Account
  #amount: number | undefined

  constructor(page: Page, account: Account, amount: number) {
    this.#page = page
    this.#account = account
    this.#amount = amount
    account.reserved += amount
    commit(page, amount)
    grant(account)
  }

  /** Spends a cost, or nothing, and frees the rest; later calls change nothing. */
  end(cost?: Cost): void {
    const amount = this.#amount
    if (amount === undefined) return
    this.#amount = undefined
    const account = this.#account
    const spent = cost?.usdMicros ?? 0
    account.reserved -= amount
    account.spent += spent
    if (cost?.basis === "estimated") account.estimated += spent
    if (cost?.usdMicros === null) account.unpriced += 1
    commit(this.#page, spent - amount)
    grant(account)
  }
}

/** The books. **Units** instants in milliseconds since 1970. */
export class MemoryAccounts {
  readonly #pages = new Map<string, Map<Owner, Page>>()
  readonly #months = new Map<string, Map<Owner | "", Period>>()
  readonly #days = new Map<string, Period>()
  /** The page that was looked at last, most often the one that is looked at next. */
  #last: { readonly number: number; readonly page: Page } | undefined

  /** Sets an amount aside. */
  hold({ operation, owner, provider }: Purpose, bound: Cost, now: number): Holding {
    const page = this.#pageOf(owner, now)
    let account = page.accounts.find((it) => it.operation === operation && it.provider === provider)
    if (account === undefined) {
      account = { day: page.day, owner, provider, operation, ...emptyTotals }
      page.accounts.push(account)
    }
    return new Holding(page, account, bound.usdMicros ?? 0)
  }

  /** What counts against the budgets of an owner now. */
  committed(owner: Owner, now: number): Committed {
    const { ofDay, ofMonth, ofOwnerDay, ofOwnerMonth } = this.#pageOf(owner, now)
    return {
      day: ofDay.committed,
      month: ofMonth.committed,
      ownerDay: ofOwnerDay.committed,
      ownerMonth: ofOwnerMonth.committed
    }
  }

  /** All accounts, the oldest day first. */
  lines(): ReadonlyArray<CostLine> {
    return inOrder(
      [...this.#pages.values()]
        .flatMap((owners) => [...owners.values()].flatMap((page) => page.accounts))
        .map((account) => ({ ...account }))
    )
  }

  #pageOf(owner: Owner, now: number): Page {
    const day = Math.floor(now / 86_400_000)
    if (this.#last?.number !== day || this.#last.page.owner !== owner) {
      this.#last = { number: day, page: this.#page(dayOf(now), owner) }
    }
    return this.#last.page
  }

  #page(day: string, owner: Owner): Page {
    const owners = entryOf(this.#pages, day, () => new Map<Owner, Page>())
    return entryOf(owners, owner, () => {
      const months = entryOf(this.#months, monthOf(day), () => new Map<Owner | "", Period>())
      return {
        day,
        owner,
        accounts: [],
        ofDay: entryOf(this.#days, day, nothing),
        ofMonth: entryOf(months, "", nothing),
        ofOwnerDay: nothing(),
        ofOwnerMonth: entryOf(months, owner, nothing)
      }
    })
  }
}

const emptyTotals = { granted: 0, reserved: 0, spent: 0, available: 0, estimated: 0, unpriced: 0 }

const nothing = (): Period => ({ committed: 0 })

const commit = ({ ofDay, ofMonth, ofOwnerDay, ofOwnerMonth }: Page, amount: number): void => {
  ofDay.committed += amount
  ofMonth.committed += amount
  ofOwnerDay.committed += amount
  ofOwnerMonth.committed += amount
}

/** What is reserved and spent is granted; what was granted and is neither is available. */
const grant = (account: Account): void => {
  const used = account.reserved + account.spent
  account.granted = Math.max(account.granted, used)
  account.available = account.granted - used
}

const entryOf = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const existing = map.get(key)
  if (existing !== undefined) return existing
  const made = make()
  map.set(key, made)
  return made
}
