import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Exit from "effect/Exit"
import { endingOf } from "../../../apps/cli/Ending.ts"
import {
  Defect,
  exitCodeOf,
  failureReport,
  Interrupted,
  messageOf,
  type RunFailure,
  UsageFailed
} from "../../../apps/cli/Outcome.ts"
import type { FailedAttempt } from "../../../apps/cli/Progress.ts"
import { remnantLine } from "../../../apps/cli/Remnant.ts"
import type { Mode } from "../../../apps/cli/Mode.ts"
import { makeScreen } from "../../../apps/cli/Screen.ts"
import { makeRun } from "../../../apps/cli/Session.ts"
import { asksForJson, spentLine, tell } from "../../../apps/cli/Tell.ts"
import { ApiError, Rejection, StoppedBy } from "../../../schemas/Failures.ts"
import { CallId, defaultOwner, JobId, ProviderJobId } from "../../../schemas/Identifiers.ts"
import type { Cost } from "../../../schemas/Money.ts"
import type { RejectionReason } from "../../../schemas/Reason.ts"
import { ConfigurationError } from "../../../schemas/Settings.ts"

const callId = CallId.make("call_1")
const rejection = (reason: RejectionReason) => new Rejection({ reason, callId, isRetryable: false })
const apiError = new ApiError({
  provider: "nanobanana",
  operation: "status",
  callId,
  attempts: 3,
  outcome: "Accepted",
  reason: { _tag: "GenerationTimedOut", waited: Duration.seconds(180) },
  isRetryable: false,
  retryAfter: Duration.millis(1500),
  stoppedBy: "DeadlineExceeded",
  jobId: JobId.make("job_1"),
  providerJobId: ProviderJobId.make("task_1")
})

describe("exit codes", () => {
  const cases: ReadonlyArray<readonly [RunFailure, number]> = [
    [new UsageFailed({ message: "x" }), 2],
    [
      rejection({ _tag: "InputRejected", field: "prompt", problem: "0 characters", expected: "1 to 4000 characters" }),
      2
    ],
    [apiError, 3],
    [rejection({ _tag: "DeadlineExceeded" }), 4],
    [rejection({ _tag: "IdempotencyConflict", requestHash: "a", existingRequestHash: "b" }), 4],
    [rejection({ _tag: "StorageFailed", problem: "DiskFull", detail: "x" }), 4],
    [rejection({ _tag: "NoHealthyKey", setting: "DEEPSEEK_API_KEY" }), 5],
    [new ConfigurationError({ problems: [] }), 5],
    [new Interrupted({ message: "x" }), 130],
    [new Defect({ message: "x" }), 1]
  ]
  for (const [failure, code] of cases) {
    const name = failure._tag === "Rejection" ? failure.reason._tag : failure._tag
    it(`${name} ends with ${code}`, () => assert.strictEqual(exitCodeOf(failure), code))
  }
})

describe("what a failure prints", () => {
  it("an API error with every field it has", () => {
    assert.deepStrictEqual(failureReport(apiError, {}), {
      error: {
        family: "ApiError",
        reason: "GenerationTimedOut",
        category: "generation",
        message: apiError.message,
        retryable: false,
        retryAfterMillis: 1500,
        outcome: "Accepted",
        stoppedBy: "DeadlineExceeded",
        jobId: "job_1",
        providerJobId: "task_1",
        callId: "call_1"
      }
    })
  })

  it("an interruption with the job that was under way", () => {
    const job = { jobId: "job_2", state: "Running", providerJobId: "task_2", isOver: false }
    const { error } = failureReport(new Interrupted({ message: "interrupted" }), { callId: "call_2", job })
    assert.deepStrictEqual(
      [error.family, error.jobId, error.providerJobId, error.callId, error.outcome],
      ["Interrupted", "job_2", "task_2", "call_2", null]
    )
  })

  it("a rejection with no job, where the job ended with it", () => {
    const { error } = failureReport(rejection({ _tag: "DeadlineExceeded" }), {
      job: { jobId: "job_2", state: "Failed", isOver: true }
    })
    assert.isNull(error.jobId)
  })

  it("what ended the retrying, in the line for a person too", () => {
    assert.include(messageOf(apiError), "no time was left; ")
    const messages = StoppedBy.literals.map((stoppedBy) => messageOf(new ApiError({ ...apiError, stoppedBy })))
    assert.strictEqual(new Set(messages).size, StoppedBy.literals.length)
  })

  it("of a wait that is too long the flag that allows a longer one, and no command that there is not", () => {
    const message = messageOf(rejection({ _tag: "RateLimitExceeded", operation: "submit" }))
    assert.include(message, "--timeout")
    assert.notInclude(message, "submit")
  })

  it("a rejected field by the name of its flag", () => {
    const named = (field: string) =>
      messageOf(rejection({ _tag: "InputRejected", field, problem: "wrong", expected: "right" }))
    assert.deepStrictEqual(
      ["prompt", "parameters.width", "image.height", "enhancement.focus.2", "deadline", "idempotencyKey"].map(named),
      ["PROMPT", "--width", "--height", "--focus (number 3)", "--timeout", "--idempotency-key"].map(
        (flag) => `${flag}: wrong, expected right`
      )
    )
  })
})

