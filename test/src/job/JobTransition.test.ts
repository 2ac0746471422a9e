import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { JobState } from "../../../schemas/Job.ts"
import { transition } from "../../../src/job/JobTransition.ts"
import {
  type EventName,
  eventNames,
  events,
  firstId,
  image,
  jobIn,
  otherId,
  price,
  type StateName,
  standIn,
  stateNames,
  states,
  waited
} from "./SampleJob.ts"

const now = 9_000
const keep = { _tag: "Keep" } as const
const release = { _tag: "Release" } as const
const settle = { _tag: "Settle", cost: price } as const
type Move = typeof keep | typeof release | typeof settle

/** A cell: where it leads and how the money moves; `same` changes nothing; absent means refused. */
type Cell = readonly [JobState, Move] | "same"

const submitted = (providerJobId = firstId, submittedAt = now): JobState => ({
  _tag: "Submitted",
  providerJobId,
  submittedAt
})
const running = (submittedAt: number): JobState => ({ _tag: "Running", providerJobId: firstId, submittedAt })
const failed = (name: "ProviderFailed, charged" | "ProviderFailed, free"): JobState => ({
  _tag: "Failed",
  reason: events[name].reason,
  providerJobId: firstId
})

/** What every state does in which the provider can be asked. */
const answerable = (submittedAt: number): Partial<Record<EventName, Cell>> => ({
  "ImageStored, image a": [{ _tag: "Stored", providerJobId: firstId, image: image("a") }, settle],
  "ImageStored, image b": [{ _tag: "Stored", providerJobId: firstId, image: image("b") }, settle],
  "ProviderFailed, charged": [failed("ProviderFailed, charged"), settle],
  "ProviderFailed, free": [failed("ProviderFailed, free"), release],
  "ProviderCancelled, charged": [{ _tag: "Cancelled", providerJobId: firstId }, settle],
  "ProviderCancelled, free": [{ _tag: "Cancelled", providerJobId: firstId }, release],
  ResultGone: [{ _tag: "Expired", providerJobId: firstId }, settle],
  Progressed: [running(submittedAt), keep]
})

const unprocessed: JobState = { _tag: "Failed", reason: { _tag: "InsufficientBalance" } }
const unknown: JobState = { _tag: "OutcomeUnknown", since: now, providerJobId: firstId }

const heldBack = (name: "HeldBack, open" | "HeldBack, shed"): JobState => {
  const { reason, until } = events[name]
  return { _tag: "Queued", heldBack: { reason, until } }
}

/** What every queued job does that may be sent. */
const queued: Partial<Record<EventName, Cell>> = {
  SendIntended: [{ _tag: "Submitting", attempt: 2 }, keep],
  "ProvenUnprocessed, retried": "same",
  "ProvenUnprocessed, final": [unprocessed, release],
  "HeldBack, shed": [heldBack("HeldBack, shed"), keep],
  "Accepted, first id": [submitted(), keep],
  "Accepted, other id": [submitted(otherId), keep],
  CancelRequested: [{ _tag: "Cancelled" }, release],
  QueueExpired: [{ _tag: "Failed", reason: waited(now) }, release]
}

const rerouted = (state: JobState): Partial<Record<EventName, Cell>> => ({
  "Rerouted, to the second": [state, keep],
  "Rerouted, back": [state, keep]
})

const table: Record<StateName, Partial<Record<EventName, Cell>>> = {
  Queued: { ...queued, ...rerouted(states.Queued), "HeldBack, open": [heldBack("HeldBack, open"), keep] },
  "Queued, held back": { ...queued, ...rerouted(states["Queued, held back"]), "HeldBack, open": "same" },
  Submitting: {
    "ProvenUnprocessed, retried": [{ _tag: "Queued" }, keep],
    "ProvenUnprocessed, final": [unprocessed, release],
    "Accepted, first id": [submitted(), keep],
    "Accepted, other id": [submitted(otherId), keep],
    AnswerLost: [{ _tag: "OutcomeUnknown", since: now }, keep]
  },
  Submitted: {
    ...answerable(states.Submitted.submittedAt),
    "Accepted, first id": "same",
    JobExpired: [unknown, keep]
  },
  Running: {
    ...answerable(states.Running.submittedAt),
    "Accepted, first id": "same",
    Progressed: "same",
    JobExpired: [unknown, keep]
  },
  "OutcomeUnknown without id": {
    "Accepted, first id": [submitted(), keep],
    "Accepted, other id": [submitted(otherId), keep],
    "ResolvedCharged, first id": [submitted(), keep],
    "ResolvedCharged, other id": [submitted(otherId), keep],
    ResolvedNotCharged: [{ _tag: "Failed", reason: { _tag: "OutcomeUnknown" } }, release],
    LossAccepted: [{ _tag: "Expired" }, settle]
  },
  "OutcomeUnknown with id": {
    ...answerable(now),
    "Accepted, first id": [submitted(), keep],
    "ResolvedCharged, first id": [submitted(), keep],
    ResolvedNotCharged: [{ _tag: "Failed", reason: { _tag: "OutcomeUnknown" }, providerJobId: firstId }, release],
    LossAccepted: [{ _tag: "Expired", providerJobId: firstId }, settle]
  },
  Stored: { "Accepted, first id": "same", "ImageStored, image a": "same" },
  "Failed without id": {},
  "Failed with id": { "Accepted, first id": "same" },
  "Cancelled without id": {},
  "Cancelled with id": { "Accepted, first id": "same" },
  "Expired without id": { LossAccepted: "same" },
  "Expired with id": { "Accepted, first id": "same", LossAccepted: "same" }
}

