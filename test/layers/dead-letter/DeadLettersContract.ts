/**
 * What every store of dead letters must do, wherever it keeps them.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { CallId, defaultOwner, JobId, LetterId, Owner } from "../../../schemas/Identifiers.ts"
import type { DeadLetter } from "../../../schemas/DeadLetter.ts"
import { DeadLetters, type LetterBounds } from "../../../src/dead-letter/DeadLetters.ts"
import { failureOf, letterOf } from "./SampleLetters.ts"

const stranger = Owner.make("stranger")

const use = <A, E>(body: (letters: DeadLetters["Service"]) => Effect.Effect<A, E>) => DeadLetters.use(body)

const list = use((it) => it.list(defaultOwner))

const callsOf = (letters: ReadonlyArray<DeadLetter>): string => letters.map(({ callId }) => callId).join(" ")

const theOnly = Effect.flatMap(list, ([letter, ...others]) =>
  letter === undefined || others.length > 0 ? Effect.die(new Error("one letter")) : Effect.succeed(letter)
)

/** Who fails: a call, and the job that it waited for, if any. */
const Failing = Schema.Array(
  Schema.Struct({
    call: Schema.Literals(["a", "b", "c", "d", "e"]),
    job: Schema.Literals(["none", "none", "one", "two"])
  })
).check(Schema.isMaxLength(20))

