/**
 * Handles the jobs: what became of each picture, and giving one up.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../schemas/http-face/Api.ts"
import { JobView } from "../../schemas/http-face/JobView.ts"
import { CurrentBearer } from "../../schemas/http-face/Middleware.ts"
import { defaultPageLimit } from "../../schemas/http-face/Page.ts"
import type { Job } from "../../schemas/Job.ts"
import { longestDeadline } from "../../schemas/Settings.ts"
import { afterLastSeen, eventStreamResponse } from "../../src/http-face/EventStream.ts"
import { jobViewOf } from "../../src/http-face/JobViewOf.ts"
import { problemOf } from "../../src/http-face/ProblemOf.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { reject } from "../../src/pipeline/Reject.ts"

const encodeView = Schema.encodeSync(Schema.fromJsonString(Schema.toCodecJson(JobView)))

/** A state is told once: its id is when it came and what it is. */
const eventOf = (job: Job) => ({ id: `${job.updatedAt}-${job.state._tag}`, data: encodeView(jobViewOf(job)) })

/** The handlers. */
export const layer = HttpApiBuilder.group(
  Api,
  "jobs",
  Effect.fnUntraced(function* (handlers) {
    const generator = yield* ImageGenerator
    const status = (id: Job["id"]) =>
      Effect.flatMap(CurrentBearer, ({ owner }) => Effect.mapError(generator.status(id, { owner }), problemOf))
    return handlers
      .handle("list", ({ query: { before, limit = defaultPageLimit } }) =>
        Effect.gen(function* () {
          const { owner } = yield* CurrentBearer
          const page = { limit, ...(before === undefined ? {} : { before }) }
          const jobs = yield* Effect.mapError(generator.list(page, { owner }), problemOf)
          const last = jobs.at(-1)
          return {
            jobs: jobs.map(jobViewOf),
            ...(jobs.length < limit || last === undefined ? {} : { next: last.id })
          }
        })
      )
      .handle("get", ({ params }) => Effect.map(status(params.id), jobViewOf))
      .handle("events", ({ headers, params }) =>
        Effect.gen(function* () {
          const { owner } = yield* CurrentBearer
          // Who has no such job hears so before a stream begins.
          yield* status(params.id)
          const changes = generator.watch(params.id, { owner, deadline: longestDeadline })
          const events = Stream.mapError(Stream.map(changes, eventOf), problemOf)
          return eventStreamResponse(afterLastSeen(events, headers["last-event-id"]))
        })
      )
      .handle("cancel", ({ params }) =>
        Effect.gen(function* () {
          const { owner } = yield* CurrentBearer
          const job = yield* Effect.mapError(generator.cancel(params.id, { owner }), problemOf)
          if (job.state._tag === "Cancelled") return jobViewOf(job)
          const problem = "the provider did not confirm it; the job goes on"
          const refused = { _tag: "JobNotCancellable", state: job.state._tag, problem } as const
          return yield* problemOf(reject(refused, job.callId, { jobId: job.id }))
        })
      )
  })
)