describe("transition", () => {
  for (const stateName of stateNames) {
    for (const eventName of eventNames) {
      const cell = table[stateName][eventName]
      const verdict =
        cell === undefined ? "is refused" : cell === "same" ? "changes nothing" : `leads to ${cell[0]._tag}`
      it(`${eventName} in ${stateName} ${verdict}`, () => {
        const job = jobIn(stateName)
        const result = transition(job, events[eventName], now)
        if (cell === undefined) {
          assert.deepStrictEqual(
            result,
            Result.fail({ _tag: "TransitionRefused", state: job.state._tag, event: events[eventName]._tag })
          )
          return
        }
        const { job: next, move } = Result.getOrThrow(result)
        if (cell === "same") {
          assert.strictEqual(next, job)
          assert.deepStrictEqual(move, keep)
          return
        }
        const event = events[eventName]
        assert.deepStrictEqual(next, {
          ...job,
          ...(event._tag === "Rerouted" ? { plan: event.plan, price: event.price } : {}),
          ...(eventName === "Rerouted, to the second" ? { standIn } : {}),
          state: cell[0],
          money:
            cell[1]._tag === "Keep"
              ? job.money
              : cell[1]._tag === "Release"
                ? { _tag: "Released" }
                : { _tag: "Settled", cost: price },
          attempts: eventName === "SendIntended" ? 1 : job.attempts,
          updatedAt: now
        })
        assert.deepStrictEqual(move, cell[1])
      })
    }
  }

  it("a job that goes to the second account and back is made as it was, and costs what its last plan costs", () => {
    const cheaper = { usdMicros: 5_000, basis: "estimated" } as const
    const there = transition(jobIn("Queued"), { ...events["Rerouted, to the second"], price: cheaper }, now)
    const away = Result.getOrThrow(there).job
    assert.deepInclude(away, { price: cheaper, standIn, money: { _tag: "Held", bound: price.usdMicros } })
    const back = Result.getOrThrow(transition(away, events["Rerouted, back"], now)).job
    assert.deepStrictEqual(back, { ...jobIn("Queued"), updatedAt: now })
    const sent = Result.getOrThrow(transition(away, events["Accepted, first id"], now)).job
    const stored = Result.getOrThrow(transition(sent, events["ImageStored, image a"], now))
    assert.deepStrictEqual(stored.move, { _tag: "Settle", cost: cheaper })
  })

  it("a job that we refused to send has failed of our own reason", () => {
    const refused = { _tag: "ProvenUnprocessed", reason: { _tag: "CircuitOpen" }, retry: false } as const
    const { job, move } = Result.getOrThrow(transition(jobIn("Queued"), refused, now))
    assert.deepStrictEqual(job.state, { _tag: "Failed", reason: { _tag: "CircuitOpen" } })
    assert.deepStrictEqual(move, release)
  })

  it("accepting the loss of a job without a price settles without a price", () => {
    const job = { ...jobIn("OutcomeUnknown without id"), money: { _tag: "Held", bound: null } as const }
    const { move } = Result.getOrThrow(transition(job, events.LossAccepted, now))
    assert.deepStrictEqual(move, { _tag: "Settle", cost: { usdMicros: null, basis: "unknown" } })
  })

  it("accepting the loss of an expired job whose money is still held settles at the bound", () => {
    const job = { ...jobIn("Expired with id"), money: { _tag: "Held", bound: 30_000 } as const }
    const next = Result.getOrThrow(transition(job, events.LossAccepted, now))
    assert.deepStrictEqual(next.move, { _tag: "Settle", cost: { usdMicros: 30_000, basis: "estimated" } })
    assert.deepStrictEqual(next.job.money, { _tag: "Settled", cost: { usdMicros: 30_000, basis: "estimated" } })
  })

  it("a wall clock that was put back does not give a negative waiting time", () => {
    const { job } = Result.getOrThrow(transition(jobIn("Queued"), events.QueueExpired, 0))
    assert.deepStrictEqual(job.state, { _tag: "Failed", reason: waited(1_000) })
  })
})
