import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { JobId } from "../../../schemas/Identifiers.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { queueExpiry } from "../../../src/image/QueueJob.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { DegradedModes } from "../../../src/policy/degraded-mode/DegradedModes.ts"
import { acceptedAs, failedAttempt } from "../../support/FakeImageProvider.ts"
import {
  generate,
  inWorld,
  isolate,
  jobs,
  onlyJob,
  openCircuit,
  passing,
  submit,
  submitsOf,
  totals
} from "./ImageWorld.ts"

const onePerHour = { nanobanana: { rateLimit: { requests: 1, window: 3600 } } }
const noLimit = { nanobanana: { rateLimit: [] } }
const tooMany = failedAttempt("submit", { _tag: "RateLimited" }, "Refused")
const broke = failedAttempt("submit", { _tag: "InsufficientBalance" }, "Refused")

const status = (jobId: JobId) => ImageGenerator.use((it) => it.status(jobId))

describe("a submitted job waits in the queue, whatever its caller's deadline", () => {
  it.effect("500 of them leave in the order in which they came, at 50 an hour", () =>
    inWorld({}, (requests) =>
      Effect.gen(function* () {
        const prompts = Array.from({ length: 500 }, (_, index) => `fox number ${index}`)
        for (const prompt of prompts) yield* submit({ deadline: Duration.seconds(1) }, prompt)
        for (let hour = 1; hour <= 9; hour++) {
          yield* TestClock.adjust("1 hour")
          assert.isAtMost(submitsOf(requests).length, (hour + 1) * 50)
        }
        yield* TestClock.adjust("2 hours")
        assert.deepStrictEqual(
          submitsOf(requests).map((it) => it.about),
          prompts
        )
        assert.isTrue((yield* jobs).every((it) => it.state._tag === "Stored"))
        assert.deepStrictEqual(yield* totals, { reserved: 0, spent: 500 * 40_000 })
      })
    )
  )

  it.effect("those of high priority leave first", () =>
    inWorld({ settings: onePerHour }, (requests) =>
      Effect.gen(function* () {
        yield* submit({}, "first")
        yield* TestClock.adjust("1 second")
        for (const priority of ["low", "normal", "high"] as const) yield* submit({ priority }, priority)
        yield* TestClock.adjust("4 hours")
        assert.deepStrictEqual(
          submitsOf(requests).map((it) => it.about),
          ["first", "high", "normal", "low"]
        )
      })
    )
  )

  it.effect("and while its permit can not be kept: it leaves when there is room on the disk again", () =>
    inWorld({}, (requests) =>
      Effect.gen(function* () {
        const { lane } = (yield* AdmissionControl).door("nanobanana", "submit")
        const { store } = lane
        lane.store = {
          acquire: () => ({ _tag: "StorageFailed", problem: "DiskFull", detail: "keeping a permit: SQLite code 13" }),
          end: () => undefined,
          giveBack: () => undefined,
          forecast: (_, now) => now,
          configure: () => undefined,
          usage: () => []
        }
        const { id } = yield* submit()
        yield* TestClock.adjust("1 minute")
        const { state } = yield* status(id)
        assert.strictEqual(state._tag === "Queued" && state.heldBack?.reason, "StorageFailed")
        assert.strictEqual(submitsOf(requests).length, 0)
        lane.store = store
        yield* TestClock.adjust("1 hour")
        assert.strictEqual((yield* status(id)).state._tag, "Stored")
        assert.strictEqual(submitsOf(requests).length, 1)
      })
    )
  )

  it.effect("and says that our own limit holds it back, and until when", () =>
    inWorld({ settings: onePerHour }, () =>
      Effect.gen(function* () {
        const first = yield* submit()
        const second = yield* submit({}, "another fox")
        yield* TestClock.adjust("1 minute")
        assert.notProperty((yield* status(first.id)).state, "heldBack")
        const { state } = yield* status(second.id)
        assert.deepInclude(state, { _tag: "Queued" })
        const heldBack = state._tag === "Queued" ? state.heldBack : undefined
        assert.strictEqual(heldBack?.reason, "RateLimitExceeded")
        assert.approximately(heldBack?.until ?? 0, 3_600_000, 60_000)
        yield* TestClock.adjust("2 hours")
        assert.strictEqual((yield* status(second.id)).state._tag, "Stored")
      })
    )
  )

  it.effect("and is seen to be queued until it is sent", () =>
    inWorld({ settings: onePerHour }, () =>
      Effect.gen(function* () {
        yield* passing(generate())
        const job = yield* submit()
        const watching = ImageGenerator.use((it) =>
          Stream.runCollect(it.watch(job.id, { deadline: Duration.hours(3) }))
        )
        const watched = yield* Effect.forkChild(watching)
        yield* TestClock.adjust("50 minutes")
        assert.strictEqual((yield* status(job.id)).state._tag, "Queued")
        yield* TestClock.adjust("30 minutes")
        const states = (yield* Fiber.join(watched)).map((it) => it.state._tag)
        assert.deepStrictEqual(states, ["Queued", "Submitting", "Submitted", "Stored"])
      })
    )
  )

  it.effect("for a day: then it has failed, and its money is free", () =>
    inWorld({}, (requests) =>
      Effect.gen(function* () {
        yield* isolate("submit")
        const job = yield* submit()
        const awaiting = ImageGenerator.use((it) => it.await(job.id, { deadline: Duration.hours(24) }))
        const waiting = yield* Effect.forkChild(Effect.flip(awaiting))
        yield* TestClock.adjust(Duration.subtract(queueExpiry, Duration.minutes(1)))
        assert.strictEqual((yield* onlyJob).state._tag, "Queued")
        assert.deepStrictEqual(yield* totals, { reserved: 40_000, spent: 0 })
        yield* TestClock.adjust("2 minutes")
        assert.deepInclude((yield* onlyJob).state, {
          _tag: "Failed",
          reason: { _tag: "GenerationTimedOut", waited: queueExpiry }
        })
        assert.deepStrictEqual(yield* totals, { reserved: 0, spent: 0 })
        assert.strictEqual((yield* Fiber.join(waiting)).reason._tag, "GenerationTimedOut")
        assert.deepStrictEqual(requests, [])
      })
    )
  )

  it.effect("in line at the limit too, for a day", () =>
    inWorld({ settings: { nanobanana: { rateLimit: { requests: 1, window: 86_400 } } } }, (requests) =>
      Effect.gen(function* () {
        yield* passing(generate())
        yield* TestClock.adjust("1 hour")
        const second = yield* submit()
        const third = yield* submit()
        yield* TestClock.adjust("26 hours")
        assert.strictEqual((yield* status(second.id)).state._tag, "Stored")
        assert.strictEqual((yield* status(third.id)).state._tag, "Failed")
        assert.strictEqual(submitsOf(requests).length, 2)
      })
    )
  )

  it.effect("can be cancelled while it is held back, and is then never sent", () =>
    inWorld({}, (requests) =>
      Effect.gen(function* () {
        yield* openCircuit("submit", 60_000)
        const job = yield* submit()
        yield* ImageGenerator.use((it) => it.cancel(job.id))
        yield* TestClock.adjust("2 hours")
        assert.strictEqual((yield* onlyJob).state._tag, "Cancelled")
        assert.deepStrictEqual(requests, [])
        assert.deepStrictEqual(yield* totals, { reserved: 0, spent: 0 })
      })
    )
  )
})

