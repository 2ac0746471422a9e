import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { MaxOpsBeforeYield } from "effect/Scheduler"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { defaultOwner, IdempotencyKey, JobId, Owner, ProviderJobId } from "../../../schemas/Identifiers.ts"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import * as MakeImageGenerator from "../../../src/image/MakeImageGenerator.ts"
import { JobLedger } from "../../../src/job/JobLedger.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import {
  acceptedAs,
  completedAt,
  failedAttempt,
  fakeImageProvider,
  type FakeScript,
  pictureAnswer,
  running,
  statusAnswer
} from "../../support/FakeImageProvider.ts"

const request = { prompt: "a red fox in the snow" }

const generate = (options?: Parameters<ImageGenerator["Service"]["generate"]>[1]) =>
  ImageGenerator.use((it) => it.generate(request, options))

/** Runs the body over the fake provider, and lets time pass as often as the body needs. */
const withProvider = <A, E>(
  script: FakeScript,
  body: (asked: ReadonlyArray<string>) => Effect.Effect<A, E, ImageGenerator | JobLedger | CostLedger>,
  settings: SettingsDocument = {}
) => {
  const { asked, layer } = fakeImageProvider(script, settings)
  return Effect.provide(body(asked), layer)
}

/** Lets an effect go through its waits, in steps small enough to keep deadlines apart. */
const passing = <A, E, R>(effect: Effect.Effect<A, E, R>, time: Duration.Input = "3 minutes") =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* TestClock.adjust(time)
    return yield* Fiber.join(fiber)
  })

const onlyJob = Effect.gen(function* () {
  const jobs = yield* JobLedger.use((it) => it.list(defaultOwner))
  assert.strictEqual(jobs.length, 1)
  return jobs[0]!
})

describe("generating a picture", () => {
  it.effect("submits once, polls, downloads and stores", () =>
    withProvider({ status: [running, running, completedAt("https://pictures.test/1.png")] }, (asked) =>
      Effect.gen(function* () {
        const image = yield* passing(generate())
        assert.deepStrictEqual(asked, ["submit", "status", "status", "status", "download"])
        assert.strictEqual(image.providerJobId, "provider-1")
        assert.deepInclude(image, {
          attempts: 5,
          isSimulated: true,
          provenance: { _tag: "Live" },
          cost: { usdMicros: 40_000, basis: "estimated" }
        })
        assert.deepInclude(image.image, { width: 1, height: 1, format: "png" })
        assert.strictEqual((yield* onlyJob).state._tag, "Stored")
        assert.deepInclude(yield* CostLedger.use((it) => it.totals()), { reserved: 0, spent: 40_000 })
      })
    )
  )

  it.effect("tells every state of the job as an event", () =>
    recordCalls((events) =>
      withProvider({ status: [running, completedAt("https://pictures.test/1.png")] }, () =>
        Effect.gen(function* () {
          yield* passing(generate())
          const moves = events.flatMap((event) => (event._tag === "JobMoved" ? [event.to] : []))
          assert.deepStrictEqual(moves, ["Queued", "Submitting", "Submitted", "Running", "Stored"])
        })
      )
    )
  )

  it.effect("sends again only after a refusal that proves that nothing was processed", () =>
    withProvider(
      { submit: [failedAttempt("submit", { _tag: "RateLimited" }, "Refused"), acceptedAs("provider-1")] },
      (asked) =>
        Effect.gen(function* () {
          const image = yield* passing(generate())
          assert.strictEqual(asked.filter((it) => it === "submit").length, 2)
          assert.strictEqual(image.providerJobId, "provider-1")
          assert.deepInclude(yield* CostLedger.use((it) => it.totals()), { reserved: 0, spent: 40_000 })
        })
    )
  )

  it.effect("holds the job and its money when nothing proves whether it was accepted, and never sends again", () =>
    withProvider(
      {
        submit: [failedAttempt("submit", { _tag: "ConnectionLost", phase: "headers", code: "ECONNRESET" }, "Unknown")]
      },
      (asked) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(passing(generate()))
          assert.deepStrictEqual(asked, ["submit"])
          const job = yield* onlyJob
          assert.strictEqual(job.state._tag, "OutcomeUnknown")
          assert.deepInclude(error, { _tag: "ApiError", outcome: "Unknown", isRetryable: false, jobId: job.id })
          assert.deepInclude(yield* CostLedger.use((it) => it.totals()), { reserved: 40_000, spent: 0 })
          const again = yield* Effect.flip(passing(ImageGenerator.use((it) => it.await(job.id))))
          assert.strictEqual(again.reason._tag, "OutcomeUnknown")
          assert.deepStrictEqual(asked, ["submit"])
        })
    )
  )

  it.effect("fails the job and frees its money after a final refusal", () =>
    withProvider({ submit: [failedAttempt("submit", { _tag: "InsufficientBalance" }, "Refused")] }, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(passing(generate()))
        assert.deepInclude(error, { _tag: "ApiError", outcome: "Refused", reason: { _tag: "InsufficientBalance" } })
        assert.strictEqual((yield* onlyJob).state._tag, "Failed")
        assert.deepInclude(yield* CostLedger.use((it) => it.totals()), { reserved: 0, spent: 0 })
      })
    )
  )
})

