import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import * as Mock from "../../../mock-layers/Mock.ts"
import { CallId, IdempotencyKey, ProviderJobId } from "../../../schemas/Identifiers.ts"
import type { Outcome } from "../../../schemas/Provider.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { accountOfJob } from "../../../src/image/AccountOfJob.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { KeyVault } from "../../../src/vault/KeyVault.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import { acceptedAs, failedAttempt, pictureAnswer, running, statusAnswer } from "../../support/FakeImageProvider.ts"
import {
  generate,
  inWorld,
  isolate,
  jobs,
  onlyJob,
  openCircuit,
  passing,
  request,
  submit,
  submitsOf,
  totals
} from "./ImageWorld.ts"

const failing = (reason: ApiReason, outcome: Outcome = "Refused") => ({
  submit: [failedAttempt("submit", reason, outcome)]
})

const broke: ApiReason = { _tag: "InsufficientBalance" }
const noLimit = { rateLimit: [] }

describe("a second account makes the picture where the first one has surely charged nothing", () => {
  it.effect.each([
    [broke, "Refused"],
    [{ _tag: "KeyRejected" }, "Refused"],
    [{ _tag: "ServiceUnavailable", status: 503 }, "Refused"],
    [{ _tag: "ConnectionRefused", host: "first.test" }, "NotSent"],
    [{ _tag: "DnsFailed", host: "first.test", isTemporary: false }, "NotSent"]
  ] as const)("after %j (%s), and says so", ([reason, outcome]) =>
    recordCalls((events) =>
      inWorld({ first: failing(reason, outcome), second: {} }, (requests) =>
        Effect.gen(function* () {
          const image = yield* passing(generate())
          assert.deepStrictEqual(image.provenance, {
            _tag: "OtherProvider",
            provider: "nanobananaapi",
            reason: reason._tag
          })
          assert.deepStrictEqual(
            [image.protocol, image.providerJobId],
            ["nanobananaapi", ProviderJobId.make("provider-2")]
          )
          assert.strictEqual(submitsOf(requests, "second").length, 1)
          const job = yield* onlyJob
          assert.deepInclude(job.standIn, { scope: "nanobanana-fallback", reason: reason._tag })
          assert.deepStrictEqual(yield* totals, { reserved: 0, spent: 40_000 })
          const told = events.flatMap((it) => (it._tag === "FellBack" ? [{ to: it.to, reason: it.reason }] : []))
          assert.deepStrictEqual(told, [{ to: "OtherProtocol", reason: reason._tag }])
          // What a person must mend is not hidden by what stands in for it.
          const failed = events.flatMap((it) => (it._tag === "CallFailed" ? [it.reason._tag] : []))
          assert.deepStrictEqual(failed, [reason._tag])
          assert.notInclude(inspect([job, image, events], { depth: 20 }), "second-key")
        })
      )
    )
  )

  it.effect.each(["CircuitOpen", "Isolated"] as const)(
    "where the door refuses with %s, without asking the first",
    (reason) =>
      recordCalls((events) =>
        inWorld({ second: {} }, (requests) =>
          Effect.gen(function* () {
            yield* reason === "Isolated" ? isolate("submit") : openCircuit("submit", 60_000)
            const image = yield* passing(generate())
            assert.deepInclude(image.provenance, { _tag: "OtherProvider", reason })
            assert.deepStrictEqual(submitsOf(requests, "first"), [])
            assert.strictEqual(events.filter((it) => it._tag === "FellBack").length, 1)
            assert.strictEqual((yield* jobs).length, 1)
          })
        )
      )
  )

  it.effect("where our own limit would make it wait past its deadline", () =>
    inWorld({ second: {}, settings: { nanobanana: { rateLimit: { requests: 1, window: 3600 } } } }, (requests) =>
      Effect.gen(function* () {
        assert.strictEqual((yield* passing(generate())).provenance._tag, "Live")
        assert.deepInclude((yield* passing(generate())).provenance, {
          _tag: "OtherProvider",
          reason: "RateLimitExceeded"
        })
        const refused = yield* Effect.flip(passing(generate()))
        assert.deepInclude(refused, { _tag: "Rejection", reason: { _tag: "RateLimitExceeded", operation: "submit" } })
        assert.strictEqual(submitsOf(requests).length, 2)
        assert.strictEqual((yield* jobs).length, 2)
      })
    )
  )

  it.effect("where the first has no healthy key: it is not even asked", () =>
    inWorld({ first: failing({ _tag: "KeyRejected" }), second: {} }, (requests) =>
      Effect.gen(function* () {
        const reasons: Array<unknown> = []
        for (let count = 0; count < 3; count++) {
          const { provenance } = yield* passing(generate())
          reasons.push(provenance._tag === "OtherProvider" ? provenance.reason : provenance._tag)
        }
        // Nothing free can be asked: the key is set aside at its first refusal, and retired at its second.
        assert.deepStrictEqual(reasons, ["KeyRejected", "KeyRejected", "NoHealthyKey"])
        assert.strictEqual(submitsOf(requests, "first").length, 2)
        assert.strictEqual(submitsOf(requests, "second").length, 3)
        const keys = yield* KeyVault.use((it) => it.keys)
        assert.strictEqual(keys.find((it) => it.scope === "nanobanana")?.state._tag, "Retired")
        // Alone it refuses, before anything is written or paid.
        const refused = yield* Effect.flip(passing(generate({ accept: ["Live"] })))
        assert.deepInclude(refused, { _tag: "Rejection" })
        assert.strictEqual(refused.reason._tag, "NoHealthyKey")
        assert.strictEqual((yield* jobs).length, 3)
      })
    )
  )

  it.effect("with the key of that account alone, for polls and cancels too, also when the job is taken up again", () =>
    inWorld(
      {
        first: failing(broke),
        second: {
          canCancel: true,
          status: [running, failedAttempt("status", { _tag: "KeyRejected" }, "Refused"), running]
        }
      },
      (requests) =>
        Effect.gen(function* () {
          const job = yield* submit()
          yield* TestClock.adjust("30 seconds")
          assert.strictEqual((yield* onlyJob).state._tag, "Running")
          const resumed = ImageGenerator.use((it) => it.resume(job.id, { deadline: Duration.seconds(20) }))
          yield* Effect.flip(passing(resumed))
          yield* ImageGenerator.use((it) => it.cancel(job.id))
          const [refused, ...others] = requests
          assert.deepInclude(refused, { account: "first", operation: "submit", key: "fake-key" })
          const operations = new Set(others.map((it) => it.operation))
          assert.deepStrictEqual([...operations], ["submit", "status", "cancel"])
          for (const it of others) assert.deepInclude(it, { account: "second", key: "second-key" })
        })
    )
  )

  it.effect("of which a repetition by the same key says the same, however late", () =>
    inWorld({ first: failing(broke), second: {} }, (requests) =>
      Effect.gen(function* () {
        const idempotencyKey = IdempotencyKey.make("order-1")
        const first = yield* passing(generate({ idempotencyKey }))
        const again = yield* passing(generate({ idempotencyKey }))
        assert.strictEqual(again.jobId, first.jobId)
        assert.strictEqual(again.provenance._tag, "OtherProvider")
        assert.strictEqual(submitsOf(requests).length, 2)
      })
    )
  )

  it.effect(
    "and nobody else: where that account is gone from the settings, what is asked about its job is refused",
    () =>
      inWorld({ second: {} }, () =>
        Effect.gen(function* () {
          yield* submit()
          const job = yield* onlyJob
          const call = { callId: CallId.make("call-1"), settings: yield* LiveSettings.use((it) => it.current) }
          const standIn = { scope: "nanobanana-fallback", reason: "CircuitOpen" } as const
          const { scope } = yield* accountOfJob({ ...job, standIn }, call)
          assert.strictEqual(scope, "nanobanana-fallback")
          const { settings, version } = call.settings
          const alone = { ...settings, nanobanana: { ...settings.nanobanana, fallback: {} } }
          const gone = accountOfJob({ ...job, standIn }, { ...call, settings: { version, settings: alone } })
          assert.deepInclude((yield* Effect.flip(gone)).reason, { setting: "NANOBANANA_FALLBACK_API_KEY" })
        })
      )
  )
})