describe("an open circuit keeps submitted jobs in the queue", () => {
  it.effect("which say so from the first, and are sent when it lets somebody in, in their order", () =>
    inWorld({ settings: noLimit }, (requests) =>
      Effect.gen(function* () {
        yield* openCircuit("submit", 3_600_000)
        const prompts = Array.from({ length: 20 }, (_, index) => `fox number ${index}`)
        for (const prompt of prompts) {
          const { state } = yield* submit({}, prompt)
          assert.deepInclude(state, { _tag: "Queued" })
          assert.strictEqual(state._tag === "Queued" ? state.heldBack?.reason : undefined, "CircuitOpen")
        }
        yield* TestClock.adjust("59 minutes")
        assert.deepStrictEqual(requests, [])
        yield* TestClock.adjust("1 hour")
        assert.isTrue((yield* jobs).every((it) => it.state._tag === "Stored"))
        assert.deepStrictEqual(
          submitsOf(requests).map((it) => it.about),
          prompts
        )
      })
    )
  )

  it.effect("those that wait in line go back to the queue at once, in their order, and none is lost", () =>
    inWorld({ settings: { nanobanana: { rateLimit: { requests: 5, window: 60 } } } }, (requests) =>
      Effect.gen(function* () {
        const prompts = Array.from({ length: 40 }, (_, index) => `fox number ${index}`)
        for (const prompt of prompts) yield* submit({}, prompt)
        yield* TestClock.adjust("90 seconds")
        yield* openCircuit("submit", 600_000).pipe(Effect.catchCause(() => isolate("submit")))
        const { lane } = (yield* AdmissionControl).door("nanobanana", "submit")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(lane.queue.size, 0)
        const before = submitsOf(requests).length
        yield* TestClock.adjust("1 hour")
        assert.isAbove(submitsOf(requests).length, before)
        assert.deepStrictEqual(
          submitsOf(requests).map((it) => it.about),
          prompts
        )
      })
    )
  )

  it.effect("and are looked after seldom while it is open", () =>
    inWorld({}, () =>
      Effect.gen(function* () {
        yield* isolate("submit")
        const job = yield* submit()
        const watching = ImageGenerator.use((it) =>
          Stream.runCollect(it.watch(job.id, { deadline: Duration.hours(23) }))
        )
        const watched = yield* Effect.forkChild(watching.pipe(Effect.timeoutOption("22 hours"), Effect.exit))
        yield* TestClock.adjust("22 hours")
        yield* Fiber.join(watched)
        const { state, updatedAt } = yield* onlyJob
        assert.isTrue(state._tag === "Queued" && (state.heldBack?.until ?? 0) - updatedAt <= 15.5 * 60_000)
        assert.isTrue(state._tag === "Queued" && (state.heldBack?.until ?? 0) - updatedAt >= 15 * 60_000 - 1)
      })
    )
  )

  it.effect("with a second account neither is asked while both are shut, and whichever opens first takes them", () =>
    inWorld({ second: {} }, (requests) =>
      Effect.gen(function* () {
        yield* openCircuit("submit", 7_200_000)
        yield* openCircuit("submit", 600_000, "nanobanana-fallback")
        yield* submit()
        yield* TestClock.adjust("9 minutes")
        assert.deepStrictEqual(requests, [])
        yield* TestClock.adjust("1 hour")
        assert.deepInclude(yield* onlyJob, { standIn: { scope: "nanobanana-fallback", reason: "CircuitOpen" } })
        assert.strictEqual((yield* onlyJob).state._tag, "Stored")
      })
    )
  )
})

