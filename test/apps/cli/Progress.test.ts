import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { advance, noProgress } from "../../../apps/cli/Progress.ts"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import { AttemptFailed } from "../../../schemas/Failures.ts"
import { CallId, defaultOwner, JobId, ProviderJobId } from "../../../schemas/Identifiers.ts"
import type { Operation, Provider } from "../../../schemas/Provider.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"

const callId = CallId.make("call_1")
const request = { fieldLengths: {}, bodySha256: "", parameters: {} }
const common = (provider: Provider, operation: Operation, at: number) => ({
  callId,
  owner: defaultOwner,
  provider,
  operation,
  at
})
const started = (provider: Provider, operation: Operation, at: number): CallEvent => ({
  _tag: "CallStarted",
  ...common(provider, operation, at),
  request
})
const succeeded = (
  provider: Provider,
  operation: Operation,
  at: number,
  elapsed: number,
  usdMicros: number | null
): CallEvent => ({
  _tag: "CallSucceeded",
  ...common(provider, operation, at),
  attempts: 1,
  elapsed: Duration.millis(elapsed),
  cost: { usdMicros, basis: usdMicros === null ? "unknown" : "measured" }
})
const failed = (provider: Provider, operation: Operation, at: number, reason: ApiReason): CallEvent => ({
  _tag: "AttemptFailed",
  ...common(provider, operation, at),
  attempt: 1,
  elapsed: Duration.millis(1),
  admission: { waited: Duration.zero, circuit: "Closed" },
  failure: new AttemptFailed({ provider, operation, reason, outcome: "Refused" }),
  request
})
const moved = (to: string, providerJobId?: string): CallEvent => ({
  _tag: "JobMoved",
  callId,
  owner: defaultOwner,
  at: 0,
  jobId: JobId.make("job_1"),
  from: "",
  to,
  ...(providerJobId === undefined ? {} : { providerJobId: ProviderJobId.make(providerJobId) })
})

const play = (events: ReadonlyArray<CallEvent>) =>
  events.reduce(
    (seen, event) => {
      const step = advance(seen.progress, event)
      return {
        progress: step.progress,
        lines: [...seen.lines, ...step.lines],
        activities: [...seen.activities, step.progress.activity?.text]
      }
    },
    { progress: noProgress, lines: [] as ReadonlyArray<string>, activities: [] as ReadonlyArray<string | undefined> }
  )

describe("progress", () => {
  it("finishes a line per step, with time and cost, and counts polls", () => {
    const { progress, lines, activities } = play([
      started("deepseek", "chat", 0),
      failed("deepseek", "chat", 500, { _tag: "ServiceUnavailable", status: 503 }),
      { _tag: "RetryScheduled", ...common("deepseek", "chat", 500), attempt: 1, delay: Duration.millis(400) },
      {
        _tag: "AttemptStarted",
        ...common("deepseek", "chat", 900),
        attempt: 2,
        admission: { waited: Duration.zero, circuit: "Closed" }
      },
      succeeded("deepseek", "chat", 1200, 1200, 123),
      started("nanobanana", "submit", 1200),
      moved("Submitting"),
      succeeded("nanobanana", "submit", 1500, 300, null),
      moved("Submitted", "task_1"),
      started("nanobanana", "status", 3500),
      succeeded("nanobanana", "status", 3600, 100, 0),
      moved("Running"),
      started("nanobanana", "status", 6500),
      started("nanobanana", "download", 6700),
      succeeded("nanobanana", "download", 6900, 200, 0),
      moved("Stored")
    ])
    assert.deepStrictEqual(lines, [
      "… enhancing the prompt: attempt 1 failed (ServiceUnavailable), again in 0.4 s",
      "✔ prompt enhanced    1.2 s  $0.000123",
      "✔ job accepted       0.3 s  cost unknown",
      "✔ picture made       5.2 s  2 polls",
      "✔ picture fetched    0.2 s"
    ])
    assert.include(activities, "enhancing the prompt, attempt 2")
    assert.include(activities, "making the picture, poll 2")
    assert.isUndefined(progress.activity)
    assert.deepStrictEqual(progress.facts, {
      callId: "call_1",
      isMade: true,
      job: { jobId: "job_1", state: "Stored", providerJobId: "task_1", isOver: true }
    })
  })

  it("names no price of what is simulated", () => {
    const { lines } = advance(noProgress, succeeded("deepseek", "chat", 0, 100, 123), true)
    assert.deepStrictEqual(lines, ["✔ prompt enhanced    0.1 s"])
  })

  it("says nothing of a poll that is tried again, and forgets the activity of a call that fails", () => {
    const { lines, progress } = play([
      started("nanobanana", "status", 0),
      { _tag: "RetryScheduled", ...common("nanobanana", "status", 1), attempt: 1, delay: Duration.millis(5) },
      {
        _tag: "CallFailed",
        ...common("nanobanana", "status", 2),
        attempts: 2,
        elapsed: Duration.millis(2),
        reason: { _tag: "NotFound" },
        outcome: "Done",
        cost: { usdMicros: 0, basis: "measured" },
        request
      }
    ])
    assert.deepStrictEqual(lines, [])
    assert.isUndefined(progress.activity)
  })
})
