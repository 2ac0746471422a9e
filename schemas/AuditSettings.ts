/**
 * What the audit keeps, and for how long.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * What is kept of the bodies of requests and answers: `sealed` under the data key, `hashed` (SHA-256 and length), `none`.
 */
export const AuditBodies = Schema.Literals(["sealed", "hashed", "none"])
export type AuditBodies = typeof AuditBodies.Type

const within = (minimum: number, maximum: number, unit: string) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum })).annotate({
    expected: `a whole number of ${unit} from ${minimum} to ${maximum}`
  })

const withDefault = <S extends Schema.Top>(schema: S, encoded: S["Encoded"]) =>
  schema.pipe(Schema.withDecodingDefaultKey(Effect.succeed(encoded)))

/** The longest time rows may be kept for. **Units** milliseconds, ten years. */
export const longestRetentionMillis = 315_360_000_000

/**
 * Settings of the audit.
 *
 * **Units** `bodyLimit` (default 64 KiB) is what is kept of one body, in UTF-8 bytes; `buffer` (10 000) the rows that may
 * wait to be written: what comes beyond is dropped, and counted. Rows older than `retention` (90 days; milliseconds) are
 * removed, and the oldest ones where all take more than `maximumBytes` (1 GiB). `enabled: false` keeps nothing.
 */
export const AuditSettings = Schema.Struct({
  enabled: withDefault(Schema.Boolean, true),
  bodies: withDefault(AuditBodies, "sealed"),
  bodyLimit: withDefault(within(0, 4_194_304, "bytes"), 65_536),
  buffer: withDefault(within(1, 1_000_000, "rows"), 10_000),
  retention: withDefault(
    within(1, longestRetentionMillis, "milliseconds").pipe(Schema.decodeTo(Schema.DurationFromMillis)),
    7_776_000_000
  ),
  maximumBytes: withDefault(within(1_048_576, 1_099_511_627_776, "bytes"), 1_073_741_824)
})
export interface AuditSettings extends Schema.Schema.Type<typeof AuditSettings> {}
