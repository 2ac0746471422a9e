/** Programs that end and begin again on one ledger, and the worker that goes on with what they have left. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { defaultOwner, ProviderJobId } from "../../../schemas/Identifiers.ts"
import type { CallFailure } from "../../../schemas/Failures.ts"
import type { Job } from "../../../schemas/Job.ts"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import * as JobWorker from "../../../src/image/JobWorker.ts"
import { JobLedger } from "../../../src/job/JobLedger.ts"
import {
  acceptedAs,
  completedAt,
  failedAttempt,
  fakeImageProvider,
  type FakeScript,
  running
} from "../../support/FakeImageProvider.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"
import { ledgersIn } from "../../layers/job/SqliteLedgers.ts"

const request = { prompt: "a red fox in the snow" }
const providerJob = ProviderJobId.make("provider-1")
const noAnswer = failedAttempt("submit", { _tag: "TimedOut", phase: "headers", limit: Duration.seconds(30) }, "Unknown")

/** A machine with one home: programs are begun and ended on it, one after the other or side by side. */
const machine = Effect.fnUntraced(function* (script: FakeScript, settings: SettingsDocument = {}) {
  const folder = yield* temporaryFolder
  const { asked, layer } = fakeImageProvider(script, settings, undefined, ledgersIn(folder))
  const begin = Effect.gen(function* () {
    const scope = yield* Scope.make()
    const services = yield* Layer.buildWithScope(Layer.fresh(layer), scope)
    return {
      services,
      generator: Context.get(services, ImageGenerator),
      ledger: Context.get(services, JobLedger),
      work: JobWorker.make().pipe(Effect.provideContext(services), Effect.provideService(Scope.Scope, scope)),
      end: Scope.close(scope, Exit.void)
    }
  })
  return { asked, begin }
})

const stateOf = (ledger: JobLedger["Service"], { id }: Job) =>
  Effect.map(ledger.get(id, defaultOwner), ({ state }) => state._tag)

describe("a job whose program has ended", () => {
  it.effect("after an hour in the queue is sent by the next one, once, and is no unknown", () =>
    Effect.gen(function* () {
      const { asked, begin } = yield* machine({}, { nanobanana: { rateLimit: [{ requests: 1, window: 7_200 }] } })
      const first = yield* begin
      yield* first.generator.submit(request)
      const waiting = yield* first.generator.submit(request)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* stateOf(first.ledger, waiting), "Queued")
      yield* first.end
      yield* TestClock.adjust("1 minute")
      const second = yield* begin
      yield* second.work
      yield* TestClock.adjust("2 hours")
      assert.strictEqual(yield* stateOf(second.ledger, waiting), "Stored")
      assert.strictEqual(asked.filter((it) => it === "submit").length, 2)
      yield* second.end
    })
  )

  it.effect("at the provider is polled by the next one to its picture, and not paid again", () =>
    Effect.gen(function* () {
      const { asked, begin } = yield* machine({
        status: [running, running, completedAt("https://pictures.test/1.png")]
      })
      const first = yield* begin
      const job = yield* first.generator.submit(request)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(yield* stateOf(first.ledger, job), "Running")
      yield* first.end
      const second = yield* begin
      yield* second.work
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* stateOf(second.ledger, job), "Stored")
      assert.strictEqual(asked.filter((it) => it === "submit").length, 1)
      yield* second.end
    })
  )

  it.effect("told by the provider to wait, waits on in the next one", () =>
    Effect.gen(function* () {
      const tooMany = failedAttempt("submit", { _tag: "RateLimited", retryAfter: Duration.minutes(30) }, "Refused")
      const { asked, begin } = yield* machine({ submit: [tooMany, acceptedAs("provider-1")] })
      const first = yield* begin
      const job = yield* first.generator.submit(request)
      yield* TestClock.adjust("10 minutes")
      yield* first.end
      const second = yield* begin
      yield* second.work
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(asked, ["submit"])
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* stateOf(second.ledger, job), "Stored")
      yield* second.end
    })
  )

  it.effect("is left alone by programs without a worker, and by their other calls", () =>
    Effect.gen(function* () {
      const { asked, begin } = yield* machine({ status: [running, completedAt("https://pictures.test/1.png")] })
      const first = yield* begin
      const job = yield* first.generator.submit(request)
      yield* TestClock.adjust("3 seconds")
      yield* first.end
      const before = asked.length
      const second = yield* begin
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* stateOf(second.ledger, job), "Running")
      assert.strictEqual(asked.length, before)
      const fiber = yield* Effect.forkChild(second.generator.resume(job.id))
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* Fiber.join(fiber)).jobId, job.id)
      yield* second.end
    })
  )
})

