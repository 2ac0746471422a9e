/**
 * How many calls ended of late, and how many of them failed, without a list of them: two sums that fade with time.
 *
 * ```text
 * calls(t) = sum over calls i of e^(-(t - t_i) / decay)
 * ```
 *
 * A steady stream of r calls per millisecond counts r * decay calls, as many as a plain window of that length holds.
 * Yesterday's failures weigh nothing today, and a call costs the same whether ten or a million came before it.
 */

/** The two sums. **Units** `at` is the instant (milliseconds) to which both have been faded. */
export interface DecayedWindow {
  readonly at: number
  readonly calls: number
  readonly failures: number
}

/** The window in which nothing has ended. */
export const emptyWindow: DecayedWindow = { at: 0, calls: 0, failures: 0 }

/**
 * The window with one more call that ended now. **Units** `decayMillis` and `now` in milliseconds. An instant before
 * the last one fades nothing.
 */
export const withCall = (
  window: DecayedWindow,
  isFailure: boolean,
  decayMillis: number,
  now: number
): DecayedWindow => {
  const age = now - window.at
  const kept = age > 0 ? Math.exp(-age / decayMillis) : 1
  return {
    at: age > 0 ? now : window.at,
    calls: window.calls * kept + 1,
    failures: isFailure ? window.failures * kept + 1 : window.failures * kept
  }
}