describe("waiting for a picture", () => {
  it.effect("ends with the caller's deadline while the paid job lives on and can be resumed", () =>
    withProvider(
      { status: [...Array.from({ length: 6 }, () => running), completedAt("https://pictures.test/1.png")] },
      (asked) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(passing(generate({ deadline: Duration.seconds(5) }), "5 seconds"))
          const job = yield* onlyJob
          assert.deepInclude(error, {
            _tag: "ApiError",
            outcome: "Accepted",
            jobId: job.id,
            providerJobId: ProviderJobId.make("provider-1"),
            isRetryable: false
          })
          assert.strictEqual(error.reason._tag, "GenerationTimedOut")
          const image = yield* passing(ImageGenerator.use((it) => it.resume(job.id)))
          assert.strictEqual(image.jobId, job.id)
          assert.strictEqual(asked.filter((it) => it === "submit").length, 1)
        })
    )
  )

  it.effect("records an acceptance that comes after the caller was interrupted in the middle of the submit", () =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<void>()
      const submit = [Effect.andThen(Deferred.await(answer), acceptedAs("provider-late"))]
      yield* withProvider({ submit }, () =>
        Effect.gen(function* () {
          const caller = yield* Effect.forkChild(generate(), { startImmediately: true })
          yield* TestClock.adjust("1 second")
          yield* Fiber.interrupt(caller)
          assert.strictEqual((yield* onlyJob).state._tag, "Submitting")
          yield* Deferred.succeed(answer, undefined)
          yield* TestClock.adjust("1 minute")
          assert.deepInclude((yield* onlyJob).state, {
            _tag: "Stored",
            providerJobId: ProviderJobId.make("provider-late")
          })
        })
      )
    })
  )

  it.effect("advises against sending again while the job waits to be sent: it lives on, and may still be paid", () =>
    withProvider(
      {
        submit: [
          failedAttempt("submit", { _tag: "RateLimited", retryAfter: Duration.seconds(60) }, "Refused"),
          acceptedAs("provider-1")
        ]
      },
      () =>
        Effect.gen(function* () {
          const job = yield* ImageGenerator.use((it) => it.submit(request))
          const waiting = ImageGenerator.use((it) => it.await(job.id, { deadline: Duration.seconds(5) }))
          const error = yield* Effect.flip(passing(waiting, "5 seconds"))
          assert.deepInclude(error, { outcome: "NotSent", isRetryable: false, jobId: job.id })
          assert.include(error.message, "may pay twice")
          yield* TestClock.adjust("3 minutes")
          assert.strictEqual((yield* onlyJob).state._tag, "Stored")
        })
    )
  )

  it.effect("is shared by callers with the same idempotency key: one job, one charge, also at the same instant", () =>
    withProvider({}, (asked) =>
      Effect.gen(function* () {
        const idempotencyKey = IdempotencyKey.make("order-7")
        const images = yield* passing(
          Effect.all(
            Array.from({ length: 20 }, () => generate({ idempotencyKey })),
            { concurrency: "unbounded" }
          )
        )
        assert.strictEqual(new Set(images.map((it) => it.jobId)).size, 1)
        assert.strictEqual(asked.filter((it) => it === "submit").length, 1)
        const later = yield* generate({ idempotencyKey })
        assert.strictEqual(later.provenance._tag, "Cached")
        assert.strictEqual(asked.filter((it) => it === "submit").length, 1)
        const other = yield* Effect.flip(
          ImageGenerator.use((it) => it.generate({ prompt: "a blue fox" }, { idempotencyKey }))
        )
        assert.strictEqual(other.reason._tag, "IdempotencyConflict")
      })
    )
  )

  it.effect("sends again under the same idempotency key where an earlier job failed unpaid, as its error advised", () =>
    withProvider(
      {
        submit: [
          failedAttempt("submit", { _tag: "ServiceUnavailable", status: 503 }, "Refused"),
          acceptedAs("provider-2")
        ]
      },
      (asked) =>
        Effect.gen(function* () {
          const idempotencyKey = IdempotencyKey.make("order-8")
          const error = yield* Effect.flip(passing(generate({ idempotencyKey })))
          assert.deepInclude(error, { isRetryable: true, outcome: "Refused" })
          const image = yield* passing(generate({ idempotencyKey }))
          assert.strictEqual(image.providerJobId, "provider-2")
          assert.strictEqual(asked.filter((it) => it === "submit").length, 2)
        }),
      { nanobanana: { retryLimit: 0 } }
    )
  )

  it.effect("keeps a job whose time has passed as an unknown outcome with its provider's id; resuming asks again", () =>
    withProvider(
      { status: [...Array.from({ length: 12 }, () => running), completedAt("https://pictures.test/1.png")] },
      () =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(passing(generate({ deadline: Duration.hours(1) }), "1 hour"))
          assert.strictEqual(error.reason._tag, "OutcomeUnknown")
          const job = yield* onlyJob
          assert.deepInclude(job.state, { _tag: "OutcomeUnknown", providerJobId: ProviderJobId.make("provider-1") })
          const image = yield* passing(ImageGenerator.use((it) => it.resume(job.id)))
          assert.strictEqual(image.jobId, job.id)
        }),
      { nanobanana: { jobExpiry: 60_000 } }
    )
  )

  it.effect("streams each state once until the job is final", () =>
    withProvider({ status: [running, completedAt("https://pictures.test/1.png")] }, () =>
      Effect.gen(function* () {
        const job = yield* ImageGenerator.use((it) => it.submit(request))
        const watching = ImageGenerator.use((it) => Stream.runCollect(it.watch(job.id)))
        const states = (yield* passing(watching)).map((it) => it.state._tag)
        assert.strictEqual(states.at(-1), "Stored")
        assert.strictEqual(new Set(states).size, states.length)
      })
    )
  )
})

