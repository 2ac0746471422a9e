/**
 * Numbers as people read them, each with its unit.
 */

const whole = new Intl.NumberFormat("en-US")

/** A count: `12,345`. */
export const count = (value) => whole.format(value)

/** A span. **Units** milliseconds. */
export const span = (millis) => {
  if (millis === null) return "–"
  if (millis < 1_000) return `${Math.round(millis)} ms`
  if (millis < 10_000) return `${(millis / 1_000).toFixed(1)} s`
  if (millis < 120_000) return `${Math.round(millis / 1_000)} s`
  if (millis < 3_600_000) return `${Math.round(millis / 60_000)} min`
  if (millis < 172_800_000) return `${Math.round(millis / 3_600_000)} h`
  return `${Math.round(millis / 86_400_000)} d`
}

/** How long ago an instant was. **Units** milliseconds since 1970. */
export const ago = (at, now) => (now - at < 1_000 ? "now" : `${span(Math.max(0, now - at))} ago`)

/** How far ahead an instant is. */
export const ahead = (at, now) => (at <= now ? "now" : `in ${span(at - now)}`)

/** The time of day of an instant, in the reader's own zone. */
export const timeOfDay = (at) =>
  new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" })

/** An instant in full. */
export const instant = (at) => new Date(at).toLocaleString()

/** An amount. **Units** micro-dollars; two digits after the point, or as many as a small amount needs, at most six. */
export const money = (usdMicros) => {
  if (usdMicros === null) return "price not known"
  const usd = usdMicros / 1_000_000
  const digits = usdMicros === 0 || usd >= 1 ? 2 : usdMicros % 10_000 === 0 ? 2 : usdMicros % 100 === 0 ? 4 : 6
  return `$${usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`
}

/** An amount at a glance: four digits after the point at most. */
export const roughMoney = (usdMicros) =>
  usdMicros !== null && usdMicros > 10_000 ? money(Math.round(usdMicros / 100) * 100) : money(usdMicros)

/** The most that something costs: never told as less than it is. */
export const atMost = (usdMicros) =>
  usdMicros !== null && usdMicros >= 1_000_000 ? money(Math.ceil(usdMicros / 10_000) * 10_000) : money(usdMicros)

/** A cost: `≤` where it is an upper bound. */
export const cost = ({ basis, usdMicros }) => (basis === "estimated" ? `≤ ${money(usdMicros)}` : money(usdMicros))

/** What something costs at least and at most. */
export const interval = ({ highest, lowest }) => {
  if (highest.usdMicros === null) return "price not known"
  if (lowest.usdMicros === null || lowest.usdMicros === highest.usdMicros) return atMost(highest.usdMicros)
  return `${money(lowest.usdMicros)} to ${atMost(highest.usdMicros)}`
}

/** A share from 0 to 1, in percent. */
export const percent = (share) => `${Math.round(share * 100)} %`

/** A rate. **Units** per second. */
export const rate = (perSecond) => `${perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1)} /s`

/** A size. **Units** bytes. */
export const bytes = (size) =>
  size < 1_024
    ? `${size} B`
    : size < 1_048_576
      ? `${Math.round(size / 1_024)} KiB`
      : `${(size / 1_048_576).toFixed(1)} MiB`

/** A name of the code as words: `OutcomeUnknown` is `Outcome unknown`. */
export const words = (name) => {
  const text = name.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()
  return text.charAt(0).toUpperCase() + text.slice(1)
}
