/**
 * The simulated nanobananaapi.ai: three ways to submit, one to ask.
 *
 * **Source** docs.nanobananaapi.ai (generate-or-edit-image, generate-image-2, get-task-details, callbacks), read
 * 2026-11-23. `TEXTTOIAMGE` is the real wire value. The prompt lengths of `/generate` and `/generate-pro`, and that they
 * answer JPEG files, are not documented there.
 */
import type { ImageFormat } from "../../../schemas/Image.ts"
import { fieldOf, type Handled, jsonOf, type SimulatedHandler, type World } from "../Handler.ts"
import type { PlainAnswer, SimulatedRequest } from "../Messages.ts"
import { fileNameOf, phaseOf, type SimulatedJob } from "../SimulatedJob.ts"
import { acceptJob, jobAt } from "./AcceptJob.ts"
import { envelopeRefusals, failure, success, wrongParameters } from "./Envelope.ts"
import { pictureSize } from "./PictureSize.ts"

/** The service. */
export const nanoBananaApiHandler: SimulatedHandler = {
  refuse: (refusal) => envelopeRefusals[refusal],
  handle: (request, world) => {
    if (!request.hasKey) return { answer: envelopeRefusals.unauthorized }
    const [path = "", query = ""] = request.path.split("?")
    const endpoint = endpoints[path]
    if (request.method === "POST" && endpoint !== undefined) return submit(request, world, endpoint)
    if (request.method === "GET" && path === "/record-info") return { answer: recordInfo(request, world, query) }
    return { answer: failure(404, "Not Found", 404) }
  }
}

interface Endpoint {
  readonly longestPrompt: number
  readonly ratioField: "image_size" | "aspectRatio"
  readonly ratios: ReadonlyArray<string>
  readonly tiers: ReadonlyArray<string>
  readonly formats: Readonly<Record<string, ImageFormat>>
}

const ratios = ["1:1", "9:16", "16:9", "3:4", "4:3", "3:2", "2:3", "5:4", "4:5", "21:9"]
const tiers = ["1K", "2K", "4K"]

const endpoints: Readonly<Record<string, Endpoint>> = {
  "/generate": { longestPrompt: 5_000, ratioField: "image_size", ratios, tiers: [], formats: {} },
  "/generate-2": {
    longestPrompt: 20_000,
    ratioField: "aspectRatio",
    ratios: [...ratios, "1:4", "1:8", "4:1", "8:1", "auto"],
    tiers,
    formats: { png: "png", jpg: "jpeg" }
  },
  "/generate-pro": { longestPrompt: 10_000, ratioField: "aspectRatio", ratios, tiers, formats: {} }
}

const submit = (request: SimulatedRequest, world: World, endpoint: Endpoint): Handled => {
  const body = jsonOf(request.body)
  const prompt = fieldOf(body, "prompt")
  if (typeof prompt !== "string" || prompt.trim() === "") return { answer: failure(422, "prompt is required") }
  if (prompt.length > endpoint.longestPrompt) return { answer: failure(422, "prompt is too long") }
  const type = fieldOf(body, "type")
  if (endpoint.ratioField === "image_size" && type !== "TEXTTOIAMGE" && type !== "IMAGETOIAMGE") {
    return { answer: failure(422, "type is invalid") }
  }
  const ratio = fieldOf(body, endpoint.ratioField) ?? "1:1"
  if (!isOneOf(ratio, endpoint.ratios)) return { answer: failure(422, `${endpoint.ratioField} is invalid`) }
  const tier = fieldOf(body, "resolution") ?? "1K"
  if (!isOneOf(tier, ["1K", ...endpoint.tiers])) return { answer: failure(422, "resolution is invalid") }
  const outputFormat = fieldOf(body, "outputFormat")
  const format = outputFormat === undefined ? "jpeg" : endpoint.formats[String(outputFormat)]
  if (format === undefined) return { answer: failure(422, "outputFormat is invalid") }
  return acceptJob(request, world, "nanobananaapi", { prompt, size: pictureSize(ratio, tier), format }, (id) =>
    success(world.fault === "missing-fields" ? {} : { taskId: id })
  )
}

const isOneOf = (value: unknown, values: ReadonlyArray<string>): value is string =>
  typeof value === "string" && values.includes(value)

const recordInfo = (request: SimulatedRequest, world: World, query: string): PlainAnswer => {
  const id = new URLSearchParams(query).get("taskId")
  if (id === null) return wrongParameters
  const job = jobAt(world, "nanobananaapi", id)
  if (job === undefined) return failure(404, "The task does not exist")
  return success({
    taskId: job.id,
    paramJson: job.parameters,
    createTime: "",
    completeTime: "",
    ...(world.fault === "missing-fields" ? {} : progressOf(job, request, world))
  })
}

const progressOf = (job: SimulatedJob, request: SimulatedRequest, world: World) => {
  const state = (successFlag: number, errorCode = 0, errorMessage = "", response: unknown = null) => ({
    successFlag,
    errorCode,
    errorMessage,
    response
  })
  if (world.fault === "unknown-status") return state(7)
  switch (phaseOf(job, world.now)) {
    case "queued":
    case "processing":
    case "cancelled":
      return state(0)
    case "failed":
      return state(3, 501, "Image generation failed")
    case "blocked":
      return state(3, 400, "Your prompt has been flagged for violating content policy")
    case "completed":
      return state(1, 0, "", {
        originImageUrl: `${request.fileBaseUrl}/${fileNameOf(job, "origin")}`,
        resultImageUrl: `${request.fileBaseUrl}/${fileNameOf(job, "result")}`
      })
  }
}
