/** A picture that is paid for is fetched, whatever else is refused. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import { acceptedAs, completedAt, failedAttempt, running } from "../../support/FakeImageProvider.ts"
import { generate, inWorld, isolate, jobs, onlyJob, openCircuit, passing, submit } from "./ImageWorld.ts"

const done = completedAt("https://pictures.test/1.png")

describe("a paid picture is not stranded", () => {
  it.effect("by a submit circuit that opens while it is made", () =>
    inWorld({ first: { status: [running, running, done] } }, () =>
      Effect.gen(function* () {
        const job = yield* submit()
        yield* TestClock.adjust("1 second")
        yield* isolate("submit")
        const image = yield* passing(ImageGenerator.use((it) => it.await(job.id)))
        assert.strictEqual(image.provenance._tag, "Live")
      })
    )
  )

  it.effect("by an attempt budget that its submit has used up", () =>
    inWorld({ first: { status: [running, running, running, done] } }, () =>
      Effect.map(passing(generate({ attemptLimit: 1 })), (image) => assert.strictEqual(image.attempts, 6))
    )
  )

  it.effect("by a door of polls or downloads that is shut for a while", () =>
    Effect.forEach(["status", "download"] as const, (operation) =>
      inWorld({ first: { status: [done] } }, () =>
        Effect.gen(function* () {
          yield* openCircuit(operation, 120_000)
          yield* submit()
          yield* TestClock.adjust("110 seconds")
          assert.strictEqual((yield* onlyJob).state._tag, "Submitted")
          yield* TestClock.adjust("3 minutes")
          assert.strictEqual((yield* onlyJob).state._tag, "Stored")
        })
      )
    )
  )

  it.effect("by a limit of polls: it waits its turn", () =>
    inWorld(
      {
        first: { status: [running, running, done] },
        settings: { nanobanana: { rateLimits: { status: { requests: 1, window: 60 } } } }
      },
      () =>
        Effect.gen(function* () {
          yield* submit()
          yield* TestClock.adjust("5 minutes")
          assert.strictEqual((yield* onlyJob).state._tag, "Stored")
        })
    )
  )

  it.effect("for ever by a door that a person keeps shut: it is held when its time is over, and can be resumed", () =>
    inWorld({ first: { status: [done] } }, (requests) =>
      Effect.gen(function* () {
        yield* isolate("download")
        yield* submit()
        yield* TestClock.adjust("20 minutes")
        assert.strictEqual((yield* onlyJob).state._tag, "OutcomeUnknown")
        assert.isBelow(requests.length, 100)
      })
    )
  )

  it.effect("by submits that take all the slots: one is kept for what is paid", () =>
    inWorld(
      {
        first: {
          submit: [acceptedAs("provider-1"), Effect.delay(acceptedAs("provider-2"), "1 minute")],
          status: [running, done]
        },
        settings: { nanobanana: { concurrency: 2, rateLimit: [] } }
      },
      () =>
        Effect.gen(function* () {
          const job = yield* submit({ priority: "low" })
          yield* TestClock.adjust("1 second")
          for (let index = 0; index < 3; index++) yield* submit({ priority: "high" })
          yield* TestClock.adjust("20 seconds")
          const [first, ...others] = yield* jobs
          assert.deepInclude(first, { id: job.id })
          assert.strictEqual(first?.state._tag, "Stored")
          assert.notInclude(
            others.map((it) => it.state._tag),
            "Stored"
          )
          yield* TestClock.adjust("10 minutes")
        })
    )
  )
})

describe("the priority of a call", () => {
  it.effect("is that of its job's polls and downloads: those of high priority go first at their door", () =>
    inWorld(
      {
        first: { submit: ["low", "high"].map(acceptedAs), status: [running, done] },
        settings: {
          nanobanana: { rateLimit: [], rateLimits: { status: { requests: 1, window: 600 } }, jobExpiry: 3_600_000 }
        }
      },
      (requests) =>
        Effect.gen(function* () {
          yield* submit({ priority: "low" })
          yield* TestClock.adjust("5 seconds")
          yield* submit({ priority: "high" })
          yield* TestClock.adjust("25 minutes")
          assert.deepStrictEqual(
            requests.filter((it) => it.operation === "status").map((it) => it.about),
            ["low", "high", "low"]
          )
        })
    )
  )

  it.effect("tells nothing of a refused poll as a failed call of the job", () =>
    recordCalls((events) =>
      inWorld({ first: { status: [failedAttempt("status", { _tag: "NotFound" }, "Refused"), done] } }, () =>
        Effect.gen(function* () {
          yield* openCircuit("status", 30_000)
          yield* passing(generate({ deadline: Duration.minutes(2) }))
          assert.deepStrictEqual(
            events.filter((it) => it._tag === "CallRejected"),
            []
          )
        })
      )
    )
  )
})
