/**
 * Decides what the plain job API will be asked for: exactly what the caller asked. Pure.
 *
 * It has a field for every wish, so nothing deviates and `exact` refuses nothing here; whether the provider kept its word
 * is told later, from the file's bytes. What the caller left open is left out.
 */
import * as Result from "effect/Result"
import type { Fit } from "../../../../schemas/CallOptions.ts"
import type { ImageParameters, ImagePlan, ImageRequest } from "../../../../schemas/Image.ts"
import type { InputRejected } from "../../../../schemas/Reason.ts"
import type { GenericJobRequest } from "../../../../schemas/wire/GenericJobRequest.ts"
import { defaultSide } from "../../../image/Deviations.ts"
import { facts } from "./Facts.ts"

/**
 * The plan of a request. Of a size of which one side was named the other is sent too: 1024, as documented for the request.
 *
 * **Errors** `InputRejected`: the prompt is longer than our own limit (shorten it).
 */
export const plan = (request: ImageRequest, fit: Fit): Result.Result<ImagePlan, typeof InputRejected.Type> => {
  const { prompt } = request
  if (prompt.length > facts.maximumPromptCharacters) {
    return Result.fail({
      _tag: "InputRejected",
      field: "prompt",
      problem: `${prompt.length} characters`,
      expected: `at most ${facts.maximumPromptCharacters} characters`
    })
  }
  const { height = defaultSide, width = defaultSide } = request.parameters ?? {}
  const body: GenericJobRequest = { prompt, ...parametersOf(request.parameters ?? {}) }
  return Result.succeed({
    protocol: "generic",
    path: "/generate",
    model: "generic",
    resolution: `${width}x${height}`,
    body: { ...body },
    promptCharacters: prompt.length,
    deviations: [],
    fit
  })
}

const parametersOf = (asked: ImageParameters): Pick<GenericJobRequest, "parameters"> => {
  const { height, width } = asked
  const isSized = width !== undefined || height !== undefined
  const parameters = {
    ...asked,
    ...(isSized ? { width: width ?? defaultSide, height: height ?? defaultSide } : {})
  }
  return Object.keys(parameters).length === 0 ? {} : { parameters }
}
