/**
 * From flags to the library's requests and options. Pure.
 */
import type * as Option from "effect/Option"
import type * as Duration from "effect/Duration"
import type { AcceptedProvenance, CacheUse, CallOptions, Fit, Priority } from "../../schemas/CallOptions.ts"
import type { EnhancementMode, EnhancementRequest } from "../../schemas/Enhancement.ts"
import type { IdempotencyKey, Owner } from "../../schemas/Identifiers.ts"
import type { IllustrationRequest } from "../../schemas/Illustration.ts"
import type { ImageFormat, ImageQuality, ImageRequest } from "../../schemas/Image.ts"
import { given } from "./Flags.ts"

/** The values of `enhancementFlags`. */
export interface EnhancementWishes {
  readonly mode: Option.Option<EnhancementMode>
  readonly length: Option.Option<number>
  readonly creativity: Option.Option<number>
  readonly focus: ReadonlyArray<string>
  readonly cache: Option.Option<CacheUse>
}

/** The values of `imageFlags`. */
export interface ImageWishes {
  readonly width: Option.Option<number>
  readonly height: Option.Option<number>
  readonly style: Option.Option<string>
  readonly quality: Option.Option<ImageQuality>
  readonly format: Option.Option<ImageFormat>
  readonly fit: Option.Option<Fit>
  readonly out: Option.Option<string>
  readonly fallbackOnContentRejected: boolean
}

/** The values of `callFlags`. */
export interface CallWishes {
  readonly timeout: Option.Option<Duration.Duration>
  readonly idempotencyKey: Option.Option<IdempotencyKey>
  readonly priority: Option.Option<Priority>
  readonly attempts: Option.Option<number>
  readonly accept: Option.Option<ReadonlyArray<AcceptedProvenance>>
  readonly owner: Option.Option<Owner>
  readonly json: boolean
}

/** What `enhance` asks the library for. */
export const enhancementRequest = (prompt: string, wishes: EnhancementWishes): EnhancementRequest => {
  const parameters = enhancementParameters(wishes)
  return { prompt, ...given({ mode: wishes.mode }), ...(isEmpty(parameters) ? {} : { parameters }) }
}

/** What `generate` asks the library for. */
export const imageRequest = (prompt: string, wishes: ImageWishes): ImageRequest => {
  const parameters = imageParameters(wishes)
  return { prompt, ...(isEmpty(parameters) ? {} : { parameters }) }
}

/** What `illustrate` asks the library for. */
export const illustrationRequest = (
  prompt: string,
  wishes: EnhancementWishes & ImageWishes & { readonly enhance: boolean }
): IllustrationRequest => {
  const enhancement = enhancementParameters(wishes)
  const image = imageParameters(wishes)
  return {
    prompt,
    ...(wishes.enhance ? {} : { enhance: false }),
    ...given({ mode: wishes.mode }),
    ...(isEmpty(enhancement) ? {} : { enhancement }),
    ...(isEmpty(image) ? {} : { image })
  }
}

/** The flags that say how to rewrite a prompt, of those that were given. */
export const enhancementFlagsGiven = ({ cache, mode, ...wishes }: EnhancementWishes): ReadonlyArray<string> =>
  Object.keys({ ...given({ mode }), ...enhancementParameters(wishes), ...given({ cache }) }).map((name) => `--${name}`)

/** The options of any of them: those of the call, and those that only an enhancement or a picture has. */
export const callOptions = (
  { timeout: deadline, attempts: attemptLimit, idempotencyKey, priority, accept, owner }: CallWishes,
  own: Partial<Pick<EnhancementWishes, "cache"> & Pick<ImageWishes, "fit" | "fallbackOnContentRejected">> = {}
): CallOptions => ({
  ...given({ deadline, attemptLimit, idempotencyKey, priority, accept, owner }),
  ...(own.cache === undefined ? {} : given({ cache: own.cache })),
  ...(own.fit === undefined ? {} : given({ fit: own.fit })),
  ...(own.fallbackOnContentRejected === true ? { fallbackOnContentRejected: true } : {})
})

const enhancementParameters = ({
  length,
  creativity,
  focus
}: Pick<EnhancementWishes, "length" | "creativity" | "focus">) => ({
  ...given({ length, creativity }),
  ...(focus.length === 0 ? {} : { focus })
})

const imageParameters = ({ width, height, style, quality, format }: ImageWishes) =>
  given({ width, height, style, quality, format })

const isEmpty = (fields: object): boolean => Object.keys(fields).length === 0