describe("no second account is asked", () => {
  const unasked = (first: ReturnType<typeof failing>, options?: Parameters<typeof generate>[0]) =>
    inWorld({ first, second: {} }, (requests) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(passing(generate(options)))
        assert.deepStrictEqual(submitsOf(requests, "second"), [])
        assert.isUndefined((yield* onlyJob).standIn)
        return error
      })
    )

  it.effect.each([
    [{ _tag: "ConnectionLost", phase: "headers", code: "ECONNRESET" }, "Unknown"],
    [{ _tag: "ServerFailed", status: 500 }, "Unknown"],
    [{ _tag: "TimedOut", phase: "headers", limit: Duration.seconds(30) }, "Unknown"]
  ] as const)("after an unknown outcome: %j (%s), that would be paying twice", ([reason, outcome]) =>
    Effect.gen(function* () {
      const error = yield* unasked(failing(reason, outcome))
      assert.deepInclude(error, { outcome: "Unknown", isRetryable: false })
    })
  )

  it.effect("after a refusal that follows the request: the content, the request itself", () =>
    Effect.gen(function* () {
      yield* unasked(failing({ _tag: "ContentRejected" }))
      yield* unasked(failing({ _tag: "RequestRejected", status: 400 }))
    })
  )

  it.effect("by a caller who does not take its pictures", () =>
    Effect.gen(function* () {
      const error = yield* unasked(failing(broke), { accept: ["Live", "Cached"] })
      assert.strictEqual(error.reason._tag, "InsufficientBalance")
    })
  )

  it.effect("beyond the attempts of the call: both draw on one budget", () =>
    Effect.gen(function* () {
      yield* unasked(failing(broke), { attemptLimit: 1 })
      yield* inWorld(
        {
          first: failing({ _tag: "ServiceUnavailable", status: 503 }),
          second: failing({ _tag: "ServiceUnavailable", status: 503 })
        },
        (requests) =>
          Effect.gen(function* () {
            const error = yield* Effect.flip(passing(generate({ attemptLimit: 4 })))
            assert.deepInclude(error, { _tag: "ApiError", attempts: 4 })
            assert.deepStrictEqual([submitsOf(requests, "first").length, submitsOf(requests, "second").length], [3, 1])
          })
      )
    })
  )

  it.effect("where its protocol can not make the picture", () =>
    inWorld({ first: failing(broke), second: { refuses: "parameters.width" } }, (requests) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(passing(generate()))
        assert.strictEqual(error.reason._tag, "InsufficientBalance")
        assert.strictEqual(submitsOf(requests).length, 1)
      })
    )
  )

  it.effect("where its own door is shut: the failure of the first stands, and nothing is told to have stood in", () =>
    recordCalls((events) =>
      inWorld({ first: failing(broke), second: {} }, (requests) =>
        Effect.gen(function* () {
          yield* isolate("submit", "nanobanana-fallback")
          const error = yield* Effect.flip(passing(generate()))
          assert.strictEqual(error.reason._tag, "InsufficientBalance")
          assert.strictEqual(submitsOf(requests).length, 1)
          assert.deepStrictEqual(
            events.filter((it) => it._tag === "FellBack"),
            []
          )
        })
      )
    )
  )
})

