import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { IdempotencyKey, JobId } from "../../../schemas/Identifiers.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { DegradedModes } from "../../../src/policy/degraded-mode/DegradedModes.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import { acceptedAs, failedAttempt } from "../../support/FakeImageProvider.ts"
import {
  generate,
  inWorld,
  isolate,
  jobs,
  onlyJob,
  openCircuit,
  passing,
  request,
  submitsOf,
  totals
} from "./ImageWorld.ts"

const onePerHour = { nanobanana: { rateLimit: { requests: 1, window: 3600 } } }

const plan = ImageGenerator.use((it) => it.plan(request))

describe("a picture that can not be begun in time is refused on entry", () => {
  it.effect("by the limit, with the time to come back and the way to queue it; no row, no money, no request", () =>
    inWorld({ settings: onePerHour }, (requests) =>
      Effect.gen(function* () {
        yield* passing(generate())
        const spent = yield* totals
        for (const refused of [yield* Effect.flip(generate()), yield* Effect.flip(plan)]) {
          assert.deepInclude(refused, {
            _tag: "Rejection",
            outcome: "NotSent",
            isRetryable: true,
            reason: { _tag: "RateLimitExceeded", operation: "submit" }
          })
          assert.include(refused.message, "`submit` queues the job")
          const minutes = Duration.toMinutes(refused.retryAfter ?? Duration.zero)
          assert.isTrue(minutes > 55 && minutes <= 61, `${minutes} minutes`)
        }
        assert.strictEqual((yield* jobs).length, 1)
        assert.strictEqual(submitsOf(requests).length, 1)
        assert.deepStrictEqual(yield* totals, spent)
        const patient = yield* passing(generate({ deadline: Duration.hours(2) }), "2 hours")
        assert.strictEqual(patient.provenance._tag, "Live")
      })
    )
  )

  it.effect("by an open circuit, until it lets somebody in", () =>
    inWorld({}, (requests) =>
      Effect.gen(function* () {
        yield* openCircuit("submit", 60_000)
        const refused = yield* Effect.flip(generate())
        assert.deepInclude(refused, { _tag: "Rejection", reason: { _tag: "CircuitOpen" } })
        const seconds = Duration.toSeconds(refused.retryAfter ?? Duration.zero)
        assert.isTrue(seconds >= 60 && seconds <= 75, `${seconds} seconds`)
        assert.strictEqual((yield* Effect.flip(plan)).reason._tag, "CircuitOpen")
        assert.deepStrictEqual(requests, [])
        assert.deepStrictEqual(yield* jobs, [])
        yield* TestClock.adjust(refused.retryAfter ?? 0)
        yield* passing(generate())
      })
    )
  )

  it.effect("by a full queue", () =>
    inWorld({ settings: { nanobanana: { ...onePerHour.nanobanana, queueLimit: 1 } } }, () =>
      Effect.gen(function* () {
        yield* passing(generate())
        yield* ImageGenerator.use((it) => it.submit(request))
        const refused = yield* Effect.flip(generate({ deadline: Duration.hours(10) }))
        assert.deepInclude(refused, { _tag: "Rejection", reason: { _tag: "QueueFull" } })
        // There is room again when the job that waits may be sent: an hour after the first.
        assert.isDefined(refused.retryAfter)
        assert.isTrue(
          Duration.between(refused.retryAfter, { minimum: Duration.minutes(55), maximum: Duration.minutes(61) })
        )
        assert.strictEqual((yield* jobs).length, 2)
      })
    )
  )

  it.effect("but never where it joins a job that exists: nothing new is paid", () =>
    inWorld({ settings: onePerHour }, (requests) =>
      Effect.gen(function* () {
        const idempotencyKey = IdempotencyKey.make("order-1")
        const first = yield* passing(generate({ idempotencyKey }))
        yield* isolate("submit")
        const again = yield* generate({ idempotencyKey })
        assert.strictEqual(again.jobId, first.jobId)
        assert.strictEqual((yield* generate({ idempotencyKey, accept: ["Cached"] })).jobId, first.jobId)
        assert.strictEqual(submitsOf(requests).length, 1)
        const other = ImageGenerator.use((it) => it.generate({ prompt: "a blue fox" }, { idempotencyKey }))
        assert.strictEqual((yield* Effect.flip(other)).reason._tag, "IdempotencyConflict")
      })
    )
  )

  it.effect("a plan that takes no new picture is refused where there is no earlier one", () =>
    inWorld({}, () =>
      Effect.gen(function* () {
        const wish = ImageGenerator.use((it) => it.plan(request, { accept: ["Cached"] }))
        assert.strictEqual((yield* Effect.flip(wish)).reason._tag, "InputRejected")
        yield* passing(generate())
        assert.strictEqual((yield* wish).protocol, "generic")
      })
    )
  )
})

