/** A writer over a store that breaks in ways that nobody foresaw: it goes on, and tells what is lost. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { TestClock } from "effect/testing"
import * as Audit from "../../../layers/audit/Audit.ts"
import * as MemoryAuditStore from "../../../layers/audit/MemoryAuditStore.ts"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import * as LocalSealer from "../../../layers/vault/LocalSealer.ts"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import { AuditLog } from "../../../src/audit/AuditLog.ts"
import { AuditStore } from "../../../src/audit/AuditStore.ts"
import { CallEvents } from "../../../src/telemetry/CallEvents.ts"
import { callSucceeded } from "../../support/AuditEvents.ts"

/** An audit over a store in memory that is changed so. */
const over = (change: (store: AuditStore["Service"]) => Partial<AuditStore["Service"]>) =>
  Audit.layerOver(
    Layer.effect(
      AuditStore,
      AuditStore.use((store) => Effect.succeed({ ...store, ...change(store) }))
    ).pipe(Layer.provide(MemoryAuditStore.layer))
  ).pipe(Layer.provide(Layer.merge(LocalSealer.layerMemory, layerFromCode({}))), Layer.fresh)

const smallAudit = Audit.layerOver(MemoryAuditStore.layer).pipe(
  Layer.provide(Layer.merge(LocalSealer.layerMemory, layerFromCode({ audit: { buffer: 100 } }))),
  Layer.fresh
)

describe("the writer of the audit", () => {
  it.effect("goes on after a batch that breaks it, and tells how much was lost", () =>
    Effect.gen(function* () {
      const told: Array<CallEvent> = []
      let breaks = 1
      const layer = over((store) => ({
        commit: (decide) => (breaks-- > 0 ? Effect.die(new Error("nobody foresaw this")) : store.commit(decide))
      }))
      yield* Effect.gen(function* () {
        const audit = yield* AuditLog
        audit.record(callSucceeded("call_1"), undefined)
        audit.record(callSucceeded("call_2"), undefined)
        yield* TestClock.adjust("1 seconds")
        audit.record(callSucceeded("call_3"), undefined)
        yield* TestClock.adjust("1 seconds")
        assert.deepStrictEqual(
          (yield* audit.list()).map(({ row }) => row.callId ?? row.count),
          ["call_3", 2]
        )
        assert.deepStrictEqual((yield* audit.verify()).findings, [])
      }).pipe(
        Effect.provide(layer),
        Effect.provideService(CallEvents, (event) => void told.push(event))
      )
      assert.deepInclude(told[0], { _tag: "AuditDropped", count: 2 })
    })
  )

  it.effect("writes few lines of what is lost, however often, and counts the others", () =>
    Effect.gen(function* () {
      const lines: Array<{ readonly message: string; readonly annotations: Record<string, unknown> }> = []
      const logger = Logger.make((options) => void lines.push(JSON.parse(Logger.formatJson.log(options))))
      const losses = 200
      yield* Effect.gen(function* () {
        const audit = yield* AuditLog
        for (let loss = 0; loss < losses; loss += 1) {
          for (let row = 0; row < 150; row += 1) audit.record(callSucceeded(`call_${loss}_${row}`), undefined)
          yield* audit.flush
        }
      }).pipe(Effect.provide(smallAudit), Effect.provide(Logger.layer([logger])))
      const dropped = lines.filter((it) => it.message === "audit rows dropped")
      assert.isAtLeast(dropped.length, 1)
      assert.isAtMost(dropped.length, 20)
      const withheld = lines.find((it) => it.message.endsWith("more like it"))
      assert.strictEqual(dropped.length + Number(withheld?.annotations["count"]), losses)
      assert.deepInclude(withheld?.annotations, { event: "AuditDropped", because: "BufferFull" })
    })
  )

  it.effect("goes on when old rows can not be looked for", () =>
    Effect.gen(function* () {
      const audit = yield* AuditLog
      for (const callId of ["call_1", "call_2", "call_3"]) {
        audit.record(callSucceeded(callId), undefined)
        yield* TestClock.adjust("2 hours")
      }
      assert.deepStrictEqual(yield* audit.statistics, { written: 3, waiting: 0, dropped: 0 })
    }).pipe(Effect.provide(over(() => ({ bytes: Effect.die(new Error("nobody foresaw this")) }))))
  )
})
