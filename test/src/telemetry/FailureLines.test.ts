import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { CallEvents } from "../../../src/telemetry/CallEvents.ts"
import { isFailing } from "../../../src/telemetry/FailureLines.ts"
import { decideLine, type LineWindow } from "../../../src/telemetry/DecideLine.ts"
import { passVirtually } from "../../contract/World.ts"

const limit = { lines: 3, windowMillis: 1_000 }
const steps = Arbitrary.schema(Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 700 }))))

describe("lines of failure", () => {
  it.effect.prop(
    "are never more than the limit in a window, and each is written, told or still counted",
    { gaps: steps },
    ({ gaps }) =>
      Effect.sync(() => {
        let window: LineWindow | undefined
        let now = 0
        let written = 0
        let told = 0
        const inWindow = new Map<number, number>()
        for (const gap of gaps) {
          now += gap
          const decision = decideLine(limit, window, now)
          window = decision.window
          told += decision.told
          if (decision.isWritten) {
            written += 1
            inWindow.set(window.startedAt, (inWindow.get(window.startedAt) ?? 0) + 1)
          }
        }
        for (const count of inWindow.values()) assert.isAtMost(count, limit.lines)
        assert.strictEqual(written + told + (window?.withheld ?? 0), gaps.length)
      })
  )

  it("begin anew where the clock was put back", () => {
    assert.isTrue(decideLine(limit, { startedAt: 5_000, written: 3, withheld: 1 }, 10).isWritten)
  })

  it.effect("of an outage are few, and none is lost from the count", () =>
    Effect.gen(function* () {
      const lines: Array<{ readonly message: string; readonly annotations: Record<string, unknown> }> = []
      const logger = Logger.make((options) => void lines.push(JSON.parse(Logger.formatJson.log(options))))
      const calls = Effect.forEach(
        Array.from({ length: 300 }, (_, index) => index),
        (index) =>
          Effect.exit(PromptEnhancer.use((it) => it.enhance({ prompt: `fox ${index}` }, { accept: ["Live"] }))),
        { discard: true, concurrency: 300 }
      )
      let failures = 0
      // What a described call is refused by is told in the line of its end.
      const observe = (event: CallEvent) => void (isFailing(event) && event._tag !== "CallRejected" && (failures += 1))
      yield* passVirtually(Effect.provideService(calls, CallEvents, observe)).pipe(
        Effect.provide(Mock.layerWith({ scenario: "unauthorized" })),
        Effect.provide(Logger.layer([logger]))
      )
      assert.isAbove(failures, 300)
      assert.isBelow(lines.length, 200)
      const kinds = new Set(["attempt failed", "call failed", "call refused", "fell back", "defect"])
      const ofFailures = lines.filter((it) => kinds.has(it.message) || it.message.endsWith("more like it"))
      const counted = ofFailures.reduce((sum, it) => sum + Number(it.annotations["count"] ?? 1), 0)
      assert.strictEqual(counted, failures)
      assert.isTrue(lines.some((it) => it.message.startsWith("and ") && it.annotations["callId"] !== undefined))
    })
  )
})
