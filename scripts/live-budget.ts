/**
 * The amount that the tests on real providers may spend, as a person writes it in `LUDENG_LIVE_BUDGET`.
 */

/** Dollars as people write them (`0.10`), in micro-dollars; `undefined` where it is no amount. Default 0.10. */
export const budgetOf = (text: string | undefined): number | undefined => {
  const given = text === undefined || text.trim() === "" ? "0.10" : text.trim()
  return /^\d{1,4}(\.\d{1,6})?$/.test(given) ? Math.round(Number(given) * 1_000_000) : undefined
}
