/**
 * What every job ledger must do, whatever it keeps its rows in. A layer under test brings its cost ledger along, so
 * that rows and money can be compared.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { defaultOwner, IdempotencyKey, JobId } from "../../../schemas/Identifiers.ts"
import { Job, type JobEvent } from "../../../schemas/Job.ts"
import { JobLedger } from "../../../src/job/JobLedger.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { eventNames, events, image, newJob, otherOwner, price } from "../../src/job/SampleJob.ts"

const testOn =
  (layer: Layer.Layer<JobLedger | CostLedger>) =>
  <A, E>(sentence: string, body: Effect.Effect<A, E, JobLedger | CostLedger>) =>
    it.effect(sentence, () => Effect.provide(body, layer))

export const suite = (name: string, layer: Layer.Layer<JobLedger | CostLedger>): void => {
  describe(`${name} keeps the contract of JobLedger`, () => {
    const test = testOn(layer)

    test(
      "a new job is queued, holds its price, and has a time and an id of its own",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        yield* TestClock.setTime(5_000)
        const { isNew, job } = yield* ledger.enter(newJob())
        assert.isTrue(isNew)
        assert.deepStrictEqual(job, {
          ...newJob(),
          id: job.id,
          state: { _tag: "Queued" },
          money: { _tag: "Held", bound: price.usdMicros },
          attempts: 0,
          createdAt: 5_000,
          updatedAt: 5_000
        })
        assert.deepStrictEqual(yield* ledger.get(job.id, job.owner), job)
        assert.strictEqual((yield* (yield* CostLedger).totals()).reserved, price.usdMicros)
      })
    )

    test(
      "a job without a price holds no amount and is no less a job",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const { job } = yield* ledger.enter(newJob({ price: { usdMicros: null, basis: "unknown" } }))
        assert.deepStrictEqual(job.money, { _tag: "Held", bound: null })
        assert.strictEqual((yield* (yield* CostLedger).totals()).reserved, 0)
      })
    )

    test(
      "a job that another account may come to make for more holds the most that it may cost",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const { job } = yield* ledger.enter(newJob({ bound: { usdMicros: 90_000, basis: "estimated" } }))
        assert.deepInclude(job, { price, money: { _tag: "Held", bound: 90_000 } })
        assert.notProperty(job, "bound")
        assert.strictEqual((yield* (yield* CostLedger).totals()).reserved, 90_000)
        yield* ledger.apply(job.id, events["Rerouted, to the second"])
        yield* ledger.apply(job.id, events["Accepted, first id"])
        yield* ledger.apply(job.id, events["ImageStored, image a"])
        const { reserved, spent } = yield* (yield* CostLedger).totals()
        assert.deepStrictEqual([reserved, spent], [0, price.usdMicros])
      })
    )

    test(
      "the stored pictures of an equal request are found, the newest first, each by its owner only",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const store = Effect.fnUntraced(function* (fields: Parameters<typeof newJob>[0]) {
          const { job } = yield* ledger.enter(newJob(fields))
          yield* ledger.apply(job.id, events["Accepted, first id"])
          yield* TestClock.adjust("1 second")
          yield* ledger.apply(job.id, events["ImageStored, image a"])
          return job.id
        })
        const first = yield* store({})
        const second = yield* store({})
        yield* store({ requestHash: "hash-2" })
        const other = yield* store({ owner: otherOwner })
        const { job: waiting } = yield* ledger.enter(newJob())
        const idsOf = (owner: typeof otherOwner) =>
          Effect.map(ledger.findStored("hash-1", owner), (jobs) => jobs.map((it) => it.id))
        assert.deepStrictEqual(yield* idsOf(defaultOwner), [second, first])
        assert.deepStrictEqual(yield* idsOf(otherOwner), [other])
        yield* ledger.apply(waiting.id, events["Accepted, other id"])
        yield* ledger.apply(waiting.id, events["ImageStored, image b"])
        assert.deepStrictEqual(yield* idsOf(defaultOwner), [waiting.id, second, first])
        assert.deepStrictEqual(yield* ledger.findStored("hash-3", defaultOwner), [])
      })
    )

    test(
      "the states of jobs are told for any owner, and nothing of what is no job",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        assert.deepStrictEqual(yield* ledger.statesOf([]), new Map())
        const ids = yield* Effect.forEach(Array.from({ length: 1_200 }), (_, index) =>
          Effect.map(ledger.enter(newJob(index % 2 === 0 ? {} : { owner: otherOwner })), ({ job }) => job.id)
        )
        const [first = JobId.make("none"), second = JobId.make("none")] = ids
        yield* ledger.apply(first, events["Accepted, first id"])
        yield* ledger.apply(second, events["Accepted, other id"])
        yield* ledger.apply(second, events["ImageStored, image b"])
        const states = yield* ledger.statesOf([JobId.make("no job"), first, ...ids])
        assert.deepStrictEqual(
          states,
          new Map(ids.map((id) => [id, id === first ? "Submitted" : id === second ? "Stored" : "Queued"] as const))
        )
        assert.deepStrictEqual(
          yield* Effect.forEach(["Queued", "Submitted", "OutcomeUnknown"] as const, ledger.countOf),
          [1_198, 1, 0]
        )
      })
    )

    test(
      "every job can be written down and read again",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const { job } = yield* ledger.enter(newJob({ key: "k" }))
        const codec = Schema.toCodecJson(Job)
        const refused = { _tag: "ProvenUnprocessed", reason: { _tag: "QueueFull" }, retry: false } as const
        const isWritten = Effect.fnUntraced(function* (it: Job) {
          const text = JSON.stringify(yield* Schema.encodeEffect(codec)(it))
          assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(codec)(JSON.parse(text)), it)
        })
        yield* isWritten(job)
        yield* isWritten(yield* ledger.apply(job.id, events["HeldBack, open"]))
        yield* isWritten(yield* ledger.apply(job.id, events["Rerouted, to the second"]))
        yield* isWritten(yield* ledger.apply(job.id, refused))
      })
    )

    test(
      "fifty callers with one key at once make one job and one reservation",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const entered = yield* Effect.forEach(
          Array.from({ length: 50 }),
          () => Effect.andThen(Effect.yieldNow, ledger.enter(newJob({ key: "k" }))),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(new Set(entered.map((it) => it.job.id)).size, 1)
        assert.strictEqual(entered.filter((it) => it.isNew).length, 1)
        assert.strictEqual((yield* ledger.list(defaultOwner)).length, 1)
        assert.strictEqual((yield* (yield* CostLedger).totals()).reserved, price.usdMicros)
      })
    )

    test(
      "a thousand jobs entered in the same instant have a thousand ids",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        yield* Effect.forEach(Array.from({ length: 1_000 }), () => ledger.enter(newJob()), { concurrency: "unbounded" })
        const jobs = yield* ledger.list(defaultOwner, { limit: 1_000 })
        assert.strictEqual(new Set(jobs.map((it) => it.id)).size, 1_000)
      })
    )

    test(
      "without a key the same request is a new job",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const first = yield* ledger.enter(newJob())
        const second = yield* ledger.enter(newJob())
        assert.isTrue(second.isNew)
        assert.notStrictEqual(first.job.id, second.job.id)
      })
    )

    test(
      "a key finds its job in whatever state that is",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const { job } = yield* ledger.enter(newJob({ key: "k" }))
        const cancelled = yield* ledger.apply(job.id, events.CancelRequested)
        assert.deepStrictEqual(yield* ledger.enter(newJob({ key: "k" })), { job: cancelled, isNew: false })
        assert.deepStrictEqual(yield* ledger.find(IdempotencyKey.make("k"), defaultOwner), cancelled)
        assert.isUndefined(yield* ledger.find(IdempotencyKey.make("other"), defaultOwner))
      })
    )

    test(
      "the key of a job that failed unpaid names a new job, for the same request only",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const { job } = yield* ledger.enter(newJob({ key: "k" }))
        const reason = { _tag: "ServiceUnavailable", status: 503 } as const
        yield* ledger.apply(job.id, { _tag: "ProvenUnprocessed", reason, retry: false })
        const error = yield* Effect.flip(ledger.enter(newJob({ key: "k", requestHash: "hash-2" })))
        assert.strictEqual(error._tag, "IdempotencyConflict")
        const again = yield* ledger.enter(newJob({ key: "k" }))
        assert.isTrue(again.isNew)
        assert.notStrictEqual(again.job.id, job.id)
        assert.deepStrictEqual(yield* ledger.find(IdempotencyKey.make("k"), defaultOwner), again.job)
        assert.strictEqual((yield* ledger.get(job.id, defaultOwner)).state._tag, "Failed")
      })
    )

    test(
      "a key used for another request is refused with both hashes, and nothing is entered",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        yield* ledger.enter(newJob({ key: "k" }))
        const error = yield* Effect.flip(ledger.enter(newJob({ key: "k", requestHash: "hash-2" })))
        assert.deepStrictEqual(error, {
          _tag: "IdempotencyConflict",
          requestHash: "hash-2",
          existingRequestHash: "hash-1"
        })
        assert.strictEqual((yield* ledger.list(defaultOwner)).length, 1)
        assert.strictEqual((yield* (yield* CostLedger).totals()).reserved, price.usdMicros)
      })
    )

    test(
      "keys of two owners never meet, and neither sees the other's job",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const mine = yield* ledger.enter(newJob({ key: "k" }))
        const theirs = yield* ledger.enter(newJob({ key: "k", owner: otherOwner, requestHash: "hash-2" }))
        assert.isTrue(theirs.isNew)
        assert.deepStrictEqual(yield* ledger.list(otherOwner), [theirs.job])
        const notFound = { _tag: "JobNotFound" } as const
        assert.deepStrictEqual(yield* Effect.flip(ledger.get(mine.job.id, otherOwner)), notFound)
        assert.deepStrictEqual(yield* Effect.flip(Stream.runHead(ledger.changes(mine.job.id, otherOwner))), notFound)
        assert.deepStrictEqual(yield* Effect.flip(ledger.apply(JobId.make("job_none"), events.AnswerLost)), notFound)
      })
    )

    test(
      "events move the job and its money in one step",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const costs = yield* CostLedger
        const { job } = yield* ledger.enter(newJob())
        yield* TestClock.setTime(7_000)
        yield* ledger.apply(job.id, events.SendIntended)
        yield* ledger.apply(job.id, events["Accepted, first id"])
        const stored = yield* ledger.apply(job.id, events["ImageStored, image a"])
        assert.deepStrictEqual(stored.state, {
          _tag: "Stored",
          providerJobId: events["Accepted, first id"].providerJobId,
          image: image("a")
        })
        assert.strictEqual(stored.updatedAt, 7_000)
        assert.deepStrictEqual(yield* ledger.get(job.id, job.owner), stored)
        const totals = yield* costs.totals(job.owner)
        assert.strictEqual(totals.spent, price.usdMicros)
        assert.strictEqual(totals.reserved, 0)
      })
    )

    test(
      "an event that the state does not allow changes neither the job nor the money",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const costs = yield* CostLedger
        const { job } = yield* ledger.enter(newJob())
        yield* ledger.apply(job.id, events.SendIntended)
        const lost = yield* ledger.apply(job.id, events.AnswerLost)
        const before = yield* costs.totals()
        for (const eventName of [
          "SendIntended",
          "CancelRequested",
          "QueueExpired",
          "JobExpired",
          "ResultGone"
        ] as const) {
          const refused = yield* Effect.flip(ledger.apply(job.id, events[eventName]))
          assert.deepStrictEqual(refused, { _tag: "TransitionRefused", state: "OutcomeUnknown", event: eventName })
        }
        assert.deepStrictEqual(yield* ledger.get(job.id, job.owner), lost)
        assert.deepStrictEqual(yield* costs.totals(), before)
      })
    )

    test(
      "fifty workers that want to send the same job send it once",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const { job } = yield* ledger.enter(newJob())
        const results = yield* Effect.forEach(
          Array.from({ length: 50 }),
          () => Effect.result(Effect.andThen(Effect.yieldNow, ledger.apply(job.id, events.SendIntended))),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(results.filter((it) => it._tag === "Success").length, 1)
      })
    )

    test(
      "a poll and a callback that both bring the picture are paid once",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const { job } = yield* ledger.enter(newJob())
        yield* ledger.apply(job.id, events.SendIntended)
        yield* ledger.apply(job.id, events["Accepted, first id"])
        const store = ledger.apply(job.id, events["ImageStored, image a"])
        const stored = yield* Effect.all([store, store, store], { concurrency: "unbounded" })
        assert.strictEqual(new Set(stored.map((it) => it.state._tag)).size, 1)
        assert.strictEqual((yield* (yield* CostLedger).totals()).spent, price.usdMicros)
      })
    )

    test(
      "a watcher gets the job as it is, then every change in order, and nothing when nothing changes",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const { job } = yield* ledger.enter(newJob())
        yield* ledger.apply(job.id, events.SendIntended)
        const seen = yield* Queue.unbounded<string>()
        const fiber = yield* Effect.forkChild(
          Stream.runForEach(ledger.changes(job.id, job.owner), (it) => Queue.offer(seen, it.state._tag))
        )
        assert.strictEqual(yield* Queue.take(seen), "Submitting")
        yield* ledger.apply(job.id, events["Accepted, first id"])
        yield* ledger.apply(job.id, events["Accepted, first id"])
        yield* Effect.ignore(ledger.apply(job.id, events.CancelRequested))
        yield* ledger.apply(job.id, events.Progressed)
        yield* ledger.apply(job.id, events["ImageStored, image a"])
        const changes = [yield* Queue.take(seen), yield* Queue.take(seen), yield* Queue.take(seen)]
        assert.deepStrictEqual(changes, ["Submitted", "Running", "Stored"])
        yield* Effect.yieldNow
        assert.isUndefined(fiber.pollUnsafe(), "the stream does not end by itself")
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(yield* Queue.size(seen), 0)
      })
    )

    test(
      "a slow watcher misses no change",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const { job } = yield* ledger.enter(newJob())
        const fiber = yield* Effect.forkChild(
          ledger.changes(job.id, job.owner).pipe(
            Stream.tap(() => Effect.sleep("1 second")),
            Stream.map((it) => `${it.state._tag} ${it.attempts}`),
            Stream.takeUntil((text) => text === "Stored 12"),
            Stream.runCollect
          ),
          { startImmediately: true }
        )
        const expected = ["Queued 0"]
        for (let attempt = 1; attempt <= 12; attempt++) {
          yield* ledger.apply(job.id, { _tag: "SendIntended", attempt })
          expected.push(`Submitting ${attempt}`)
          if (attempt < 12) {
            yield* ledger.apply(job.id, events["ProvenUnprocessed, retried"])
            expected.push(`Queued ${attempt}`)
          }
        }
        yield* ledger.apply(job.id, events["Accepted, first id"])
        yield* ledger.apply(job.id, events["ImageStored, image a"])
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(yield* Fiber.join(fiber), [...expected, "Submitted 12", "Stored 12"])
      })
    )

    test(
      "what it enters it holds, and nobody is given it as work; what it lets go it finds, not before its time",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        yield* TestClock.setTime(10_000)
        const { job } = yield* ledger.enter(newJob())
        assert.deepStrictEqual(yield* ledger.claimDue(10), [])
        yield* ledger.release(job.id, 15_000)
        assert.deepStrictEqual(yield* ledger.claimDue(10), [])
        yield* TestClock.setTime(15_000)
        assert.deepStrictEqual(yield* ledger.claimDue(10), [job])
        assert.deepStrictEqual(yield* ledger.claimDue(10), [])
        yield* ledger.release(job.id)
        assert.deepStrictEqual(yield* ledger.claim(job.id), { isHeld: true, job })
        assert.deepStrictEqual(yield* ledger.claimDue(10), [])
      })
    )

    test(
      "work is what can go on without a person, by priority, the longest due first, and no more than asked for",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const enter = Effect.fnUntraced(function* (wishes: Job["wishes"], ...happened: ReadonlyArray<JobEvent>) {
          const { job } = yield* ledger.enter(newJob({ wishes }))
          for (const event of happened) yield* ledger.apply(job.id, event)
          yield* TestClock.adjust("1 second")
          yield* ledger.release(job.id)
          return job.id
        })
        const low = yield* enter({ priority: "low" })
        const second = yield* enter({}, events.SendIntended)
        const third = yield* enter({}, events["Accepted, first id"])
        const high = yield* enter({ priority: "high" }, events["Accepted, first id"], events.Progressed)
        yield* enter({}, events.SendIntended, events.AnswerLost)
        yield* enter({}, events.CancelRequested)
        yield* enter({}, events["Accepted, first id"], events["ImageStored, image a"])
        const heldBack = yield* enter({}, { _tag: "HeldBack", reason: "RateLimited", until: 3_600_000 })
        const idsOf = (jobs: ReadonlyArray<Job>) => jobs.map((it) => it.id)
        assert.deepStrictEqual(idsOf(yield* ledger.claimDue(2)), [high, second])
        assert.deepStrictEqual(idsOf(yield* ledger.claimDue(10)), [third, low])
        yield* TestClock.setTime(3_600_000)
        assert.deepStrictEqual(idsOf(yield* ledger.claimDue(10)), [heldBack])
      })
    )

    test(
      "a job that a person brings back to its way is work again",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const { job } = yield* ledger.enter(newJob())
        yield* ledger.apply(job.id, events.SendIntended)
        yield* ledger.apply(job.id, events.AnswerLost)
        yield* ledger.release(job.id)
        assert.deepStrictEqual(yield* ledger.claimDue(10), [])
        const resolved = yield* ledger.apply(job.id, events["ResolvedCharged, first id"])
        assert.deepStrictEqual(yield* ledger.claimDue(10), [resolved])
      })
    )

    test(
      "the provider's id of one job is not taken for another one's, whoever says so",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const { job: theirs } = yield* ledger.enter(newJob({ owner: otherOwner }))
        yield* ledger.apply(theirs.id, events["Accepted, first id"])
        const { job } = yield* ledger.enter(newJob())
        yield* ledger.apply(job.id, events.SendIntended)
        const unknown = yield* ledger.apply(job.id, events.AnswerLost)
        assert.deepStrictEqual(yield* Effect.flip(ledger.apply(job.id, events["ResolvedCharged, first id"])), {
          _tag: "TransitionRefused",
          state: "OutcomeUnknown",
          event: "ResolvedCharged",
          isOfAnotherJob: true
        })
        assert.deepStrictEqual(yield* ledger.get(job.id, defaultOwner), unknown)
        assert.strictEqual((yield* ledger.apply(job.id, events["ResolvedCharged, other id"])).state._tag, "Submitted")
      })
    )

    test(
      "jobs are listed page by page, the newest first",
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const ids: Array<JobId> = []
        for (let index = 0; index < 7; index++) {
          yield* TestClock.adjust("1 second")
          ids.unshift((yield* ledger.enter(newJob())).job.id)
        }
        const pages: Array<JobId> = []
        for (let page = yield* ledger.list(defaultOwner, { limit: 3 }); page.length > 0;) {
          assert.isAtMost(page.length, 3)
          pages.push(...page.map((it) => it.id))
          const before = pages.at(-1)
          page = yield* ledger.list(defaultOwner, { limit: 3, ...(before === undefined ? {} : { before }) })
        }
        assert.deepStrictEqual(pages, ids)
      })
    )

    it.effect.prop(
      "whatever happens to three jobs, money is conserved and agrees with the rows",
      [
        Schema.Array(Schema.Tuple([Schema.Literals([0, 1, 2]), Schema.Literals(eventNames)])).check(
          Schema.isMaxLength(40)
        )
      ],
      ([story]) =>
        Effect.gen(function* () {
          const ledger = yield* JobLedger
          const costs = yield* CostLedger
          const ids: Array<JobId> = []
          for (let index = 0; index < 3; index++) ids.push((yield* ledger.enter(newJob())).job.id)
          for (const [index, eventName] of story) {
            const id = ids[index]
            if (id !== undefined) yield* Effect.ignore(ledger.apply(id, events[eventName]))
            const jobs = yield* ledger.list(defaultOwner)
            const { available, granted, reserved, spent } = yield* costs.totals()
            assert.strictEqual(granted, available + reserved + spent)
            assert.strictEqual(
              reserved,
              sumOf(jobs, (job) => (job.money._tag === "Held" ? job.money.bound : 0))
            )
            assert.strictEqual(
              spent,
              sumOf(jobs, (job) => (job.money._tag === "Settled" ? job.money.cost.usdMicros : 0))
            )
          }
        }).pipe(Effect.provide(layer)),
      { arbitrary: { runs: 100 } }
    )
  })
}

const sumOf = (jobs: ReadonlyArray<Job>, amount: (job: Job) => number | null): number =>
  jobs.reduce((sum, job) => sum + (amount(job) ?? 0), 0)
