/**
 * What every composition of the audit must do, wherever its rows are.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { Owner } from "../../schemas/Identifiers.ts"
import { TokenId } from "../../schemas/Token.ts"
import { AuditLog } from "../../src/audit/AuditLog.ts"
import { CallEvents } from "../../src/telemetry/CallEvents.ts"
import { CallRecorder } from "../../src/telemetry/CallRecorder.ts"
import { attemptFailed, attemptSucceeded, callSucceeded, common, exchangeOf } from "../support/AuditEvents.ts"

type AuditDocument = NonNullable<SettingsDocument["audit"]>

/** An audit of its own for each test, under these settings. */
export interface AuditWorld {
  readonly name: string
  readonly layer: (audit: AuditDocument) => Layer.Layer<AuditLog, unknown>
}

export const suite = ({ layer, name }: AuditWorld) => {
  const within = <A, E>(effect: Effect.Effect<A, E, AuditLog>, audit: AuditDocument = {}) =>
    Effect.provide(effect, layer(audit))

  describe(`AuditLog, ${name}`, () => {
    it.effect("keeps a row for each event that ends or decides something, in order, and finds those of a call", () =>
      within(
        Effect.gen(function* () {
          const audit = yield* AuditLog
          audit.record({ _tag: "CacheAnswered", ...common("call_1"), answer: "Miss" }, undefined)
          audit.record({ _tag: "CallStarted", ...common("call_1"), request: noRequest }, undefined)
          audit.record(attemptFailed("call_1", 1), undefined)
          audit.record(callSucceeded("call_2", 2), undefined)
          audit.record(attemptSucceeded("call_1", 3, 2), undefined)
          audit.record(callSucceeded("call_1", 4, 2), undefined)
          const rows = yield* audit.ofCall("call_1")
          assert.deepStrictEqual(
            rows.map(({ row, sequence }) => [sequence, row.kind, row.at]),
            [
              [1, "CacheAnswered", 0],
              [2, "AttemptFailed", 1],
              [4, "AttemptSucceeded", 3],
              [5, "CallSucceeded", 4]
            ]
          )
          assert.deepInclude(rows[1]?.row, {
            owner: "default",
            provider: "deepseek",
            operation: "chat",
            keyId: "key_7",
            attempt: 1,
            waitMillis: 3_200,
            heldBackBy: "window",
            circuit: "Closed",
            elapsedMillis: 12.5,
            outcome: "Refused",
            status: 429,
            providerRequestId: "request-9"
          })
          assert.deepStrictEqual(rows[1]?.row.tier, { limit: 2, windowMillis: 60_000 })
          assert.deepStrictEqual(rows[1]?.row.reason, { _tag: "RateLimited", retryAfterMillis: 2_000 })
          assert.deepStrictEqual(rows[3]?.row.cost, { usdMicros: 123, basis: "measured" })
          assert.strictEqual((yield* audit.get(3))?.row.callId, "call_2")
          assert.isUndefined(yield* audit.get(6))
        })
      )
    )

    it.effect("lists the newest first, by what is asked for", () =>
      within(
        Effect.gen(function* () {
          const audit = yield* AuditLog
          for (let at = 1; at <= 20; at++) audit.record(callSucceeded(`call_${at}`, at), undefined)
          audit.record(attemptFailed("call_21", 21), undefined)
          const sequences = (query: Parameters<typeof audit.list>[0]) =>
            Effect.map(audit.list(query), (found) => found.map(({ sequence }) => sequence))
          assert.deepStrictEqual(yield* sequences({ limit: 2 }), [21, 20])
          assert.deepStrictEqual(yield* sequences({ kind: "AttemptFailed" }), [21])
          assert.deepStrictEqual(yield* sequences({ since: 19, kind: "CallSucceeded" }), [20, 19])
          assert.deepStrictEqual(yield* sequences({ before: 3 }), [2, 1])
          assert.deepStrictEqual(yield* sequences({ owner: "somebody" }), [])
        })
      )
    )

    it.effect("lists what an owner may read: his own, and what is of the program, however much others did", () =>
      within(
        Effect.gen(function* () {
          const audit = yield* AuditLog
          const ann = Owner.make("ann")
          const bob = Owner.make("bob")
          audit.record({ _tag: "ModeChanged", at: 1, from: "Normal", to: "CacheOnly", by: "hand" }, undefined)
          audit.record({ ...callSucceeded("call_2", 2), owner: bob } as CallEvent, undefined)
          audit.record({ _tag: "TokenRevoked", at: 3, owner: ann, tokenId: TokenId.make("0123456789ab") }, undefined)
          for (let at = 4; at <= 20; at++)
            audit.record({ ...callSucceeded(`call_${at}`, at), owner: ann } as CallEvent, undefined)
          const sequences = (query: Parameters<typeof audit.list>[0]) =>
            Effect.map(audit.list(query), (found) => found.map(({ sequence }) => sequence))
          assert.deepStrictEqual(yield* sequences({ readableBy: bob }), [3, 2, 1])
          assert.deepStrictEqual(yield* sequences({ readableBy: bob, limit: 1 }), [3])
          assert.deepStrictEqual(yield* sequences({ readableBy: bob, owner: "ann" }), [3])
          assert.lengthOf(yield* sequences({ readableBy: ann }), 19)
        })
      )
    )

    it.effect("seals bodies, and opens them again: without pictures, without the key, cut at the limit", () =>
      within(
        Effect.gen(function* () {
          const audit = yield* AuditLog
          const picture = "A".repeat(5_000)
          const asked = `{"prompt":"a red fox"}`
          audit.record(attemptSucceeded("call_1"), exchangeOf(asked, `{"key":"sk-canary","image":"${picture}"}`))
          audit.record(attemptSucceeded("call_2"), exchangeOf("x ".repeat(200), new Uint8Array([0xff, 0xfe, 0x00])))
          const rows = yield* audit.list()
          assert.notInclude(JSON.stringify(rows), "red fox")
          const [second, first] = yield* Effect.forEach(rows, audit.bodies)
          assert.deepStrictEqual(first?.request, { text: asked, bytes: asked.length, isCut: false })
          assert.notInclude(first?.answer?.text, "sk-canary")
          assert.match(first?.answer?.text ?? "", /<base64, 5000 characters, sha256 [0-9a-f]{64}>/)
          assert.deepStrictEqual(second?.request, { text: "x ".repeat(100), bytes: 400, isCut: true })
          assert.match(second?.answer?.text ?? "", /<3 bytes that are no text/)
        }),
        { bodyLimit: 200 }
      )
    )

    it.effect("hashes bodies, or leaves them out, as it is told to", () =>
      Effect.gen(function* () {
        const kept = (bodies: "hashed" | "none") =>
          within(
            Effect.gen(function* () {
              const audit = yield* AuditLog
              audit.record(attemptSucceeded("call_1"), exchangeOf("a red fox", "yes"))
              const [entry] = yield* audit.list()
              assert.isUndefined(entry === undefined ? entry : yield* audit.bodies(entry))
              return entry?.row.bodies
            }),
            { bodies }
          )
        const hashed = yield* kept("hashed")
        assert.strictEqual(hashed?._tag === "Hashed" ? hashed.request?.bytes : undefined, 9)
        assert.match(hashed?._tag === "Hashed" ? (hashed.request?.sha256 ?? "") : "", /^[0-9a-f]{64}$/)
        assert.isUndefined(yield* kept("none"))
      })
    )

    it.effect("writes by itself, soon after, and waits for others to write with", () =>
      within(
        Effect.gen(function* () {
          const audit = yield* AuditLog
          audit.record(callSucceeded("call_1"), undefined)
          yield* TestClock.adjust("100 millis")
          assert.deepInclude(yield* audit.statistics, { written: 0, waiting: 1 })
          audit.record(callSucceeded("call_2"), undefined)
          yield* TestClock.adjust("1 seconds")
          assert.deepStrictEqual(yield* audit.statistics, { written: 2, waiting: 0, dropped: 0 })
        })
      )
    )

    it.effect("drops what is too much, counts it, tells it, and writes that down", () =>
      Effect.gen(function* () {
        const told: Array<CallEvent> = []
        yield* within(
          Effect.gen(function* () {
            const audit = yield* AuditLog
            for (let index = 0; index < 10; index++) audit.record(callSucceeded(`call_${index}`), undefined)
            assert.deepInclude(yield* audit.statistics, { waiting: 4, dropped: 6 })
            const rows = yield* audit.list()
            assert.deepInclude(rows.at(-1)?.row, { kind: "AuditDropped", count: 6, because: "BufferFull" })
            assert.strictEqual(rows.length, 5)
            assert.deepStrictEqual((yield* audit.verify()).findings, [])
          }),
          { buffer: 4 }
        ).pipe(Effect.provideService(CallEvents, (event) => void told.push(event)))
        assert.deepInclude(told[0], { _tag: "AuditDropped", count: 6, because: "BufferFull" })
        assert.strictEqual(told.length, 1)
      })
    )

    it.effect("holds no more bodies than it may while they wait", () =>
      within(
        Effect.gen(function* () {
          const audit = yield* AuditLog
          const megabyte = "x ".repeat(524_288)
          for (let index = 0; index < 20; index++) {
            audit.record(attemptSucceeded(`call_${index}`), exchangeOf(megabyte, ""))
          }
          const kept = (yield* audit.list()).map(({ row }) => row.bodies?._tag)
          assert.deepStrictEqual(
            [kept.filter((it) => it === "Sealed").length, kept.filter((it) => it === "LeftOut").length],
            [16, 4]
          )
          audit.record(attemptSucceeded("call_21"), exchangeOf(megabyte, ""))
          assert.strictEqual((yield* audit.list({ limit: 1 }))[0]?.row.bodies?._tag, "Sealed")
        })
      )
    )

    it.effect("removes what is past its time, and stays a whole chain; a clock that goes back removes nothing", () =>
      within(
        Effect.gen(function* () {
          const audit = yield* AuditLog
          yield* TestClock.setTime(Duration.toMillis("228 hours"))
          for (let day = 1; day <= 9; day++) {
            audit.record(attemptSucceeded(`call_${day}`, Duration.toMillis(Duration.days(day))), exchangeOf("q", "a"))
          }
          audit.record(callSucceeded("call_10", Duration.toMillis("9 days") - 3_600_000), undefined)
          yield* TestClock.adjust("1 seconds")
          const { findings, removed, rows } = yield* audit.verify()
          assert.deepStrictEqual(findings, [])
          assert.deepStrictEqual([removed, rows], [4, 7])
          const [newest] = yield* audit.list()
          assert.deepInclude(newest?.row, { kind: "RowsRemoved", count: 4, through: 4, because: "age" })
          const oldest = (yield* audit.list()).at(-1) ?? assert.fail("no row")
          assert.strictEqual((yield* audit.bodies(oldest))?.request?.text, "q")
          yield* TestClock.setTime(Duration.toMillis("227 hours"))
          audit.record(callSucceeded("call_11", Duration.toMillis("227 hours")), undefined)
          yield* TestClock.adjust("1 seconds")
          assert.deepInclude(yield* audit.verify(), { removed: 4, rows: 8, findings: [] })
        }),
        { retention: Duration.toMillis("5 days") }
      )
    )

    it.effect("removes the oldest where all take too much", () =>
      within(
        Effect.gen(function* () {
          const audit = yield* AuditLog
          for (let round = 0; round < 12; round++) {
            for (let index = 0; index < 500; index++) {
              audit.record(attemptSucceeded(`call_${round}_${index}`), exchangeOf("x ".repeat(200), "y ".repeat(200)))
            }
            yield* TestClock.adjust("1 seconds")
          }
          const { findings, removed, rows } = yield* audit.verify()
          assert.deepStrictEqual(findings, [])
          assert.isAtLeast(removed, 1_000)
          assert.isAtLeast(rows, 2)
        }),
        { maximumBytes: 1_048_576 }
      )
    )

    it.effect("records nothing where it is off, and can be read", () =>
      within(
        Effect.gen(function* () {
          const audit = yield* AuditLog
          audit.record(callSucceeded("call_1"), undefined)
          assert.deepStrictEqual(yield* audit.list(), [])
          assert.deepStrictEqual((yield* audit.verify()).findings, [])
        }),
        { enabled: false }
      )
    )

    it.effect("is what calls are told to wherever it is provided", () =>
      within(
        Effect.gen(function* () {
          const record = yield* CallRecorder
          record(callSucceeded("call_1"), undefined)
          assert.strictEqual((yield* AuditLog.use((it) => it.list())).length, 1)
        })
      )
    )
  })
}

const noRequest = { fieldLengths: {}, bodySha256: "", parameters: {} }