describe("a second account that is asked", () => {
  it.effect("is asked across a refusal of the content only where the caller wants that", () =>
    inWorld({ first: failing({ _tag: "ContentRejected" }), second: {} }, () =>
      Effect.gen(function* () {
        const image = yield* passing(generate({ fallbackOnContentRejected: true }))
        assert.deepInclude(image.provenance, { _tag: "OtherProvider", reason: "ContentRejected" })
      })
    )
  )

  it.effect("and fails too fails the call with its own reason, and both attempts; nothing is paid", () =>
    inWorld({ first: failing(broke), second: failing({ _tag: "KeyForbidden" }) }, (requests) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(passing(generate()))
        assert.deepInclude(error, {
          _tag: "ApiError",
          reason: { _tag: "KeyForbidden" },
          attempts: 2,
          outcome: "Refused"
        })
        assert.strictEqual(submitsOf(requests).length, 2)
        assert.strictEqual((yield* onlyJob).state._tag, "Failed")
        assert.deepStrictEqual(yield* totals, { reserved: 0, spent: 0 })
      })
    )
  )

  it.effect("and leaves its outcome unknown holds the job: the first one is not asked again (A, B, never A)", () =>
    inWorld(
      {
        first: failing(broke),
        second: failing({ _tag: "ConnectionLost", phase: "headers", code: "ECONNRESET" }, "Unknown")
      },
      (requests) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(passing(generate(), "1 hour"))
          assert.deepInclude(error, { outcome: "Unknown", isRetryable: false })
          assert.strictEqual(submitsOf(requests).length, 2)
          assert.strictEqual((yield* onlyJob).state._tag, "OutcomeUnknown")
          assert.deepStrictEqual(yield* totals, { reserved: 40_000, spent: 0 })
        })
    )
  )

  it.effect("has its pictures fetched by a URL of its own, and asked for again where that has expired", () =>
    inWorld({ first: { ...failing(broke), download: [statusAnswer(404), pictureAnswer] }, second: {} }, (requests) =>
      Effect.gen(function* () {
        yield* passing(generate())
        assert.deepStrictEqual(
          requests.filter((it) => it.operation === "status").map((it) => it.account),
          ["second", "second"]
        )
      })
    )
  )

  it.effect(
    "is held to what its own protocol was asked for: it deviates where the first would not, or the other way",
    () =>
      Effect.forEach(
        [
          ["nanobananaapi", "generic"],
          ["generic", "nanobananaapi"]
        ] as const,
        ([protocol, other]) =>
          Effect.gen(function* () {
            const wish = { ...request, parameters: { width: 800, height: 600, format: "webp" } } as const
            const image = yield* passing(ImageGenerator.use((it) => it.generate(wish)))
            assert.deepInclude(image.provenance, { _tag: "OtherProvider", provider: other })
            assert.strictEqual(image.protocol, other)
            assert.deepStrictEqual(
              image.deviations.map((it) => it.field),
              other === "generic" ? [] : ["size", "format"]
            )
          }).pipe(
            Effect.provide(
              Mock.layerWith({
                faults: [{ fault: "no-balance", operation: "submit", times: 1 }],
                settings: { nanobanana: { protocol, fallback: { protocol: other, baseURL: "https://second.test/v1" } } }
              })
            )
          )
      )
  )

  it.effect("is told by a plan that would go to it", () =>
    inWorld({ second: {}, settings: { nanobanana: noLimit } }, (requests) =>
      Effect.gen(function* () {
        const plan = ImageGenerator.use((it) => it.plan(request))
        assert.strictEqual((yield* plan).protocol, "generic")
        yield* isolate("submit")
        assert.strictEqual((yield* plan).protocol, "nanobananaapi")
        assert.deepStrictEqual(requests, [])
        assert.deepStrictEqual(yield* jobs, [])
      })
    )
  )

  it.effect("takes a job of the queue as well", () =>
    inWorld({ first: { submit: [acceptedAs("never")] }, second: {} }, (requests) =>
      Effect.gen(function* () {
        yield* openCircuit("submit", 3_600_000)
        const job = yield* submit()
        assert.deepInclude(job, {
          state: { _tag: "Queued" },
          standIn: { scope: "nanobanana-fallback", reason: "CircuitOpen" }
        })
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* onlyJob).state._tag, "Stored")
        assert.deepStrictEqual(submitsOf(requests, "first"), [])
      })
    )
  )
})