describe("a program that is told to end", () => {
  it.effect("takes no new work, records the paid request that is on its way, and leaves the rest to the next one", () =>
    Effect.gen(function* () {
      const slowly = Effect.delay(acceptedAs("provider-2"), "3 seconds")
      const { asked, begin } = yield* machine({ submit: [acceptedAs("provider-1"), slowly], status: [running] })
      const { end, generator, ledger } = yield* begin
      const long = yield* generator.submit(request)
      yield* TestClock.adjust("1 minute")
      const sending = yield* generator.submit(request)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* stateOf(ledger, sending), "Submitting")
      const ending = yield* Effect.forkChild(end, { startImmediately: true })
      yield* Effect.yieldNow
      const calls = [generator.submit(request), generator.generate(request), generator.resume(long.id)]
      for (const call of calls.map((it) => Effect.asVoid<unknown, CallFailure, never>(it))) {
        const error = yield* Effect.flip(call)
        assert.deepInclude(error, { _tag: "Rejection", reason: { _tag: "ShuttingDown" }, isRetryable: true })
      }
      assert.isUndefined(ending.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(ending)
      const next = yield* begin
      assert.strictEqual(yield* stateOf(next.ledger, long), "Running")
      assert.strictEqual(yield* stateOf(next.ledger, sending), "Submitted")
      assert.isTrue((yield* next.ledger.claim(long.id)).isHeld)
      assert.strictEqual(asked.filter((it) => it === "submit").length, 2)
      yield* next.end
    })
  )

  it.effect("leaves after the grace where no answer comes, and says that nobody knows", () =>
    Effect.gen(function* () {
      const { begin } = yield* machine({ submit: [Effect.never] })
      const { end, generator } = yield* begin
      const job = yield* generator.submit(request)
      yield* TestClock.adjust("1 second")
      const ending = yield* Effect.forkChild(end, { startImmediately: true })
      yield* TestClock.adjust("4900 millis")
      assert.isUndefined(ending.pollUnsafe())
      yield* TestClock.adjust("200 millis")
      yield* Fiber.join(ending)
      const next = yield* begin
      assert.strictEqual(yield* stateOf(next.ledger, job), "OutcomeUnknown")
      yield* next.end
    })
  )
})

describe("workers side by side", () => {
  it.effect("drive each job once", () =>
    Effect.gen(function* () {
      const { asked, begin } = yield* machine(
        { submit: Array.from({ length: 20 }, (_, index) => acceptedAs(`provider-${index}`)) },
        { nanobanana: { rateLimit: [], concurrency: 100 } }
      )
      const entering = yield* begin
      yield* entering.end
      const [first, second, third] = [yield* begin, yield* begin, yield* begin]
      const jobs = yield* Effect.forEach(Array.from({ length: 20 }), () => first.generator.submit(request))
      yield* first.end
      yield* second.work
      yield* third.work
      yield* TestClock.adjust("5 minutes")
      for (const job of jobs) assert.strictEqual(yield* stateOf(second.ledger, job), "Stored")
      assert.strictEqual(asked.filter((it) => it === "submit").length, 20)
      yield* second.end
      yield* third.end
    })
  )

  it.effect("end by themselves when there is nothing left that they could do", () =>
    Effect.gen(function* () {
      const { begin } = yield* machine({ submit: [noAnswer] })
      const { end, generator, ledger, work } = yield* begin
      const worker = yield* work
      const job = yield* generator.submit(request)
      const idle = yield* Effect.forkChild(worker.whenIdle)
      yield* TestClock.adjust("2 minutes")
      yield* Fiber.join(idle)
      assert.deepStrictEqual(yield* worker.active, [])
      assert.strictEqual(yield* stateOf(ledger, job), "OutcomeUnknown")
      yield* end
    })
  )
})