describe("a provider that says too many keeps a submitted job in the queue", () => {
  it.effect("beyond the retries of one round, until it is taken; each refusal is proof that nothing was paid", () =>
    inWorld(
      { first: { submit: [...Array.from({ length: 9 }, () => tooMany), acceptedAs("provider-1")] } },
      (requests) =>
        Effect.gen(function* () {
          yield* submit()
          yield* TestClock.adjust("2 hours")
          assert.strictEqual((yield* onlyJob).state._tag, "Stored")
          assert.strictEqual(submitsOf(requests).length, 10)
          assert.deepStrictEqual(yield* totals, { reserved: 0, spent: 40_000 })
        })
    )
  )

  it.effect("and is not asked before its hint has passed", () =>
    inWorld(
      {
        first: {
          submit: [
            failedAttempt("submit", { _tag: "QuotaExhausted", retryAfter: Duration.hours(3) }, "Refused"),
            acceptedAs("provider-1")
          ]
        }
      },
      (requests) =>
        Effect.gen(function* () {
          yield* submit()
          yield* TestClock.adjust("179 minutes")
          assert.strictEqual(submitsOf(requests).length, 1)
          const { state } = yield* onlyJob
          assert.strictEqual(state._tag === "Queued" ? state.heldBack?.reason : undefined, "QuotaExhausted")
          yield* TestClock.adjust("10 minutes")
          assert.strictEqual((yield* onlyJob).state._tag, "Stored")
        })
    )
  )

  it.effect("but no longer than the attempts that its caller allows", () =>
    inWorld({ first: { submit: [tooMany] } }, (requests) =>
      Effect.gen(function* () {
        yield* submit({ attemptLimit: 4 })
        yield* TestClock.adjust("5 hours")
        assert.strictEqual(submitsOf(requests).length, 4)
        assert.strictEqual((yield* onlyJob).state._tag, "Failed")
        assert.deepStrictEqual(yield* totals, { reserved: 0, spent: 0 })
      })
    )
  )
})

describe("what no waiting changes ends a submitted job", () => {
  it.effect.each([
    [broke, "Failed"],
    [failedAttempt("submit", { _tag: "RequestRejected", status: 400 }, "Refused"), "Failed"],
    [failedAttempt("submit", { _tag: "ServerFailed", status: 500 }, "Unknown"), "OutcomeUnknown"]
  ] as const)("a final refusal fails it, an unknown outcome holds it: %#", ([answer, state]) =>
    inWorld({ first: { submit: [answer] } }, (requests) =>
      Effect.gen(function* () {
        yield* submit()
        yield* TestClock.adjust("25 hours")
        assert.strictEqual((yield* onlyJob).state._tag, state)
        assert.strictEqual(submitsOf(requests).length, 1)
      })
    )
  )
})

describe("while pictures are put off", () => {
  it.effect("submit keeps its job queued and says so, and sends it afterwards", () =>
    inWorld({}, (requests) =>
      Effect.gen(function* () {
        const modes = yield* DegradedModes
        yield* modes.enter("ImagesDeferred")
        const { state } = yield* submit()
        assert.strictEqual(state._tag === "Queued" ? state.heldBack?.reason : undefined, "LoadShed")
        yield* TestClock.adjust("3 hours")
        assert.deepStrictEqual(requests, [])
        yield* modes.leave("ImagesDeferred")
        yield* TestClock.adjust("5 minutes")
        assert.strictEqual((yield* onlyJob).state._tag, "Stored")
      })
    )
  )
})
