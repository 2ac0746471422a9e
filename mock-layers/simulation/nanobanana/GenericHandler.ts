/**
 * The simulated generic job API: `POST /generate` gives `{ jobId }`, `GET /jobs/{id}` gives
 * `{ status, imageUrl?, error? }`, `DELETE /jobs/{id}` cancels. It draws exactly the size and format asked for.
 *
 * **Source** `schemas/wire/GenericJobRequest.ts`; nobody documents a public service that speaks it, so that the words and
 * statuses of its refusals are the simulator's own. A cancelled job stays charged.
 */
import { ImageFormat, ImageQuality } from "../../../schemas/Image.ts"
import { fieldOf, type Handled, jsonOf, type SimulatedHandler, type Refusal, type World } from "../Handler.ts"
import { json, type PlainAnswer, type SimulatedRequest } from "../Messages.ts"
import { fileNameOf, phaseOf, type SimulatedJob } from "../SimulatedJob.ts"
import { acceptJob, jobAt } from "./AcceptJob.ts"

const refused = (status: number, error: string): PlainAnswer => json(status, { error })

const refusals: Readonly<Record<Refusal, PlainAnswer>> = {
  "rate-limited": refused(429, "too many requests"),
  "over-limit": refused(429, "too many requests"),
  "server-error": refused(500, "internal error"),
  unavailable: refused(503, "overloaded"),
  unauthorized: refused(401, "unknown key"),
  "no-balance": refused(402, "no credits left")
}

/** The service. */
export const genericHandler: SimulatedHandler = {
  refuse: (refusal) => refusals[refusal],
  handle: (request, world) => {
    if (!request.hasKey) return { answer: refusals.unauthorized }
    const [path = ""] = request.path.split("?")
    if (request.method === "POST" && path === "/generate") return submit(request, world)
    const id = /^\/jobs\/([^/]+)$/.exec(path)?.[1]
    const job = id === undefined ? undefined : jobAt(world, "generic", decodedOrEmpty(id))
    if (job === undefined) return { answer: refused(404, "no such job") }
    if (request.method === "GET") return { answer: json(200, stateOf(job, request, world)) }
    return request.method === "DELETE" ? cancel(job, world) : { answer: refused(405, "method not allowed") }
  }
}

const smallestSide = 64
const largestSide = 4096
const defaultSide = 1024
const longestPrompt = 4_000

const submit = (request: SimulatedRequest, world: World): Handled => {
  const body = jsonOf(request.body)
  const prompt = fieldOf(body, "prompt")
  if (typeof prompt !== "string" || prompt.trim() === "" || prompt.length > longestPrompt) {
    return { answer: refused(422, "prompt must be a text of 1 to 4000 characters") }
  }
  const wish = (name: string) => fieldOf(fieldOf(body, "parameters"), name)
  const { height = defaultSide, width = defaultSide } = { width: wish("width"), height: wish("height") }
  if (!isSide(width) || !isSide(height)) return { answer: refused(422, "width and height must be 64 to 4096") }
  const quality = wish("quality") ?? "medium"
  if (!isOneOf(quality, ImageQuality.literals)) return { answer: refused(422, "quality must be low, medium or high") }
  const format = wish("format") ?? "png"
  if (!isOneOf(format, ImageFormat.literals)) return { answer: refused(422, "format must be png, jpeg or webp") }
  return acceptJob(request, world, "generic", { prompt, size: { width, height }, format }, (id) =>
    json(200, world.fault === "missing-fields" ? {} : { jobId: id })
  )
}

const isSide = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= smallestSide && value <= largestSide

const isOneOf = <A extends string>(value: unknown, values: ReadonlyArray<A>): value is A =>
  values.some((it) => it === value)

const decodedOrEmpty = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return ""
  }
}

const stateOf = (job: SimulatedJob, request: SimulatedRequest, world: World) => {
  if (world.fault === "missing-fields") return {}
  if (world.fault === "unknown-status") return { status: "paused" }
  const phase = phaseOf(job, world.now)
  switch (phase) {
    case "completed":
      return { status: phase, imageUrl: `${request.fileBaseUrl}/${fileNameOf(job, "result")}` }
    case "failed":
      return { status: phase, error: "the picture could not be made" }
    case "blocked":
      return { status: "failed", error: "the prompt violates the content policy" }
    default:
      return { status: phase }
  }
}

const cancel = (job: SimulatedJob, world: World): Handled => {
  const phase = phaseOf(job, world.now)
  if (phase !== "queued" && phase !== "processing") return { answer: refused(409, `the job is ${phase}`) }
  return { answer: json(200, { status: "cancelled" }), job: { ...job, cancelledAt: world.now } }
}
