/**
 * The flags that several commands share, one for each field of the requests and options of the library.
 *
 * Ranges are not checked here but by the library, which names the field; `Outcome.ts` turns that into the flag's name.
 */
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { CacheUse, Fit, Priority } from "../../schemas/CallOptions.ts"
import { EnhancementMode } from "../../schemas/Enhancement.ts"
import { IdempotencyKey, Owner } from "../../schemas/Identifiers.ts"
import { ImageFormat, ImageQuality } from "../../schemas/Image.ts"
import { acceptedOf } from "./AcceptedText.ts"
import { durationOf } from "./DurationText.ts"

/** PROMPT. */
export const prompt = Argument.String("prompt").pipe(
  Argument.withDescription("What the picture shows, 1 to 4000 characters, in quotes")
)

const about = <A>(flag: Flag.Flag<A>, description: string): Flag.Flag<Option.Option<A>> =>
  flag.pipe(Flag.withDescription(description), Flag.optional)

/** How the prompt is rewritten. */
export const enhancementFlags = {
  mode: about(Flag.Literals("mode", EnhancementMode.literals), "How freely the prompt is rewritten (default balanced)"),
  length: about(Flag.Int("length"), "Length of the rewritten prompt in words, 10 to 400"),
  creativity: about(Flag.Finite("creativity"), "Ratio from 0 to 1"),
  focus: Flag.String("focus").pipe(
    Flag.withDescription("An aspect to dwell on; may be given up to 8 times"),
    Flag.atLeast(0)
  ),
  cache: about(
    Flag.Literals("cache", CacheUse.literals),
    "Whether an earlier answer may be used: use (default), fresh asks anew, bypass (default of creative) keeps nothing"
  )
}

/** What the picture is to be like. */
export const imageFlags = {
  width: about(Flag.Int("width"), "Pixels, 64 to 4096 (default 1024)"),
  height: about(Flag.Int("height"), "Pixels, 64 to 4096 (default 1024)"),
  style: about(Flag.String("style"), "1 to 200 characters"),
  quality: about(
    Flag.Literals("quality", ImageQuality.literals),
    "How much work goes into the picture (default medium)"
  ),
  format: about(Flag.Literals("format", ImageFormat.literals), "File format (default what the provider gives)"),
  fit: about(
    Flag.Literals("fit", Fit.literals),
    "Where a wish can not be granted: nearest (default) or exact, which refuses before paying"
  ),
  out: about(
    Flag.String("out").pipe(
      Flag.filter(
        (path) => path.trim() !== "",
        () => "the path of a folder"
      )
    ),
    "Folder for the picture (default images)"
  ),
  fallbackOnContentRejected: Flag.Boolean("fallback-on-content-rejected").pipe(
    Flag.withDescription("Ask the second image provider also after the first one refused the content"),
    Flag.withDefault(false),
    Flag.withoutNegation
  )
}

/** How the call is made. */
export const callFlags = {
  timeout: about(
    Flag.String("timeout").pipe(
      Flag.filterMap(durationOf, () => "a time from 1 ms to 24 h, as milliseconds or like 30s, 2m, 500ms")
    ),
    "Deadline of the whole call: milliseconds, or like 30s, 2m"
  ),
  idempotencyKey: about(
    Flag.String("idempotency-key").pipe(
      Flag.filterMap(Schema.decodeOption(IdempotencyKey), () => "1 to 200 characters")
    ),
    "Two requests with the same key are one job; 1 to 200 characters"
  ),
  priority: about(
    Flag.Literals("priority", Priority.literals),
    "Who goes first where calls must wait (default normal)"
  ),
  attempts: about(Flag.Int("attempts"), "How many requests that may cost something the whole call may make, 1 to 100"),
  accept: about(
    Flag.String("accept").pipe(
      Flag.filterMap(acceptedOf, () => "a list of live, cached, stale, other-provider, degraded")
    ),
    "Where a result may come from: a list of live, cached, stale, other-provider, degraded; any other is a failure"
  ),
  owner: about(
    Flag.String("owner").pipe(Flag.filterMap(Schema.decodeOption(Owner), () => "1 to 100 characters")),
    "On whose behalf, 1 to 100 characters"
  ),
  json: json()
}

/** `--dry-run`, of the commands that pay. */
export const dryRun = Flag.Boolean("dry-run").pipe(
  Flag.withDescription("Send and spend nothing: tell what it would cost, and what the policies would do now"),
  Flag.withDefault(false),
  Flag.withoutNegation
)

/** `--json`. */
export function json(): Flag.Flag<boolean> {
  return Flag.Boolean("json").pipe(
    Flag.withDescription("Print one JSON object on standard output"),
    Flag.withDefault(false),
    Flag.withoutNegation
  )
}

/** The given flags as the fields of an object; what was not given is absent. */
export const given = <A extends Readonly<Record<string, Option.Option<unknown>>>>(
  flags: A
): { readonly [K in keyof A]?: A[K] extends Option.Option<infer V> ? V : never } =>
  Object.fromEntries(
    Object.entries(flags).flatMap(([name, value]) => (Option.isSome(value) ? [[name, value.value]] : []))
  ) as { readonly [K in keyof A]?: A[K] extends Option.Option<infer V> ? V : never }
