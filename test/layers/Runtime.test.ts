/**
 * The library as promises: what they resolve and reject with, what an abort stops, and how a runtime ends.
 */
import { getEventListeners } from "node:events"
import * as util from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CallAborted } from "../../schemas/CallAborted.ts"
import { ApiError, Rejection } from "../../schemas/Failures.ts"
import { defaultOwner, type JobId } from "../../schemas/Identifiers.ts"
import { ConfigurationError } from "../../schemas/Settings.ts"
import * as Live from "../../layers/Live.ts"
import * as Runtime from "../../layers/Runtime.ts"
import * as Mock from "../../mock-layers/Mock.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import { JobLedger } from "../../src/job/JobLedger.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"

const prompt = "a red fox in the snow"

/** Real time: nothing waits long for a picture. */
const quick = { nanobanana: { pollFirst: 5, pollCap: 20 } }

const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.fail("it was fulfilled"),
    (thrown) => thrown
  )

const reasonOf = (thrown: unknown): string => {
  assert.instanceOf(thrown, Error)
  if (thrown instanceof Rejection || thrown instanceof ApiError) return thrown.reason._tag
  return thrown.name
}

/** A picture that takes its time, so that there is something to abort. */
const slow = () => Mock.layerWith({ latency: "40 millis", settings: quick })

type MockRuntime = Runtime.Runtime<MockHandle | Runtime.RuntimeServices>

const acceptedSubmits = (runtime: MockRuntime): Promise<number> =>
  runtime.run(MockHandle.use((it) => Effect.map(it.totals, (totals) => totals.acceptedSubmits)))

/** Until the provider has taken a paid request, whose answer is still under way. */
const untilSubmitted = async (runtime: MockRuntime): Promise<void> => {
  for (let look = 0; look < 10_000 && (await acceptedSubmits(runtime)) === 0; look++) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.strictEqual(await acceptedSubmits(runtime), 1)
}