/** **Details** `layer` gives an empty store. `runs`: how many stories are told. */
export const suite = (
  name: string,
  layer: (bounds?: LetterBounds, prompts?: "sealed" | "omitted") => Layer.Layer<DeadLetters>,
  runs: number
): void => {
  describe(`${name} keeps the contract of DeadLetters`, () => {
    const test = <E>(sentence: string, body: Effect.Effect<void, E, DeadLetters>) =>
      it.effect(sentence, () => Effect.provide(body, layer()))

    test(
      "what was kept is found again, in every field, and waits",
      Effect.gen(function* () {
        const entry = letterOf("call_1", { job: "job_1" })
        yield* use((it) => it.keep(entry))
        const letter = yield* theOnly
        const { id, ...rest } = letter
        assert.deepStrictEqual(rest, { ...entry, kind: "Image", retries: [], state: { _tag: "Waiting" } })
        assert.deepStrictEqual(yield* use((it) => it.get(id, defaultOwner)), letter)
      })
    )

    test(
      "a call has one letter, and so has a job, however many waited for it",
      Effect.gen(function* () {
        yield* use((it) => it.keep(letterOf("call_1", { job: "job_1" })))
        yield* use((it) => it.keep(letterOf("call_1")))
        yield* use((it) => it.keep(letterOf("call_2", { job: "job_1" })))
        yield* use((it) => it.keep(letterOf("call_3", { job: "job_2" })))
        assert.strictEqual(callsOf(yield* list), "call_3 call_1")
      })
    )

    test(
      "a letter is its owner's alone",
      Effect.gen(function* () {
        yield* use((it) => it.keep(letterOf("call_1")))
        const { id } = yield* theOnly
        assert.deepStrictEqual(yield* use((it) => it.list(stranger)), [])
        for (const asked of [
          use((it) => it.get(id, stranger)),
          use((it) => it.discard(id, stranger)),
          use((it) => it.get(LetterId.make("none"), defaultOwner))
        ]) {
          assert.deepStrictEqual(yield* Effect.flip(asked), { _tag: "LetterNotFound" })
        }
        assert.isDefined((yield* theOnly).request)
      })
    )

    test(
      "letters are listed by state, reason and time, the newest first, page by page",
      Effect.gen(function* () {
        const timedOut = failureOf({ reason: { _tag: "OutcomeUnknown" }, outcome: "Unknown" })
        yield* use((it) => it.keep(letterOf("a", { failedAt: 1_000 })))
        yield* use((it) => it.keep(letterOf("b", { failedAt: 2_000, failure: timedOut })))
        yield* use((it) => it.keep(letterOf("c", { failedAt: 3_000 })))
        const asked = (query: Parameters<DeadLetters["Service"]["list"]>[1]) =>
          Effect.map(
            use((it) => it.list(defaultOwner, query)),
            callsOf
          )
        assert.strictEqual(yield* asked({}), "c b a")
        assert.strictEqual(yield* asked({ reason: "ServerFailed" }), "c a")
        assert.strictEqual(yield* asked({ since: 2_000 }), "c b")
        assert.strictEqual(yield* asked({ limit: 2 }), "c b")
        const [, second] = yield* list
        assert.strictEqual(yield* asked(second === undefined ? {} : { before: second.id }), "a")
        yield* use((it) => it.discard(second?.id ?? LetterId.make("none"), defaultOwner))
        assert.strictEqual(yield* asked({ state: "Waiting" }), "c a")
        assert.strictEqual(yield* asked({ state: "Discarded" }), "b")
      })
    )

    test(
      "a retry that failed is written down with its failure, and the letter waits on",
      Effect.gen(function* () {
        yield* use((it) => it.keep(letterOf("call_1", { job: "job_1" })))
        const { id, history } = yield* theOnly
        const again = failureOf({ reason: { _tag: "OutcomeUnknown" }, outcome: "Unknown", jobId: JobId.make("job_2") })
        const retry = { callId: CallId.make("call_2"), at: 5_000, reason: "OutcomeUnknown" } as const
        yield* use((it) =>
          it.record(id, defaultOwner, {
            _tag: "FailedAgain",
            retry,
            failure: again,
            history,
            cost: { usdMicros: 2_000, basis: "measured" }
          })
        )
        const letter = yield* theOnly
        assert.deepStrictEqual([letter.failure, letter.retries, letter.state._tag], [again, [retry], "Waiting"])
        assert.deepStrictEqual(letter.history, [...history, ...history])
        assert.deepStrictEqual(letter.cost, { usdMicros: 42_000, basis: "estimated" })
        assert.isDefined(letter.request)
        // The job of the retry has its letter with that: whoever else waited for it makes no other.
        yield* use((it) => it.keep(letterOf("call_9", { job: "job_2" })))
        yield* theOnly
      })
    )

    test(
      "a letter that was rescued stays so, whatever comes after",
      Effect.gen(function* () {
        yield* use((it) => it.keep(letterOf("call_1")))
        const { id } = yield* theOnly
        const state = { _tag: "Rescued", callId: CallId.make("call_2"), at: 5_000 } as const
        yield* use((it) => it.record(id, defaultOwner, { _tag: "Rescued", state }))
        const later = { ...state, callId: CallId.make("call_3") }
        yield* use((it) => it.record(id, defaultOwner, { _tag: "Rescued", state: later }))
        yield* use((it) => it.discard(id, defaultOwner))
        const letter = yield* theOnly
        assert.deepStrictEqual(letter.state, state)
        assert.isUndefined(letter.request)
      })
    )

    test(
      "a letter that was discarded has forgotten what was asked for",
      Effect.gen(function* () {
        yield* use((it) => it.keep(letterOf("call_1")))
        const { id } = yield* theOnly
        yield* TestClock.adjust(7_000)
        assert.deepStrictEqual((yield* use((it) => it.discard(id, defaultOwner))).state, {
          _tag: "Discarded",
          at: 7_000
        })
        const { request, state } = yield* theOnly
        assert.deepStrictEqual([request, state], [undefined, { _tag: "Discarded", at: 7_000 }])
        // Its call has had its letter.
        yield* use((it) => it.keep(letterOf("call_1")))
        yield* theOnly
      })
    )

    it.effect("a prompt that is omitted is asked for again; the finer wishes stay", () =>
      Effect.gen(function* () {
        yield* use((it) => it.keep(letterOf("call_1")))
        assert.deepStrictEqual((yield* theOnly).request, {
          _tag: "Image",
          request: { parameters: { style: "woodcut", quality: "high" } }
        })
      }).pipe(Effect.provide(layer(undefined, "omitted")))
    )

    it.effect("so many letters are kept, and so long: the oldest go first", () =>
      Effect.gen(function* () {
        for (const call of ["a", "b", "c", "d"]) yield* use((it) => it.keep(letterOf(call)))
        assert.strictEqual(callsOf(yield* list), "d c b")
        yield* TestClock.adjust(60_000)
        yield* use((it) => it.keep(letterOf("e", { failedAt: 60_000 })))
        assert.strictEqual(callsOf(yield* list), "e d c")
        yield* TestClock.adjust(1_000)
        yield* use((it) => it.keep(letterOf("f", { failedAt: 61_000 })))
        assert.strictEqual(callsOf(yield* list), "f e")
      }).pipe(Effect.provide(layer({ maximumLetters: 3, maximumAgeMillis: 60_000 })))
    )

    it.effect.prop(
      "nothing is lost: of all that failed each call has a letter, or its job has, and none has two",
      [Failing],
      ([failing]) =>
        Effect.gen(function* () {
          yield* Effect.forEach(
            failing,
            ({ call, job }) => use((it) => it.keep(letterOf(call, job === "none" ? {} : { job }))),
            { concurrency: "unbounded" }
          )
          const letters = yield* list
          const calls = letters.map(({ callId }) => callId as string)
          const jobs = letters.flatMap(({ failure }) => (failure.jobId === undefined ? [] : [failure.jobId as string]))
          assert.strictEqual(new Set(calls).size, calls.length)
          assert.strictEqual(new Set(jobs).size, jobs.length)
          for (const { call, job } of failing) assert.isTrue(calls.includes(call) || jobs.includes(job))
        }).pipe(Effect.provide(layer())),
      { arbitrary: { runs } }
    )
  })
}
