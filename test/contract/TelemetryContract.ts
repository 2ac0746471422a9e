/**
 * What holds of every `Telemetry`, the library's and a host's own: a composition takes it, tells it what its feed tells, in
 * that order, and it throws at no event there is.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Mock from "../../mock-layers/Mock.ts"
import { CallEvent } from "../../schemas/CallEvent.ts"
import { Illustrator } from "../../src/illustration/Illustrator.ts"
import { EventFeed } from "../../src/telemetry/EventFeed.ts"
import { Telemetry } from "../../src/telemetry/Telemetry.ts"
import { passVirtually } from "./World.ts"

/** The suite. `own` is provided to a composition as a host would. */
export const telemetryContract = <E>(name: string, own: Layer.Layer<Telemetry, E>): void => {
  describe(`Telemetry: ${name}`, () => {
    it.effect("throws at no event there is", () =>
      Effect.gen(function* () {
        const telemetry = yield* Telemetry
        const events = yield* Arbitrary.sampleEffect(Arbitrary.schema(CallEvent), { count: 500, seed: "telemetry" })
        assert.isAbove(new Set(events.map((it) => it._tag)).size, 15)
        for (const event of events) telemetry.observe(event)
      }).pipe(Effect.provide(own))
    )

    it.effect("is told what the feed tells, in its order", () => {
      const told: Array<CallEvent> = []
      const spied = Layer.effect(
        Telemetry,
        Telemetry.useSync((telemetry) => ({
          observe: (event: CallEvent) => {
            told.push(event)
            telemetry.observe(event)
          }
        }))
      ).pipe(Layer.provide(own))
      return Effect.gen(function* () {
        const heard: Array<CallEvent> = []
        told.length = 0
        yield* EventFeed.use((it) => it.listen((event) => void heard.push(event)))
        yield* passVirtually(Illustrator.use((it) => it.illustrate({ prompt: "a red fox" })))
        assert.isAbove(heard.length, 10)
        assert.deepStrictEqual(told, heard)
      }).pipe(Effect.provide(Mock.layerWith({}).pipe(Layer.provide(spied))))
    })
  })
}
