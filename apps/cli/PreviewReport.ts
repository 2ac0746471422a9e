/**
 * What `--dry-run` prints: what a call would cost, and what the policies would do with it now. Pure.
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { type Owner } from "../../schemas/Identifiers.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { CallPreview, IllustrationPreview } from "../../schemas/Preview.ts"
import { RejectionReason } from "../../schemas/Reason.ts"
import { budgetLine } from "./CostReport.ts"
import { costText, dollarsText, secondsText, tierText } from "./Text.ts"

/** What was looked at: both parts of `illustrate`, or the one of `enhance` or `generate`. */
export type Previewed = Omit<IllustrationPreview, "image"> & { readonly image: CallPreview | null }

/** Of `enhance`. */
export const ofEnhancement = (enhancement: CallPreview): Previewed => ({
  ...intervalOf(enhancement),
  enhancement,
  image: null
})

/** Of `generate`. */
export const ofImage = (image: CallPreview): Previewed => ({ ...intervalOf(image), enhancement: null, image })

const intervalOf = ({ bound, lowest }: CallPreview) => ({ bound, lowest })

const encodeReason = Schema.encodeSync(Schema.toCodecJson(RejectionReason))

/** **Units** micro-dollars, and milliseconds. */
export const previewJson = ({ bound, enhancement, image, lowest }: Previewed, isSimulated: boolean) => ({
  dryRun: true,
  mode: isSimulated ? "simulated" : "live",
  lowestUsdMicros: lowest.usdMicros,
  boundUsdMicros: bound.usdMicros,
  enhanced: enhancement === null ? null : partJson(enhancement),
  image: image === null ? null : partJson(image)
})

const partJson = (part: CallPreview) => ({
  from: part.from,
  lowestUsdMicros: part.lowest.usdMicros,
  boundUsdMicros: part.bound.usdMicros,
  cache: part.cache,
  request:
    part.request === null
      ? null
      : {
          provider: part.request.provider,
          operation: part.request.operation,
          account: part.request.account,
          circuit: part.request.circuit,
          waitMillis: Duration.toMillis(part.request.wait),
          tier: part.request.tier === undefined ? null : tierText(part.request.tier),
          boundUsdMicros: part.request.bound.usdMicros
        },
  budgets: part.budgets.map(({ budget, committedUsdMicros, freesAt, limitUsdMicros }) => ({
    budget,
    limitUsdMicros,
    committedUsdMicros,
    leftUsdMicros: Math.max(0, limitUsdMicros - committedUsdMicros),
    freesAt: freesAt ?? null
  })),
  modes: part.modes,
  refused: part.refused === null ? null : encodeReason(part.refused),
  retryAfterMillis: part.retryAfter === null ? null : Duration.toMillis(part.retryAfter)
})

/** The same for a person. */
export const previewLines = (
  { bound, enhancement, image, lowest }: Previewed,
  owner: Owner,
  isSimulated: boolean
): ReadonlyArray<string> => {
  const budgets = (image ?? enhancement)?.budgets ?? []
  const modes = (image ?? enhancement)?.modes ?? []
  return [
    "dry run: nothing is sent, nothing is spent",
    row("cost", intervalText(lowest, bound)),
    ...(enhancement === null ? [] : partLines("prompt", enhancement)),
    ...(image === null ? [] : partLines("image", image)),
    ...budgets.map((it) => budgetLine(it, owner)),
    ...(modes.length === 0 ? [] : [row("modes", modes.join(", "))]),
    row("mode", isSimulated ? "simulated" : "live")
  ]
}

const row = (name: string, value: string): string => `${name.padEnd(9)} ${value}`

const intervalText = (lowest: Cost, bound: Cost): string => {
  if (bound.usdMicros === null) return "unknown: there is no price"
  if (lowest.usdMicros === bound.usdMicros) return bound.usdMicros === 0 ? "nothing" : dollarsText(bound.usdMicros)
  return `${dollarsText(lowest.usdMicros ?? 0)} to ${dollarsText(bound.usdMicros)}, all attempts included`
}

const sources = {
  Live: "asked for anew",
  OtherProvider: "asked for anew, of the second image provider",
  Cached: "there already, of an equal earlier request",
  Stale: "a stale answer of the cache stands in",
  Degraded: "the local template stands in",
  EarlierJob: "that of the earlier job with this idempotency key"
} as const

const partLines = (name: string, { cache, from, refused, request, retryAfter }: CallPreview): ReadonlyArray<string> => {
  const notes = [
    cache === null ? "" : `cache: ${cache}`,
    request === null
      ? ""
      : `${request.account} ${request.operation}: circuit ${request.circuit}, ${waitText(request)}, ${costText(request.bound)} a request`,
    refused === null
      ? ""
      : `refused now: ${refused._tag}${retryAfter === null ? "" : `, not before ${secondsText(Duration.toMillis(retryAfter))} from now`}`
  ].filter((note) => note !== "")
  return [
    row(name, from === null ? "none: the call would be refused" : sources[from]),
    ...notes.map((note) => row("", note))
  ]
}

const waitText = ({ tier, wait }: NonNullable<CallPreview["request"]>): string => {
  const millis = Duration.toMillis(wait)
  if (millis === 0) return "no wait"
  return `waits ${secondsText(millis)} at least${tier === undefined ? "" : ` for ${tierText(tier)}`}`
}
