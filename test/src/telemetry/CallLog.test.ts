/** What is written of calls that fail: one line each, of facts. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { SimulationDocument } from "../../../mock-layers/simulation/Script.ts"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import { AttemptFailed } from "../../../schemas/Failures.ts"
import { CallId, defaultOwner } from "../../../schemas/Identifiers.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { CallEvents } from "../../../src/telemetry/CallEvents.ts"
import { logLine } from "../../../src/telemetry/CallLog.ts"
import { passVirtually } from "../../contract/World.ts"

const request = {
  fieldLengths: { prompt: 21, style: 4 },
  bodySha256: "ab12",
  parameters: { width: 800, quality: "high" }
}

const attemptFailed = (reason: ApiReason): CallEvent => ({
  _tag: "AttemptFailed",
  callId: CallId.make("call_1"),
  owner: defaultOwner,
  provider: "nanobanana",
  operation: "submit",
  at: 0,
  attempt: 2,
  elapsed: Duration.millis(12),
  admission: { waited: Duration.zero, circuit: "Closed" },
  failure: new AttemptFailed({
    provider: "nanobanana",
    operation: "submit",
    reason,
    outcome: "Refused",
    status: 400,
    providerRequestId: "request-7"
  }),
  request
})

const linesOf = (
  simulation: SimulationDocument,
  effect: Effect.Effect<unknown, unknown, PromptEnhancer | ImageGenerator>
) => {
  const lines: Array<{ readonly message: string; readonly annotations: Record<string, unknown> }> = []
  const logger = Logger.make((options) => {
    if (options.logLevel === "Info") return
    lines.push(JSON.parse(Logger.formatJson.log(options)))
  })
  return passVirtually(Effect.exit(effect)).pipe(
    Effect.as(lines),
    Effect.provide(Mock.layerWith(simulation)),
    Effect.provide(Logger.layer([logger]))
  )
}

describe("the line of a failed attempt", () => {
  it("holds ids, counts, lengths and hashes", () => {
    assert.deepInclude(logLine(attemptFailed({ _tag: "ServiceUnavailable", status: 503 }))?.fields, {
      attempt: 2,
      reason: "ServiceUnavailable",
      outcome: "Refused",
      status: 400,
      providerRequestId: "request-7",
      elapsedMillis: 12,
      fieldLengths: request.fieldLengths,
      bodySha256: "ab12"
    })
  })

  it("holds the redacted parameters of a refused request, and of no other", () => {
    const refused = logLine(attemptFailed({ _tag: "RequestRejected", status: 400 }))
    assert.deepStrictEqual(refused?.fields["parameters"], request.parameters)
    assert.notProperty(logLine(attemptFailed({ _tag: "ServerFailed", status: 500 }))?.fields, "parameters")
  })

  it("holds content type, length and hash of a malformed answer, and the host of a name that has no address", () => {
    const malformed: ApiReason = {
      _tag: "MalformedResponse",
      contentType: "text/html",
      bytes: 9,
      sha256: "cd34",
      problem: "data.taskId: missing"
    }
    assert.deepInclude(logLine(attemptFailed(malformed))?.fields, {
      "reason.contentType": "text/html",
      "reason.bytes": 9,
      "reason.sha256": "cd34"
    })
    assert.deepInclude(logLine(attemptFailed({ _tag: "DnsFailed", host: "api.test", isTemporary: false }))?.fields, {
      "reason.host": "api.test"
    })
  })
})

describe("a call that fails", () => {
  const enhance = PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))
  const generate = ImageGenerator.use((it) => it.generate({ prompt: "a red fox" }, { deadline: Duration.seconds(9) }))

  it.effect("leaves a line for each attempt and one for the call", () =>
    Effect.gen(function* () {
      const lines = yield* linesOf({ faults: [{ fault: "unavailable" }] }, enhance)
      assert.deepStrictEqual(
        lines.map((it) => it.message),
        ["attempt failed", "attempt failed", "attempt failed", "attempt failed", "call failed"]
      )
      assert.strictEqual(new Set(lines.map((it) => it.annotations["callId"])).size, 1)
    })
  )

  it.effect("by its deadline, on a job that goes on, is nothing to warn of", () =>
    Effect.gen(function* () {
      const lines = yield* linesOf({ scenario: "stuck-job" }, generate)
      assert.deepStrictEqual(
        lines.map((it) => [it.message, it.annotations["reason"]]),
        []
      )
    })
  )

  it.effect("by a job that the provider could not do, leaves one line", () =>
    Effect.gen(function* () {
      const lines = yield* linesOf(
        { scenario: "job-fails" },
        ImageGenerator.use((it) => it.generate({ prompt: "fox" }))
      )
      assert.deepStrictEqual(
        lines.map((it) => [it.message, it.annotations["reason"]]),
        [["call failed", "GenerationFailed"]]
      )
    })
  )

  it.effect("because it was refused, leaves one line with the field and no text", () =>
    Effect.gen(function* () {
      const lines = yield* linesOf(
        {},
        PromptEnhancer.use((it) => it.enhance({ prompt: "" }))
      )
      assert.strictEqual(lines.length, 1)
      assert.deepInclude(lines[0], { message: "call refused" })
      assert.deepInclude(lines[0]?.annotations, {
        reason: "InputRejected",
        "reason.field": "prompt",
        outcome: "NotSent"
      })
    })
  )
})

describe("an observer that throws", () => {
  it.effect("breaks no call, and is told of in the log", () =>
    Effect.gen(function* () {
      const broken = Layer.succeed(CallEvents, () => {
        throw new Error("broken observer")
      })
      const lines = yield* linesOf(
        {},
        PromptEnhancer.use((it) => it.enhance({ prompt: "fox" })).pipe(
          Effect.tap((it) => Effect.sync(() => assert.notStrictEqual(it.prompt, ""))),
          Effect.provide(broken)
        )
      )
      assert.isTrue(lines.length > 0 && lines.every((it) => it.message === "the call observer threw"))
    })
  )
})
