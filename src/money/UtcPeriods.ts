/**
 * Days and months, UTC, as budgets count them. Pure.
 */

const dayMillis = 86_400_000

/** The day of an instant, `2026-11-24`. **Units** milliseconds since 1970. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** The month of a day, `2026-11`. */
export const monthOf = (day: string): string => day.slice(0, 7)

/** The first instant of the day after. **Units** milliseconds since 1970. */
export const nextDay = (at: number): number => (Math.floor(at / dayMillis) + 1) * dayMillis

/** The first instant of the month after. **Units** milliseconds since 1970. */
export const nextMonth = (at: number): number => {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}