describe("a person's word on a job of unknown outcome", () => {
  const unknownWith = Effect.fnUntraced(function* (script: FakeScript) {
    const world = yield* machine({ submit: [noAnswer], ...script })
    const program = yield* world.begin
    const job = yield* program.generator.submit(request)
    yield* TestClock.adjust("2 minutes")
    assert.strictEqual(yield* stateOf(program.ledger, job), "OutcomeUnknown")
    return { ...program, job, asked: world.asked }
  })
  const unknown = unknownWith({})

  it.effect("is asked for by an error that says what may have been paid", () =>
    Effect.gen(function* () {
      const { begin } = yield* machine({ submit: [noAnswer] })
      const { end, generator } = yield* begin
      const calling = yield* Effect.forkChild(Effect.flip(generator.generate(request)))
      yield* TestClock.adjust("2 minutes")
      const error = yield* Fiber.join(calling)
      assert.deepInclude(error, { _tag: "ApiError", outcome: "Unknown", isRetryable: false })
      // What is held for the job, and not the nothing that its request had cost by then.
      assert.strictEqual(error._tag === "ApiError" ? error.cost?.usdMicros : undefined, 40_000)
      yield* end
    })
  )

  it.effect("that it was charged brings it to its picture", () =>
    Effect.gen(function* () {
      const { asked, end, generator, job, ledger, work } = yield* unknown
      const resolved = yield* generator.resolve(job.id, { _tag: "Charged", providerJobId: providerJob })
      assert.strictEqual(resolved.state._tag, "Submitted")
      yield* work
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* stateOf(ledger, job), "Stored")
      assert.strictEqual(asked.filter((it) => it === "submit").length, 1)
      const again = yield* Effect.flip(generator.resolve(job.id, { _tag: "NotCharged" }))
      assert.strictEqual(again.reason._tag, "JobNotResolvable")
      assert.include(again.message, "what became of it is no open question")
      yield* end
    })
  )

  it.effect("under an id that the provider does not know is not taken, and can be given again", () =>
    Effect.gen(function* () {
      const notFound = failedAttempt("status", { _tag: "NotFound" }, "Refused")
      const { end, generator, job, ledger } = yield* unknownWith({ status: [notFound, running] })
      const charged = (id: string) =>
        generator.resolve(job.id, { _tag: "Charged", providerJobId: ProviderJobId.make(id) })
      const refused = yield* Effect.flip(charged("mistyped"))
      assert.include(refused.message, "the provider has no job of this id")
      assert.strictEqual(yield* stateOf(ledger, job), "OutcomeUnknown")
      assert.strictEqual((yield* charged("provider-1")).state._tag, "Submitted")
      yield* end
    })
  )

  it.effect("is taken where the provider can not be asked", () =>
    Effect.gen(function* () {
      const refused = failedAttempt("status", { _tag: "ConnectionRefused", host: "images.test" }, "NotSent")
      const { end, generator, job } = yield* unknownWith({ status: [refused] })
      const resolving = yield* Effect.forkChild(
        generator.resolve(job.id, { _tag: "Charged", providerJobId: providerJob })
      )
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* Fiber.join(resolving)).state._tag, "Submitted")
      yield* end
    })
  )

  it.effect("that it was not ends it, and frees its money; a loss that is accepted is spent", () =>
    Effect.gen(function* () {
      const first = yield* unknown
      const ended = yield* first.generator.resolve(first.job.id, { _tag: "NotCharged" })
      assert.deepStrictEqual([ended.state._tag, ended.money._tag], ["Failed", "Released"])
      yield* first.end
      const second = yield* unknown
      const lost = yield* second.generator.resolve(second.job.id, { _tag: "LossAccepted" })
      assert.deepStrictEqual([lost.state._tag, lost.money._tag], ["Expired", "Settled"])
      yield* second.end
    })
  )
})