describe("looking on", () => {
  it.effect("ends with the deadline where nobody follows the job any more, and names the job", () =>
    withProvider({ status: [failedAttempt("status", { _tag: "KeyRejected" }, "Refused")] }, () =>
      Effect.gen(function* () {
        const job = yield* ImageGenerator.use((it) => it.submit(request))
        yield* TestClock.adjust("1 minute")
        const watching = ImageGenerator.use((it) =>
          Stream.runCollect(it.watch(job.id, { deadline: Duration.seconds(5) }))
        )
        const error = yield* Effect.flip(passing(watching, "5 seconds"))
        assert.deepInclude(error, { outcome: "Accepted", jobId: job.id, isRetryable: false })
        assert.strictEqual(error.reason._tag, "GenerationTimedOut")
      })
    )
  )
})

describe("interrupting the caller", () => {
  it.effect("at any moment leaves no job that is queued and that nobody sends", () =>
    Effect.forEach(
      Array.from({ length: 60 }, (_, turns) => turns),
      (turns) =>
        withProvider({}, () =>
          Effect.gen(function* () {
            const slowly = Effect.provideService(generate(), MaxOpsBeforeYield, 5)
            const caller = yield* Effect.forkChild(slowly, { startImmediately: true })
            yield* Effect.repeat(Effect.yieldNow, { times: turns })
            yield* Fiber.interrupt(caller)
            yield* Effect.repeat(Effect.yieldNow, { times: 500 })
            const jobs = yield* JobLedger.use((it) => it.list(defaultOwner))
            assert.notInclude(
              jobs.map((it) => it.state._tag),
              "Queued"
            )
          })
        )
    )
  )
})