describe("the ending of a run", () => {
  it("is nothing on success", () => assert.isUndefined(endingOf(Exit.void)))
  it("keeps the failures of the library", () => assert.strictEqual(endingOf(Exit.fail(apiError)), apiError))
  it("is an interruption when nothing else happened", () => {
    assert.strictEqual(endingOf(Exit.failCause(Cause.interrupt(1)))?._tag, "Interrupted")
  })
  it("tells a defect by its class and places, never by its message", () => {
    const ending = endingOf(Exit.die(new RangeError("sk-secret")))
    assert.strictEqual(ending?._tag, "Defect")
    assert.include(ending?.message, "RangeError")
    assert.include(ending?.message, "Outcome.test.ts")
    assert.notInclude(ending?.message, "sk-secret")
  })
})

describe("telling a failure", () => {
  const told = (isJson: boolean, failure: RunFailure = apiError) => {
    const written = { out: "", error: "" }
    const screen = makeScreen({
      out: (text) => (written.out += text),
      error: (text) => (written.error += text),
      columns: () => undefined
    })
    const run = makeRun("1.2.3", isJson, screen)
    run.provider = "generic (host)"
    run.observe({
      _tag: "JobMoved",
      callId,
      owner: defaultOwner,
      at: 0,
      jobId: JobId.make("job_1"),
      from: "Submitting",
      to: "Submitted",
      providerJobId: ProviderJobId.make("task_1")
    })
    tell(failure, run)
    return written
  }

  it("to a person: on standard error, with the job left behind", () => {
    const { out, error } = told(false)
    assert.strictEqual(out, "")
    assert.match(
      error,
      /^nanobanana: GenerationTimedOut, not ready after .*\ncall call_\w+\nJob job_1 is left running.*may be charged\.\n$/
    )
  })

  it("without a job left behind, where somebody else has given it up meanwhile", () => {
    const { error } = told(false, new ApiError({ ...apiError, reason: { _tag: "GenerationCancelled" } }))
    assert.match(error, /GenerationCancelled/)
    assert.notMatch(error, /left running|stays in the queue/)
  })

  it("to a program: as one object on standard output", () => {
    const { out, error } = told(true)
    assert.strictEqual((JSON.parse(out) as { error: { reason: string } }).error.reason, "GenerationTimedOut")
    assert.match(error, /^Job job_1 is left running/)
  })

  it("with what was spent, where something was", () => {
    const spent = (cost: Cost, mode?: Mode) =>
      spentLine(new ApiError({ ...apiError, cost }), mode === undefined ? {} : { mode })
    assert.strictEqual(spent({ usdMicros: 40_000, basis: "estimated" }), "spent at most $0.04")
    assert.strictEqual(spent({ usdMicros: null, basis: "unknown" }), "what was spent is not known")
    assert.isUndefined(spent({ usdMicros: 0, basis: "measured" }))
    assert.isUndefined(spent({ usdMicros: 40_000, basis: "estimated" }, { _tag: "Simulated", because: "asked" }))
  })

  it("looks for --json before the end of the flags only", () => {
    assert.deepStrictEqual([["a", "--json"], ["--json=true"], ["--", "--json"], ["json"]].map(asksForJson), [
      true,
      true,
      false,
      false
    ])
  })
})

describe("a job left behind", () => {
  const provider = "generic (127.0.0.1:1)"
  it("is named with its provider and the provider's id", () => {
    const line = remnantLine(
      { job: { jobId: "j", state: "Submitted", providerJobId: "t", isOver: false } },
      { provider }
    )
    assert.include(line, "j is left running at generic (127.0.0.1:1), which calls it t")
  })
  it("without the provider's id is said to be uncertain", () => {
    const line = remnantLine({ job: { jobId: "j", state: "Submitting", isOver: false } }, { provider })
    assert.include(line, "no answer has come")
  })
  it("of which an answer came that could not be read is not said to be without one", () => {
    const answered = (reason: FailedAttempt["reason"]) =>
      remnantLine(
        { job: { jobId: "j", state: "OutcomeUnknown", isOver: false }, failed: { operation: "submit", reason } },
        { provider }
      )
    assert.include(answered("MalformedResponse"), "an answer came and could not be read")
    assert.include(answered("EmptyResponse"), "an answer came and could not be read")
    assert.include(answered("ServerFailed"), "does not say what became of it")
    assert.include(answered("TimedOut"), "no answer has come")
  })
  it("is not said to be running once its picture is made", () => {
    const job = { jobId: "j", state: "Running", providerJobId: "t", isOver: false }
    const made = (reason: FailedAttempt["reason"]) =>
      remnantLine({ job, isMade: true, failed: { operation: "download", reason } }, { provider })
    assert.match(made("StorageFailed") ?? "", /^The picture of job j was made .* calls it t, and could not be stored/)
    assert.match(made("TimedOut") ?? "", /calls it t, and was not fetched/)
  })
  it("in the queue is named with the commands that go on with it, where it outlives the program", () => {
    const job = { jobId: "j", state: "Queued", isOver: false }
    assert.include(remnantLine({ job }, { keepsJobs: true }), "ludeng jobs resume j")
    const left = { jobId: "j", state: "Submitted", providerJobId: "t", isOver: false }
    assert.match(remnantLine({ job: left }, { keepsJobs: true, provider }) ?? "", /ludeng jobs show j$/)
  })
  it("is not there when the job is over, was not sent, or never was", () => {
    assert.isUndefined(remnantLine({}, {}))
    assert.isUndefined(remnantLine({ job: { jobId: "j", state: "Queued", isOver: false } }, {}))
    assert.isUndefined(remnantLine({ job: { jobId: "j", state: "Stored", providerJobId: "t", isOver: true } }, {}))
  })
})
