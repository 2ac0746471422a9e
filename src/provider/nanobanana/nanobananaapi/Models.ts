/**
 * The table that turns a quality into an endpoint of nanobananaapi.ai, its model, and what that takes.
 *
 * | quality | endpoint         | model           | sizes  | ratios | prompt | format    |
 * | ------- | ---------------- | --------------- | ------ | ------ | ------ | --------- |
 * | low     | `/generate`      | Nano Banana     | 1K     | 10     | 5 000  | not asked |
 * | medium  | `/generate-2`    | Nano Banana 2   | 1K, 2K | 14     | 20 000 | png, jpg  |
 * | high    | `/generate-pro`  | Nano Banana Pro | 2K, 4K | 10     | 10 000 | not asked |
 *
 * No API of this family knows low, medium and high: the mapping is ours, so a quality is always granted. Prices hang on
 * `model` and resolution.
 *
 * **Source** docs.nanobananaapi.ai (see `schemas/wire/NanoBananaApiRequest.ts`). The prompt lengths of `/generate` and
 * `/generate-pro` are UNCONFIRMED: docs.kie.ai documents them for the same models behind the same envelope
 * (market/google/nano-banana, pro-image-to-image). `/generate` has no size field; that it draws 1K is UNCONFIRMED. Read
 * 2026-11-23.
 */
import type { ImageFormat, ImageQuality, Size } from "../../../../schemas/Image.ts"
import {
  NanoBanana2AspectRatio,
  type NanoBananaApiGenerate,
  type NanoBananaApiGenerate2,
  type NanoBananaApiGeneratePro,
  NanoBananaAspectRatio,
  type NanoBananaResolution
} from "../../../../schemas/wire/NanoBananaApiRequest.ts"
import { nearestRatio } from "../AspectRatio.ts"

/** What an endpoint is to be asked for. **Units** `size` in pixels, a wish only. */
export interface Wishes {
  readonly prompt: string
  readonly size: Size
  readonly resolution: NanoBananaResolution
  readonly format: ImageFormat | undefined
}

/** What a wish becomes: the wire body, and in words what it stands for. */
export interface Granted {
  readonly body: NanoBananaApiGenerate | NanoBananaApiGenerate2 | NanoBananaApiGeneratePro
  readonly aspectRatio: NanoBanana2AspectRatio
  /** The format that was asked for on the wire; `undefined` where the provider chooses. */
  readonly format: ImageFormat | undefined
}

/** One endpoint. **Units** `maximumPromptCharacters` in UTF-16 units, which are never fewer than characters. */
export interface Model {
  readonly path: string
  readonly name: string
  readonly resolutions: readonly [NanoBananaResolution, ...Array<NanoBananaResolution>]
  readonly maximumPromptCharacters: number
  readonly grant: (wishes: Wishes) => Granted
}

const nanoBanana: Model = {
  path: "/generate",
  name: "nano-banana",
  resolutions: ["1K"],
  maximumPromptCharacters: 5_000,
  grant: ({ prompt, size }) => {
    const aspectRatio = nearestRatio(size, NanoBananaAspectRatio.literals)
    return {
      body: { prompt, type: "TEXTTOIAMGE", numImages: 1, image_size: aspectRatio },
      aspectRatio,
      format: undefined
    }
  }
}

const nanoBanana2: Model = {
  path: "/generate-2",
  name: "nano-banana-2",
  resolutions: ["1K", "2K"],
  maximumPromptCharacters: 20_000,
  grant: ({ format, prompt, resolution, size }) => {
    const aspectRatio = nearestRatio(size, NanoBanana2AspectRatio.literals)
    const body = { prompt, imageUrls: [] as const, aspectRatio, resolution }
    if (format === undefined) return { body, aspectRatio, format }
    // A WebP that can not be had becomes a PNG: nothing of the picture is lost, and it can be turned into a WebP.
    const given = format === "jpeg" ? "jpeg" : "png"
    return { body: { ...body, outputFormat: given === "jpeg" ? "jpg" : "png" }, aspectRatio, format: given }
  }
}

const nanoBananaPro: Model = {
  path: "/generate-pro",
  name: "nano-banana-pro",
  resolutions: ["2K", "4K"],
  maximumPromptCharacters: 10_000,
  grant: ({ prompt, resolution, size }) => {
    const aspectRatio = nearestRatio(size, NanoBananaAspectRatio.literals)
    return { body: { prompt, aspectRatio, resolution }, aspectRatio, format: undefined }
  }
}

/** The model of each quality. */
export const models: Readonly<Record<ImageQuality, Model>> = {
  low: nanoBanana,
  medium: nanoBanana2,
  high: nanoBananaPro
}
