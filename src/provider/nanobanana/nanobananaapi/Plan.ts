/**
 * Decides what nanobananaapi.ai will be asked for, before anything is paid. Pure.
 *
 * The endpoint follows from the quality (`Models.ts`); its ratio is the one nearest to the size, its tier the one that
 * holds the longest side. This protocol never promises pixels: a size that the caller named is always a deviation, and
 * under `exact` always refused, because nothing proves that 1:1 at 1K is 1024x1024. `style` has no field and goes into
 * the prompt. Whether what came is what was asked is told later, from the file's bytes.
 */
import * as Result from "effect/Result"
import type { Fit } from "../../../../schemas/CallOptions.ts"
import type { Deviation, ImagePlan, ImageRequest, Size } from "../../../../schemas/Image.ts"
import type { InputRejected } from "../../../../schemas/Reason.ts"
import type { NanoBananaResolution } from "../../../../schemas/wire/NanoBananaApiRequest.ts"
import { defaultSide } from "../../../image/Deviations.ts"
import { type Granted, type Model, models } from "./Models.ts"

/**
 * The plan of a request. Only what the caller named counts as asked.
 *
 * **Errors** `InputRejected`: the prompt with its style is longer than the model takes (shorten it); under `exact`, a
 * size or a format that can not be had (leave it out, or take `nearest`).
 */
export const plan = (request: ImageRequest, fit: Fit): Result.Result<ImagePlan, typeof InputRejected.Type> => {
  const { format, height = defaultSide, quality = "medium", style, width = defaultSide } = request.parameters ?? {}
  const model = models[quality]
  const prompt = styledPrompt(request.prompt, style)
  if (prompt.length > model.maximumPromptCharacters) return Result.fail(promptTooLong(prompt, model))
  const size = { width, height }
  const resolution = tierOf(size, model)
  const granted = model.grant({ prompt, size, resolution, format })
  const deviations = deviationsOf(request, size, resolution, granted)
  const [first] = deviations
  if (fit === "exact" && first !== undefined) return Result.fail(notExact(request, first))
  return Result.succeed({
    protocol: "nanobananaapi",
    path: model.path,
    model: model.name,
    resolution,
    body: { ...granted.body },
    promptCharacters: prompt.length,
    deviations,
    fit
  })
}

/** The prompt with its style as a last sentence: the only place this protocol has for it. */
export const styledPrompt = (prompt: string, style: string | undefined): string => {
  if (style === undefined) return prompt
  return `${prompt}${/[.!?…。！？]$/.test(prompt) ? "" : "."} Style: ${style}`
}

const longestSide = { "1K": 1024, "2K": 2048, "4K": 4096 } as const satisfies Record<NanoBananaResolution, number>

/** The smallest tier of the model that holds the longest side, else its largest. */
const tierOf = (size: Size, model: Model): NanoBananaResolution => {
  const longest = Math.max(size.width, size.height)
  return model.resolutions.find((it) => longestSide[it] >= longest) ?? model.resolutions.at(-1) ?? model.resolutions[0]
}

const deviationsOf = (
  request: ImageRequest,
  size: Size,
  resolution: NanoBananaResolution,
  granted: Granted
): ReadonlyArray<Deviation> => {
  const { format, height, width } = request.parameters ?? {}
  const deviations: Array<Deviation> = []
  if (width !== undefined || height !== undefined) {
    const given = `${granted.aspectRatio} at ${resolution}`
    deviations.push({ field: "size", asked: `${size.width}x${size.height}`, given })
  }
  if (format !== undefined && format !== granted.format) {
    deviations.push({ field: "format", asked: format, given: granted.format ?? "whatever the provider gives" })
  }
  return deviations
}

const notExact = (request: ImageRequest, deviation: Deviation): typeof InputRejected.Type => {
  const sizeField = request.parameters?.width === undefined ? "height" : "width"
  return {
    _tag: "InputRejected",
    field: `parameters.${deviation.field === "size" ? sizeField : deviation.field}`,
    problem: `${deviation.asked} can not be had exactly, only ${deviation.given}`,
    expected: `no ${deviation.field}, or fit "nearest"`
  }
}

const promptTooLong = (prompt: string, model: Model): typeof InputRejected.Type => ({
  _tag: "InputRejected",
  field: "prompt",
  problem: `${prompt.length} characters with its style`,
  expected: `at most ${model.maximumPromptCharacters} characters for ${model.name}`
})
