/**
 * How many retries an operation may add to its load, whatever its calls would like: a share of its first attempts, so
 * that a provider that is down is not asked three times as often as one that is well.
 *
 * ```text
 * balance  +0.2 for each first attempt, -1 for each retry; what is above 5 fades to 1/e in 10 s, and never passes 100
 * floor    3 retries in any 10 s are allowed without a balance, so that a quiet operation can retry at all
 * ```
 *
 * The 5 that do not fade are for operations of a few calls in 10 s, whose failures come unevenly: a balance that faded to
 * nothing gave up calls of theirs while their provider failed one request in ten, half of what the share is for.
 *
 * **Source** The shape is that of Finagle's `RetryBudget` (a share, a floor, a time to live of 10 s); the share is the 20 %
 * of Envoy's and failsafe-go's; that a part lasts is ours, as gRPC's bucket of tokens and the AWS SDKs' do not fade at all.
 */

/** **Units** `ratio` in retries for each first attempt; balances in retries; times in milliseconds. */
export interface RetryBudgetConfig {
  readonly ratio: number
  readonly floor: number
  readonly windowMillis: number
  /** The part of the balance that does not fade. */
  readonly lastingBalance: number
  readonly largestBalance: number
}

/** The configuration that is used. */
export const defaultRetryBudgetConfig: RetryBudgetConfig = {
  ratio: 0.2,
  floor: 3,
  windowMillis: 10_000,
  lastingBalance: 5,
  largestBalance: 100
}

/** **Units** `balance` in retries; instants in milliseconds of the monotonic clock. */
export interface RetryBudgetState {
  readonly balance: number
  readonly at: number
  /** When the last retries that the floor paid for were made, oldest first; at most `floor` of them. */
  readonly floorUsedAt: ReadonlyArray<number>
}

/** A budget nobody has used. */
export const emptyRetryBudget: RetryBudgetState = { balance: 0, at: Number.NEGATIVE_INFINITY, floorUsedAt: [] }

const faded = (config: RetryBudgetConfig, state: RetryBudgetState, now: number): number => {
  const fading = state.balance - config.lastingBalance
  return fading <= 0
    ? state.balance
    : config.lastingBalance + fading * Math.exp(-Math.max(0, now - state.at) / config.windowMillis)
}

/** A first attempt is made. */
export const deposit = (config: RetryBudgetConfig, state: RetryBudgetState, now: number): RetryBudgetState => ({
  ...state,
  balance: Math.min(config.largestBalance, faded(config, state, now) + config.ratio),
  at: now
})

/** The state after a retry, or `undefined` where the budget does not allow one now. */
export const withdraw = (
  config: RetryBudgetConfig,
  state: RetryBudgetState,
  now: number
): RetryBudgetState | undefined => {
  const balance = faded(config, state, now)
  if (balance >= 1) return { ...state, balance: balance - 1, at: now }
  const floorUsedAt = state.floorUsedAt.filter((at) => now - at < config.windowMillis)
  if (floorUsedAt.length >= config.floor) return undefined
  return { balance, at: now, floorUsedAt: [...floorUsedAt, now] }
}

/** The budget of one operation. Every method is one synchronous step. */
export class RetryBudget {
  readonly #config: RetryBudgetConfig
  #state = emptyRetryBudget

  constructor(config: RetryBudgetConfig = defaultRetryBudgetConfig) {
    this.#config = config
  }

  /** Counts a first attempt. */
  deposit(now: number): void {
    this.#state = deposit(this.#config, this.#state, now)
  }

  /** Takes a retry out of the budget; false where there is none. */
  withdraw(now: number): boolean {
    const next = withdraw(this.#config, this.#state, now)
    this.#state = next ?? this.#state
    return next !== undefined
  }
}
