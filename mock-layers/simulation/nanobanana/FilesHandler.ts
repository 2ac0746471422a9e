/**
 * The host of the results: it knows no keys, gives a file to whoever has its URL, and forgets it after a while.
 *
 * **Source** docs.nanobananaapi.ai/nanobanana-api/get-task-details: `originImageUrl` is valid for 10 minutes, the result's
 * "longer", here a day. That an expired URL answers 404 is the simulator's own choice.
 */
import { type Handled, type SimulatedHandler, type World } from "../Handler.ts"
import { bytesOf, type PlainAnswer } from "../Messages.ts"
import { pictureFile } from "../picture/Picture.ts"
import { phaseOf, type SimulatedJob } from "../SimulatedJob.ts"

const originLifeMillis = 10 * 60_000
const resultLifeMillis = 24 * 60 * 60_000

const page = (status: number, text: string): PlainAnswer => ({
  status,
  headers: { "content-type": "text/html" },
  body: bytesOf(`<html><head><title>${text}</title></head><body><h1>${text}</h1></body></html>`)
})

/** The service. */
export const filesHandler: SimulatedHandler = {
  refuse: (refusal) =>
    refusal === "rate-limited" || refusal === "over-limit"
      ? page(429, "429 Too Many Requests")
      : refusal === "unavailable"
        ? page(503, "503 Service Unavailable")
        : page(500, "500 Internal Server Error"),
  handle: (request, world) => {
    const name = /\/([0-9a-f]+)_(\d+)(_o)?\.\w+$/.exec(request.path)
    const job = world.jobs.get(name?.[1] ?? "")
    if (request.method !== "GET" || job === undefined || phaseOf(job, world.now) !== "completed") {
      return { answer: page(404, "404 Not Found") }
    }
    return file(world, job, Number(name?.[2]), name?.[3] !== undefined)
  }
}

const file = (world: World, job: SimulatedJob, issue: number, isOrigin: boolean): Handled => {
  const age = world.now - job.finishesAt
  const isExpired =
    issue < job.issue ||
    age > (isOrigin ? originLifeMillis : resultLifeMillis) ||
    world.fault === "expired-url" ||
    (world.fault === "expired-first-url" && issue === 1)
  if (isExpired) return { answer: page(404, "404 Not Found"), job: { ...job, issue: Math.max(job.issue, issue + 1) } }
  if (world.fault === "not-an-image") return { answer: page(200, "Just a moment...") }
  return {
    answer: {
      status: 200,
      headers: { "content-type": `image/${job.picture.format}` },
      body: pictureFile(job.picture)
    }
  }
}