describe("following an accepted job", () => {
  it.effect("takes a failed poll, and a job not found right after its submit, for no failed job", () =>
    withProvider(
      {
        status: [
          failedAttempt("status", { _tag: "NotFound" }, "Refused"),
          failedAttempt("status", { _tag: "ServerFailed", status: 500 }, "Unknown"),
          completedAt("https://pictures.test/1.png")
        ]
      },
      () => Effect.map(passing(generate()), (image) => assert.strictEqual(image.providerJobId, "provider-1"))
    )
  )

  it.effect.each([120, 7200])("never asks again before the provider's hint of %i seconds has passed", (seconds) =>
    withProvider(
      {
        status: [failedAttempt("status", { _tag: "RateLimited", retryAfter: Duration.seconds(seconds) }, "Refused")]
      },
      (asked) =>
        Effect.gen(function* () {
          yield* ImageGenerator.use((it) => it.submit(request))
          yield* TestClock.adjust("10 minutes")
          const looks = asked.filter((it) => it === "status").length
          assert.isAtLeast(looks, 1)
          assert.isAtMost(looks, 1 + Math.floor(600 / seconds))
        })
    )
  )

  it.effect("stops asking when the key is refused, and leaves the paid job to be resumed", () =>
    withProvider(
      { status: [failedAttempt("status", { _tag: "KeyRejected" }, "Refused"), completedAt("https://p.test/1")] },
      () =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(passing(generate()))
          assert.deepInclude(error, {
            outcome: "Accepted",
            reason: { _tag: "KeyRejected" },
            providerJobId: ProviderJobId.make("provider-1")
          })
          const job = yield* onlyJob
          assert.strictEqual(job.state._tag, "Submitted")
          yield* passing(ImageGenerator.use((it) => it.resume(job.id)))
          assert.strictEqual((yield* onlyJob).state._tag, "Stored")
        })
    )
  )

  it.effect("holds a paid job that could not be followed, and that nobody took up before its time was over", () =>
    withProvider({ status: [failedAttempt("status", { _tag: "KeyRejected" }, "Refused")] }, () =>
      Effect.gen(function* () {
        const job = yield* ImageGenerator.use((it) => it.submit(request))
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* onlyJob).state._tag, "Submitted")
        const watching = ImageGenerator.use((it) => Stream.runLast(it.watch(job.id, { deadline: Duration.hours(1) })))
        yield* passing(watching, "20 minutes")
        assert.deepInclude((yield* onlyJob).state, {
          _tag: "OutcomeUnknown",
          providerJobId: ProviderJobId.make("provider-1")
        })
        assert.deepInclude(yield* CostLedger.use((it) => it.totals()), { reserved: 40_000, spent: 0 })
      })
    )
  )

  it.effect("lets a job that was taken up again go on when the time of the first drive is over", () =>
    withProvider({ status: [failedAttempt("status", { _tag: "KeyRejected" }, "Refused"), running] }, () =>
      Effect.gen(function* () {
        const job = yield* ImageGenerator.use((it) => it.submit(request))
        yield* TestClock.adjust("10 minutes")
        yield* Effect.forkChild(
          Effect.exit(ImageGenerator.use((it) => it.resume(job.id, { deadline: Duration.hours(1) })))
        )
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual((yield* onlyJob).state._tag, "Running")
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual((yield* onlyJob).state._tag, "OutcomeUnknown")
      })
    )
  )

  it.effect("asks once for a new URL when the result has expired", () =>
    withProvider({ download: [statusAnswer(404), pictureAnswer] }, (asked) =>
      Effect.gen(function* () {
        yield* passing(generate())
        assert.deepStrictEqual(asked, ["submit", "status", "download", "status", "download"])
      })
    )
  )

  it.effect("counts an accepted job that failed as paid, and says that another try is another purchase", () =>
    withProvider({ status: [Effect.succeed({ _tag: "Failed", reason: { _tag: "GenerationFailed" } })] }, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(passing(generate()))
        assert.deepInclude(error, { isRetryable: true, cost: { usdMicros: 40_000, basis: "estimated" } })
        assert.include(error.message, "as a new purchase")
        assert.deepInclude(yield* CostLedger.use((it) => it.totals()), { reserved: 0, spent: 40_000 })
      })
    )
  )

  it.effect("says that a charged picture is gone when it can not be had twice", () =>
    withProvider({ download: [statusAnswer(410)] }, (asked) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(passing(generate()))
        assert.deepInclude(error, { reason: { _tag: "ResultExpired" }, outcome: "Done", isRetryable: false })
        assert.strictEqual(asked.filter((it) => it === "download").length, 2)
        assert.strictEqual((yield* onlyJob).state._tag, "Expired")
        assert.deepInclude(yield* CostLedger.use((it) => it.totals()), { reserved: 0, spent: 40_000 })
      })
    )
  )
})

