/**
 * A table of prices as people write it: dollars, with the day each price holds from and where it was read. Decoded, every
 * price is a whole number of micro-dollars.
 *
 * The prices a version is released with are in `src/money/PriceTable.ts`; how a cost is made of them, in
 * `src/money/MakePrices.ts`.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { UsdMicros } from "./Money.ts"
import { ImageProtocolName } from "./Provider.ts"

const isMicroDollars = (dollars: number): boolean =>
  dollars >= 0 && dollars <= 1_000_000 && Math.abs(dollars * 1_000_000 - Math.round(dollars * 1_000_000)) < 0.000_001

const dollars = Schema.Finite.check(
  Schema.makeFilter(isMicroDollars, { expected: "dollars from 0 to 1000000, with at most six decimals" })
).pipe(
  Schema.decodeTo(
    UsdMicros,
    SchemaTransformation.transform({
      decode: (amount) => Math.round(amount * 1_000_000),
      encode: (usdMicros) => usdMicros / 1_000_000
    })
  )
)

/** A day of the calendar, UTC: `2026-11-23`. */
export const CalendarDay = Schema.String.check(
  Schema.makeFilter(
    (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text,
    { expected: "a day such as 2026-11-23" }
  )
)

/** What tokens cost. **Units** encoded dollars, decoded micro-dollars, per million tokens; reasoning counts as output. */
export const TokenRates = Schema.Struct({ cacheHit: dollars, cacheMiss: dollars, output: dollars })
export interface TokenRates extends Schema.Schema.Type<typeof TokenRates> {}

/** What a model costs from a day on; without `peak` it costs the same all day. */
export const ChatPrice = Schema.Struct({
  validFrom: CalendarDay,
  offPeak: TokenRates,
  peak: Schema.optionalKey(TokenRates)
})
export interface ChatPrice extends Schema.Schema.Type<typeof ChatPrice> {}

/**
 * What one picture costs from a day on, of one resolution; without one, of every resolution that has no price of its own.
 * **Units** `price` encoded dollars, decoded micro-dollars.
 */
export const ImagePrice = Schema.Struct({
  protocol: ImageProtocolName,
  model: Schema.NonEmptyString.annotate({ expected: "the name of a model" }),
  resolution: Schema.optionalKey(Schema.NonEmptyString.annotate({ expected: "a resolution such as 1K" })),
  validFrom: CalendarDay,
  price: dollars
})
export interface ImagePrice extends Schema.Schema.Type<typeof ImagePrice> {}

const Hour = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 24 })).annotate({
  expected: "a whole hour from 0 to 24"
})

/**
 * The table.
 *
 * **Units** `asOf` is the day it was read; `peakHours` are half-open ranges of hours, UTC, on weekdays. Of several prices
 * of one thing that with the latest `validFrom` holds which is not later than the request.
 */
export const PriceTable = Schema.Struct({
  asOf: CalendarDay,
  sources: Schema.Array(Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  chat: Schema.Record(
    Schema.String,
    Schema.Array(ChatPrice).check(Schema.isMinLength(1)).annotate({ expected: "a list of at least one price" })
  ).pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  peakHours: Schema.optionalKey(Schema.Array(Schema.Struct({ from: Hour, until: Hour }))),
  images: Schema.Array(ImagePrice).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
})
export interface PriceTable extends Schema.Schema.Type<typeof PriceTable> {}
