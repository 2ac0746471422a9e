/**
 * The writer: takes what waits, in batches, and writes it in the background. A store that fails is tried again, and fails
 * no call.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { AuditSettings } from "../../schemas/AuditSettings.ts"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { makeIdentifier } from "../pipeline/CallId.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import type { LiveSettings } from "../settings/LiveSettings.ts"
import { CallEvents, type CallObserver } from "../telemetry/CallEvents.ts"
import { observeSafely, type Recorder } from "../telemetry/CallRecorder.ts"
import { boundedLine, logWithheld } from "../telemetry/Emit.ts"
import { FailureLines } from "../telemetry/FailureLines.ts"
import { AuditBuffer, type Heard } from "./AuditBuffer.ts"
import { commitBatch, removeOldest } from "./CommitBatch.ts"
import { prepareBatch } from "./PrepareBatch.ts"
import { hasRow } from "./RowOf.ts"
import type { VerifyTools } from "./VerifyAudit.ts"

/** What the writer offers. */
export interface AuditWriter {
  readonly record: Recorder
  readonly flush: Effect.Effect<void>
  readonly statistics: Effect.Effect<{ readonly written: number; readonly waiting: number; readonly dropped: number }>
}

/** Rows that are written in one transaction. */
export const batchRows = 128

/** How long the first row of a batch waits for others. **Units** milliseconds. */
const gatherMillis = 200

/** Between two attempts on a store that fails. **Units** milliseconds. */
const firstRetryMillis = 1_000
const lastRetryMillis = 30_000

/** How often old rows are looked for. **Units** milliseconds, and rows written. */
const trimEveryMillis = 3_600_000
const trimEveryRows = 5_000

/**
 * Makes the writer, and starts it in the scope. When the scope closes, what waits is written once more; what can not be
 * written then is lost, counted and told.
 */
export const makeAuditWriter = Effect.fnUntraced(function* (
  tools: VerifyTools,
  liveSettings: LiveSettings["Service"],
  boundsOf: (settings: AuditSettings) => AuditSettings,
  publish: CallObserver
): Effect.fn.Return<AuditWriter, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const observe = yield* CallEvents
  const writerId = yield* makeIdentifier("page")
  const settingsNow = Effect.map(liveSettings.current, ({ settings }) => boundsOf(settings.audit))
  const lines = new FailureLines()
  const buffer = new AuditBuffer((yield* settingsNow).buffer)
  const hasCome = yield* Latch.make(false)
  const isFull = yield* Latch.make(false)
  const turn = yield* Semaphore.make(1)
  let pages = 0
  let inHand: ReadonlyArray<Heard> = []
  let written = 0
  let failures = 0
  let trimAt = Number.NEGATIVE_INFINITY
  let trimmedWritten = 0

  const record: Recorder = (event, exchange) => {
    if (!hasRow(event)) return
    buffer.offer(event, exchange)
    if (buffer.size === 1) hasCome.openUnsafe()
    else if (buffer.size === batchRows) isFull.openUnsafe()
  }

  /** What was dropped is told at once, and is the first row of the next batch. */
  const withDropped = (heard: ReadonlyArray<Heard>): Effect.Effect<ReadonlyArray<Heard>> => {
    const count = buffer.takeDropped()
    if (count === 0) return Effect.succeed(heard)
    const because = failures > 0 ? "StoreFailed" : "BufferFull"
    const event: CallEvent = { _tag: "AuditDropped", at: clock.currentTimeMillisUnsafe(), count, because }
    observeSafely(observe)(event)
    publish(event)
    return Effect.as(boundedLine(event, lines, clock), [{ event, exchange: undefined, isLeftOut: false }, ...heard])
  }

  const failed = (heard: ReadonlyArray<Heard>, failure: typeof StorageFailed.Type) => {
    buffer.putBack(heard)
    failures += 1
    return failures > 1
      ? Effect.succeed(false)
      : Effect.as(Effect.logWarning(`the audit can not be written, and is tried again: ${failure.detail}`), false)
  }

  /** Whatever is wrong with a batch that nobody foresaw would be wrong with it again. */
  const broken = () => {
    buffer.written(inHand)
    buffer.drop(inHand.length)
    return Effect.as(Effect.logError("a defect of the audit: its batch is dropped"), true)
  }

  const succeeded = (heard: ReadonlyArray<Heard>) => {
    buffer.written(heard)
    written += heard.length
    failures = 0
    return Effect.succeed(true)
  }

  /** One batch; whether it was written. It is whole or not at all, however the program ends. */
  const writeBatch = Effect.uninterruptible(
    Effect.gen(function* () {
      const heard = yield* withDropped(buffer.take(batchRows))
      if (heard.length === 0) return true
      inHand = heard
      const settings = yield* settingsNow
      const batch = yield* prepareBatch(heard, settings, tools.sealer, () => `${writerId}_${(pages += 1)}`)
      return yield* Effect.matchEffect(commitBatch(tools, batch, clock.currentTimeMillisUnsafe()), {
        onFailure: (failure) => failed(heard, failure),
        onSuccess: () => succeeded(heard)
      })
    }).pipe(Effect.catchDefect(broken))
  )

  const drain: Effect.Effect<void> = Effect.gen(function* () {
    isFull.closeUnsafe()
    hasCome.closeUnsafe()
    while (buffer.size > 0) {
      if (!(yield* writeBatch)) break
      yield* Effect.yieldNow
    }
    if (buffer.size > 0) hasCome.openUnsafe()
  })

  const trim: Effect.Effect<void> = Effect.gen(function* () {
    const at = millisOf(clock)
    if (failures > 0 || (at - trimAt < trimEveryMillis && written - trimmedWritten < trimEveryRows)) return
    trimAt = at
    trimmedWritten = written
    const settings = yield* settingsNow
    const step = Effect.suspend(() => removeOldest(tools, settings, clock.currentTimeMillisUnsafe()))
    yield* Effect.repeat(turn.withPermits(1)(Effect.uninterruptible(step)), { while: (removed) => removed > 0 })
  }).pipe(Effect.catch((failure) => Effect.logWarning(`old rows of the audit can not be removed: ${failure.detail}`)))

  const flush = turn.withPermits(1)(drain)

  const loop = Effect.gen(function* () {
    yield* hasCome.await
    if (failures === 0) yield* Effect.raceFirst(Effect.sleep(gatherMillis), isFull.await)
    else yield* Effect.sleep(Math.min(lastRetryMillis, firstRetryMillis * 2 ** Math.min(10, failures - 1)))
    yield* flush
    yield* trim
  }).pipe(Effect.catchDefect(() => Effect.logError("a defect of the audit: it goes on without what it was at")))

  const finish = Effect.gen(function* () {
    yield* flush
    if (buffer.size === 0) return
    buffer.drop(buffer.take(buffer.size).length)
    yield* withDropped([])
  })

  yield* Effect.addFinalizer(() => Effect.suspend(() => logWithheld(lines.takeAll())))
  // Finalizers run in reverse: the loop has ended when what is left is written.
  yield* Effect.addFinalizer(() => finish)
  yield* Effect.forkScoped(Effect.withTracerEnabled(Effect.forever(loop), false))
  return {
    record,
    flush,
    statistics: Effect.sync(() => ({ written, waiting: buffer.size, dropped: buffer.droppedInAll }))
  }
})
