/**
 * From flags to the library's requests and options. Pure.
 */
import type * as Option from "effect/Option"
import type * as Duration from "effect/Duration"
import type { CallOptions, Fit, Priority } from "../../schemas/CallOptions.ts"
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
}

/** The values of `callFlags`. */
export interface CallWishes {
  readonly timeout: Option.Option<Duration.Duration>
  readonly idempotencyKey: Option.Option<IdempotencyKey>
  readonly priority: Option.Option<Priority>
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
export const enhancementFlagsGiven = ({ mode, ...wishes }: EnhancementWishes): ReadonlyArray<string> =>
  Object.keys({ ...given({ mode }), ...enhancementParameters(wishes) }).map((name) => `--${name}`)

/** The options of any of them. */
export const callOptions = (
  { timeout: deadline, idempotencyKey, priority, owner }: CallWishes,
  image?: Pick<ImageWishes, "fit">
): CallOptions => ({
  ...given({ deadline, idempotencyKey, priority, owner }),
  ...(image === undefined ? {} : given({ fit: image.fit }))
})

const enhancementParameters = ({ length, creativity, focus }: Omit<EnhancementWishes, "mode">) => ({
  ...given({ length, creativity }),
  ...(focus.length === 0 ? {} : { focus })
})

const imageParameters = ({ width, height, style, quality, format }: ImageWishes) =>
  given({ width, height, style, quality, format })

const isEmpty = (fields: object): boolean => Object.keys(fields).length === 0