describe("cancelling", () => {
  it.effect("is refused where the protocol can not, and the job goes on", () =>
    withProvider({ status: [running, running, running, completedAt("https://p.test/1")] }, (asked) =>
      Effect.gen(function* () {
        const job = yield* ImageGenerator.use((it) => it.submit(request))
        yield* TestClock.adjust("1 second")
        const error = yield* Effect.flip(ImageGenerator.use((it) => it.cancel(job.id)))
        assert.strictEqual(error.reason._tag, "JobNotCancellable")
        assert.notInclude(asked, "cancel")
        yield* passing(ImageGenerator.use((it) => it.await(job.id)))
      })
    )
  )

  it.effect("between two sends ends the waiting at once, and nothing is sent any more", () =>
    withProvider(
      { submit: [failedAttempt("submit", { _tag: "RateLimited", retryAfter: Duration.seconds(60) }, "Refused")] },
      (asked) =>
        Effect.gen(function* () {
          const waiting = yield* Effect.forkChild(Effect.flip(generate()))
          yield* TestClock.adjust("1 second")
          const job = yield* onlyJob
          yield* ImageGenerator.use((it) => it.cancel(job.id))
          yield* TestClock.adjust("1 second")
          const error = yield* Fiber.join(waiting)
          assert.deepInclude(error, { jobId: job.id, reason: { _tag: "GenerationCancelled" }, isRetryable: false })
          yield* TestClock.adjust("10 minutes")
          assert.deepStrictEqual(asked, ["submit"])
          assert.deepInclude(yield* CostLedger.use((it) => it.totals()), { reserved: 0, spent: 0 })
        })
    )
  )

  it.effect("counts only when the provider confirms it, and then ends the waiting", () =>
    withProvider(
      { status: [running], canCancel: true, cancel: [Effect.succeed("NotCancelled"), Effect.succeed("Cancelled")] },
      () =>
        Effect.gen(function* () {
          const job = yield* ImageGenerator.use((it) => it.submit(request))
          yield* TestClock.adjust("10 seconds")
          const waiting = yield* Effect.forkChild(Effect.flip(ImageGenerator.use((it) => it.await(job.id))))
          assert.strictEqual((yield* ImageGenerator.use((it) => it.cancel(job.id))).state._tag, "Running")
          assert.strictEqual((yield* ImageGenerator.use((it) => it.cancel(job.id))).state._tag, "Cancelled")
          yield* TestClock.adjust("1 second")
          assert.strictEqual((yield* Fiber.join(waiting)).reason._tag, "GenerationCancelled")
        })
    )
  )

  it.effect("is done by itself on a passed deadline only where a cancelled job is known to be free", () =>
    Effect.gen(function* () {
      for (const cancelIsFree of [true, false]) {
        yield* withProvider(
          { status: [running], canCancel: true, cancel: [Effect.succeed("Cancelled")] },
          (asked) =>
            Effect.gen(function* () {
              yield* Effect.flip(passing(generate({ deadline: Duration.seconds(8) }), "8 seconds"))
              yield* TestClock.adjust("1 second")
              assert.strictEqual(asked.includes("cancel"), cancelIsFree)
              assert.strictEqual((yield* onlyJob).state._tag, cancelIsFree ? "Cancelled" : "Running")
            }),
          { nanobanana: { cancelIsFree } }
        )
      }
    })
  )
})