describe("a picture that is held up after its row is written", () => {
  it.effect("fails with the reason at once when the circuit opens; its job says so, and its money is free", () =>
    recordCalls((events) =>
      inWorld({ settings: onePerHour }, (requests) =>
        Effect.gen(function* () {
          const idempotencyKey = IdempotencyKey.make("order-1")
          yield* passing(generate())
          const waiting = yield* Effect.forkChild(
            Effect.flip(generate({ deadline: Duration.hours(3), idempotencyKey }))
          )
          yield* TestClock.adjust("1 minute")
          const [, queued] = yield* jobs
          assert.strictEqual(queued?.state._tag, "Queued")
          yield* isolate("submit")
          yield* TestClock.adjust("1 second")
          const error = yield* Fiber.join(waiting)
          assert.deepInclude(error, { _tag: "Rejection", reason: { _tag: "Isolated" } })
          assert.strictEqual(error.jobId, queued?.id)
          const [, failed] = yield* jobs
          assert.deepInclude(failed, {
            state: { _tag: "Failed", reason: { _tag: "Isolated" } },
            money: { _tag: "Released" }
          })
          assert.deepStrictEqual(yield* totals, { reserved: 0, spent: 40_000 })
          assert.strictEqual(submitsOf(requests).length, 1)
          assert.strictEqual(events.filter((it) => it._tag === "CallRejected").length, 1)
          const later = yield* Effect.flip(ImageGenerator.use((it) => it.await(failed?.id ?? JobId.make("none"))))
          assert.deepInclude(later, { _tag: "Rejection", reason: { _tag: "Isolated" } })
        })
      )
    )
  )
})

describe("a deadline that passes while a picture waits to be sent", () => {
  it.effect("ends the waiting and not the job, which the error names", () =>
    inWorld(
      {
        first: { submit: [Effect.delay(acceptedAs("provider-1"), "20 seconds"), acceptedAs("provider-2")] },
        settings: { nanobanana: { rateLimit: [], concurrency: 2 } }
      },
      (requests) =>
        Effect.gen(function* () {
          // One slot is for submits, the other is kept for what is paid.
          yield* ImageGenerator.use((it) => it.submit(request))
          yield* TestClock.adjust("1 second")
          const error = yield* passing(
            Effect.flip(generate({ deadline: Duration.seconds(10), accept: ["Live", "Cached"] })),
            "10 seconds"
          )
          assert.deepInclude(error, { _tag: "ApiError", outcome: "NotSent", isRetryable: false })
          assert.strictEqual(error.reason._tag, "GenerationTimedOut")
          const [, queued] = yield* jobs
          assert.strictEqual(queued?.id, error.jobId)
          assert.strictEqual(queued?.state._tag, "Queued")
          yield* TestClock.adjust("1 minute")
          const [, made] = yield* jobs
          assert.strictEqual(made?.state._tag, "Stored")
          assert.strictEqual(submitsOf(requests).length, 2)
        })
    )
  )
})

describe("pictures that are put off", () => {
  it.effect("are refused to generate, with the time to come back, and not made by the second account either", () =>
    inWorld({ second: {} }, (requests) =>
      Effect.gen(function* () {
        const modes = yield* DegradedModes
        yield* modes.enter("ImagesDeferred")
        for (const refused of [yield* Effect.flip(generate()), yield* Effect.flip(plan)]) {
          assert.deepInclude(refused, { _tag: "Rejection", reason: { _tag: "LoadShed" } })
          assert.strictEqual(Duration.toSeconds(refused.retryAfter ?? Duration.zero), 60)
        }
        assert.deepStrictEqual(yield* jobs, [])
        assert.deepStrictEqual(requests, [])
        yield* modes.leave("ImagesDeferred")
        yield* passing(generate())
      })
    )
  )

  it.effect("of low priority alone while load is shed", () =>
    inWorld({}, () =>
      Effect.gen(function* () {
        yield* DegradedModes.use((it) => it.enter("LowPriorityShed"))
        assert.strictEqual((yield* Effect.flip(generate({ priority: "low" }))).reason._tag, "LoadShed")
        assert.strictEqual((yield* passing(generate())).provenance._tag, "Live")
      })
    )
  )

  it.effect("because both circuits are open are refused with that reason, and an earlier one may be given", () =>
    inWorld({ second: { submit: [failedAttempt("submit", { _tag: "InsufficientBalance" }, "Refused")] } }, () =>
      Effect.gen(function* () {
        yield* passing(generate())
        yield* openCircuit("submit", 60_000)
        yield* openCircuit("submit", 30_000, "nanobanana-fallback")
        assert.isTrue(yield* DegradedModes.use((it) => Effect.succeed(it.isActive("ImagesDeferred"))))
        const refused = yield* Effect.flip(generate())
        assert.strictEqual(refused.reason._tag, "CircuitOpen")
        assert.isDefined(refused.retryAfter)
        assert.strictEqual((yield* generate({ accept: ["Live", "Cached"] })).provenance._tag, "Cached")
        assert.strictEqual((yield* onlyJob).state._tag, "Stored")
      })
    )
  )
})