describe("Runtime", () => {
  it("enhances, generates and illustrates, with plain results", async () => {
    await using runtime = Runtime.make(Mock.layerWith({ settings: quick }))
    const enhancement = await runtime.enhance({ prompt, mode: "precise" }, { maximumCharacters: 900, owner: "anna" })
    assert.strictEqual(enhancement.provenance._tag, "Live")
    const again = await runtime.enhance({ prompt, mode: "precise" }, { maximumCharacters: 900, owner: "anna" })
    assert.strictEqual(again.provenance._tag, "Cached")
    if (again.provenance._tag === "Cached") assert.isNumber(again.provenance.ageMillis)
    const { elapsedMillis, generated } = await runtime.illustrate({ prompt, image: { width: 512 } })
    assert.isNumber(elapsedMillis)
    const image = await runtime.generate({ prompt }, { idempotencyKey: "order-7", deadlineMillis: 60_000 })
    assert.notStrictEqual(image.jobId, generated.jobId)
    assert.deepStrictEqual(JSON.parse(JSON.stringify(image)), image)
  })

  it("submits, tells of, lists, awaits and cancels jobs", async () => {
    await using runtime = Runtime.make(slow())
    const job = await runtime.jobs.submit({ prompt }, { owner: "anna" })
    assert.strictEqual((await runtime.jobs.status(job.id, { owner: "anna" })).id, job.id)
    assert.strictEqual(reasonOf(await rejectionOf(runtime.jobs.status(job.id, { owner: "ben" }))), "JobNotFound")
    const { image } = await runtime.jobs.await(job.id, { owner: "anna" })
    assert.isAbove(image.bytes, 0)
    assert.deepStrictEqual((await runtime.jobs.resume(job.id, { owner: "anna" })).image, image)
    assert.deepStrictEqual(
      (await runtime.jobs.list({}, { owner: "anna" })).map((it) => [it.id, it.state._tag]),
      [[job.id, "Stored"]]
    )
    const refused = await rejectionOf(runtime.jobs.cancel(job.id, { owner: "anna" }))
    assert.strictEqual(reasonOf(refused), "JobNotCancellable")
  })

  it("rejects with the typed failure itself, which is an Error and plain JSON", async () => {
    await using runtime = Runtime.make(Mock.layerWith({ scenario: "no-balance" }))
    const rejection = await rejectionOf(runtime.enhance({ prompt: "" }))
    assert.instanceOf(rejection, Rejection)
    assert.strictEqual(reasonOf(rejection), "InputRejected")
    const failed = await rejectionOf(runtime.enhance({ prompt: "a canary in a coal mine" }))
    assert.instanceOf(failed, ApiError)
    assert.deepInclude(JSON.parse(JSON.stringify(failed)), {
      _tag: "ApiError",
      provider: "deepseek",
      reason: { _tag: "InsufficientBalance" },
      isRetryable: false,
      message: (failed as ApiError).message
    })
    for (const text of [JSON.stringify(failed), util.inspect(failed, { depth: 9 }), String(failed)]) {
      assert.notInclude(text, "canary")
      assert.notInclude(text, "FiberFailure")
    }
    const badDeadline = await rejectionOf(runtime.enhance({ prompt }, { deadlineMillis: -1 }))
    assert.strictEqual(reasonOf(badDeadline), "InputRejected")
    assert.include((badDeadline as Rejection).message, "options.deadlineMillis")
    const both = await rejectionOf(runtime.generate({ prompt }, { deadlineMillis: Number.NaN, owner: "" }))
    assert.include((both as Rejection).message, "options.deadlineMillis")
    assert.include((both as Rejection).message, "options.owner")
    assert.instanceOf(both, Rejection)
  })

  it("a failure says when to come back, in milliseconds", async () => {
    const settings = { nanobanana: { ...quick.nanobanana, rateLimit: { requests: 1, window: 3600 } } }
    await using runtime = Runtime.make(Mock.layerWith({ settings }))
    await runtime.generate({ prompt })
    const error = await rejectionOf(runtime.generate({ prompt: "another" }))
    assert.instanceOf(error, Rejection)
    assert.strictEqual(reasonOf(error), "RateLimitExceeded")
    const { isRetryable, retryAfterMillis } = error as Rejection
    assert.isTrue(isRetryable)
    assert.isAbove(retryAfterMillis ?? 0, 3_000_000)
    assert.strictEqual(JSON.parse(JSON.stringify(error)).retryAfterMillis, retryAfterMillis)
  })

  it("builds one program, however many calls come first, and none before", async () => {
    let built = 0
    const layer = Layer.merge(
      Mock.layer,
      Layer.effectDiscard(
        Effect.andThen(
          Effect.sleep("20 millis"),
          Effect.sync(() => built++)
        )
      )
    )
    await using runtime = Runtime.make(layer)
    assert.strictEqual(built, 0)
    const all = await Promise.all(Array.from({ length: 50 }, () => runtime.enhance({ prompt })))
    assert.strictEqual(built, 1)
    assert.strictEqual(all.filter((it) => it.attempts > 0).length, 1)
  })

  it("a layer that can not be built rejects every call with its error", async () => {
    const error = new ConfigurationError({ problems: [{ name: "A", problem: "is missing", expected: "a key" }] })
    await using runtime = Runtime.make(Layer.merge(Mock.layer, Layer.effectDiscard(Effect.fail(error))))
    const calls = [runtime.enhance({ prompt }), runtime.generate({ prompt }), runtime.jobs.list()]
    for (const call of calls) assert.strictEqual(await rejectionOf(call), error)
    assert.strictEqual(await rejectionOf(runtime.illustrate({ prompt })), error)
    assert.deepStrictEqual(JSON.parse(JSON.stringify(error)), {
      _tag: "ConfigurationError",
      problems: [{ name: "A", problem: "is missing", expected: "a key" }],
      message: "A: is missing, expected a key"
    })
  })

  it("live without usable settings rejects with every problem by name", async () => {
    await using runtime = Runtime.make(Live.layerWith({ deepseek: { timeout: -1 } }))
    const error = await rejectionOf(runtime.illustrate({ prompt }))
    assert.instanceOf(error, ConfigurationError)
    assert.include((error as ConfigurationError).message, "deepseek.timeout")
  })

  it("a signal that was aborted before begins nothing", async () => {
    let built = 0
    await using runtime = Runtime.make(Layer.merge(Mock.layer, Layer.effectDiscard(Effect.sync(() => built++))))
    const error = await rejectionOf(runtime.generate({ prompt }, { signal: AbortSignal.abort("no") }))
    assert.instanceOf(error, CallAborted)
    assert.deepInclude({ ...(error as CallAborted) }, { name: "AbortError", code: "ABORT_ERR", by: "Signal" })
    assert.strictEqual((error as CallAborted).cause, "no")
    assert.strictEqual((error as CallAborted).jobId, undefined)
    assert.strictEqual(built, 0)
  })

  it("an abort stops free work at once, and the first caller's abort leaves the others' program alone", async () => {
    await using runtime = Runtime.make(Mock.layerWith({ scenario: "keep-alive-forever" }))
    const first = new AbortController()
    const second = new AbortController()
    const one = rejectionOf(runtime.enhance({ prompt }, { signal: first.signal }))
    const two = rejectionOf(runtime.enhance({ prompt: "another" }, { signal: second.signal }))
    first.abort()
    assert.instanceOf(await one, CallAborted)
    assert.isTrue(((await one) as CallAborted).isRetryable)
    second.abort()
    assert.instanceOf(await two, CallAborted)
    await runtime.run(LiveSettings.use((it) => it.current))
  })

  it("an abort never breaks a paid request: it says which job lives on, and the picture is there (promise 2)", async () => {
    await using runtime = Runtime.make(slow())
    const gone = new AbortController()
    const call = rejectionOf(runtime.generate({ prompt }, { signal: gone.signal }))
    await untilSubmitted(runtime)
    gone.abort()
    const error = (await call) as CallAborted
    assert.instanceOf(error, CallAborted)
    assert.isFalse(error.isRetryable)
    const jobId = error.jobId ?? assert.fail("no job")
    assert.include(error.message, jobId)
    assert.deepInclude(error.toJSON(), { _tag: "CallAborted", by: "Signal", jobId })
    assert.isAbove((await runtime.jobs.await(jobId)).image.bytes, 0)
    assert.strictEqual(await acceptedSubmits(runtime), 1)
  })

  it("an abort of a call that only joined a job by its key names that job", async () => {
    await using runtime = Runtime.make(slow())
    const first = runtime.generate({ prompt }, { idempotencyKey: "order-7" })
    await untilSubmitted(runtime)
    const gone = new AbortController()
    const second = rejectionOf(runtime.generate({ prompt }, { idempotencyKey: "order-7", signal: gone.signal }))
    await new Promise((resolve) => setImmediate(resolve))
    gone.abort()
    assert.strictEqual(((await second) as CallAborted).jobId, (await first).jobId)
  })

  it("after 10 000 calls a signal has no listener left, fulfilled, rejected or aborted", async () => {
    await using runtime = Runtime.make(Mock.layer)
    const { signal } = new AbortController()
    await runtime.enhance({ prompt })
    for (let round = 0; round < 100; round++) {
      const calls = Array.from({ length: 100 }, (_, index) =>
        runtime.enhance({ prompt: index % 2 === 0 ? prompt : "" }, { signal }).catch(() => undefined)
      )
      await Promise.all(calls)
    }
    assert.strictEqual(getEventListeners(signal, "abort").length, 0)
    await using stuck = Runtime.make(Mock.layerWith({ scenario: "keep-alive-forever" }))
    const gone = new AbortController()
    const calls = Array.from({ length: 5 }, () => rejectionOf(stuck.enhance({ prompt }, { signal: gone.signal })))
    gone.abort()
    for (const call of calls) assert.instanceOf(await call, CallAborted)
    assert.strictEqual(getEventListeners(gone.signal, "abort").length, 0)
  })

  it("a disposed runtime refuses every call as ShuttingDown, and is disposed once", async () => {
    let closed = 0
    const closing = Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => closed++)))
    const runtime = Runtime.make(Layer.merge(Mock.layer, closing))
    await runtime.enhance({ prompt })
    await Promise.all([runtime.dispose(), runtime.dispose()])
    await runtime[Symbol.asyncDispose]()
    assert.strictEqual(closed, 1)
    for (const call of [runtime.enhance({ prompt }), runtime.jobs.list(), runtime.run(Effect.succeed(1))]) {
      assert.strictEqual(reasonOf(await rejectionOf(call)), "ShuttingDown")
    }
    const never = Runtime.make(Mock.layer)
    await never.dispose()
    assert.strictEqual(reasonOf(await rejectionOf(never.enhance({ prompt }))), "ShuttingDown")
  })

  it("disposing ends what is under way, and gives a paid request its grace to be answered", async () => {
    const runtime = Runtime.make(slow())
    const ledger = await runtime.run(JobLedger)
    const call = rejectionOf(runtime.generate({ prompt }))
    await untilSubmitted(runtime)
    await runtime.dispose()
    const error = (await call) as CallAborted
    assert.instanceOf(error, CallAborted)
    assert.strictEqual(error.by, "ShuttingDown")
    const job = await Effect.runPromise(ledger.get((error.jobId ?? "") as JobId, defaultOwner))
    assert.include(["Submitted", "Running"], job.state._tag)
  })
})