describe("ending the program", () => {
  it.effect("waits for a paid submit in flight and records it, but no longer than the grace", () =>
    Effect.gen(function* () {
      for (const [answersAfter, state] of [
        ["3 seconds", "Submitted"],
        ["1 minute", "OutcomeUnknown"]
      ] as const) {
        const { layer } = fakeImageProvider({ submit: [Effect.delay(acceptedAs("provider-1"), answersAfter)] })
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(layer, scope)
        yield* Effect.provide(
          ImageGenerator.use((it) => it.submit(request)),
          context
        )
        yield* TestClock.adjust("1 second")
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
        yield* TestClock.adjust("5 seconds")
        yield* Fiber.join(closing)
        assert.strictEqual((yield* Effect.provide(onlyJob, context)).state._tag, state)
      }
    })
  )
})

describe("refusing before anything is paid", () => {
  it.effect("names the field, and enters no job", () =>
    withProvider({}, (asked) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          ImageGenerator.use((it) => it.generate({ prompt: "fox", parameters: { width: 63 } }))
        )
        assert.deepInclude(error, { _tag: "Rejection", outcome: "NotSent" })
        assert.deepInclude(error.reason, { _tag: "InputRejected", field: "parameters.width" })
        assert.deepStrictEqual(asked, [])
        assert.deepStrictEqual(yield* JobLedger.use((it) => it.list(defaultOwner)), [])
      })
    )
  )

  it.effect.each([
    [{ deadLine: Duration.seconds(1) }, "options.deadLine"],
    [{ deadline: "3 seconds" }, "options.deadline"],
    [{ owner: "" }, "options.owner"],
    [[], "options"],
    [null, "options"]
  ] as const)("refuses the options %j", ([options, field]) =>
    withProvider({}, (asked) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(generate(options as never))
        assert.deepInclude(error.reason, { _tag: "InputRejected", field })
        assert.deepStrictEqual(asked, [])
      })
    )
  )

  it.effect.each([
    [{ directory: 5 }, "target.directory"],
    [{ fileName: 7 }, "target.fileName"],
    [{ folder: "a" }, "target.folder"],
    [{ directory: "../elsewhere" }, "target"],
    [{ fileName: "a/b.png" }, "target"],
    [null, "target"]
  ] as const)("refuses to download to %j before anything is fetched", ([target, field]) =>
    withProvider({}, (asked) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          ImageGenerator.use((it) => it.download("https://pictures.test/1.png", target as never))
        )
        assert.deepInclude(error.reason, { _tag: "InputRejected", field })
        assert.deepStrictEqual(asked, [])
      })
    )
  )

  it.effect("knows no job of another owner", () =>
    withProvider({}, () =>
      Effect.gen(function* () {
        const job = yield* ImageGenerator.use((it) => it.submit(request, { owner: Owner.make("anna") }))
        for (const id of [job.id, JobId.make("job_none")]) {
          const error = yield* Effect.flip(ImageGenerator.use((it) => it.status(id, { owner: Owner.make("bert") })))
          assert.strictEqual(error.reason._tag, "JobNotFound")
        }
      })
    )
  )
})

describe("a ledger that can not be read after a picture was paid for", () => {
  it.effect("makes no refusal of it: the error names the job and advises against sending again", () => {
    const { asked, layer } = fakeImageProvider({})
    const forgetful = Layer.effect(
      JobLedger,
      Effect.map(JobLedger, (ledger) => ({
        ...ledger,
        get: (id: JobId, owner: Owner) =>
          Effect.flatMap(ledger.get(id, owner), (job) =>
            job.state._tag === "Stored"
              ? Effect.fail({ _tag: "StorageFailed", problem: "DiskFull", detail: "reading a job" } as const)
              : Effect.succeed(job)
          )
      }))
    )
    return Effect.gen(function* () {
      const jobLedger = yield* JobLedger
      const generator = yield* MakeImageGenerator.make
      const error = yield* Effect.flip(passing(generator.generate(request)))
      const [job] = yield* jobLedger.list(defaultOwner)
      assert.include(asked, "submit")
      assert.deepInclude(error, { _tag: "ApiError", outcome: "Unknown", isRetryable: false })
      assert.strictEqual(error._tag === "ApiError" ? error.jobId : undefined, job?.id)
      // What is wrong with the disk is what a person can mend: it is told as the ledger told it.
      assert.deepStrictEqual(error.reason, { _tag: "StorageFailed", problem: "DiskFull", detail: "reading a job" })
    }).pipe(Effect.provide(forgetful.pipe(Layer.provideMerge(layer))))
  })
})
