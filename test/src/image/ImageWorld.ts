/**
 * Two scripted accounts, a caller, and time that passes as often as the caller needs.
 */
import { assert } from "@effect/vitest"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { defaultOwner } from "../../../schemas/Identifiers.ts"
import type { Operation, QuotaScope } from "../../../schemas/Provider.ts"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { JobLedger } from "../../../src/job/JobLedger.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { type Asked, fakeImageProvider, type FakeScript } from "../../support/FakeImageProvider.ts"

export const request = { prompt: "a red fox in the snow" }

type Options = Parameters<ImageGenerator["Service"]["generate"]>[1]

export const generate = (options?: Options) => ImageGenerator.use((it) => it.generate(request, options))
export const submit = (options?: Options, prompt = request.prompt) =>
  ImageGenerator.use((it) => it.submit({ prompt }, options))

type Services = Layer.Success<ReturnType<typeof fakeImageProvider>["layer"]>

/** What a world is made of: what each account answers, and the settings. Without a script there is no second account. */
export interface WorldScript {
  readonly first?: FakeScript
  readonly second?: FakeScript
  readonly settings?: SettingsDocument
}

/** Runs the body in a world; `requests` are all that reached the providers. */
export const inWorld = <A, E>(
  { first = {}, second, settings = {} }: WorldScript,
  body: (requests: ReadonlyArray<Asked>) => Effect.Effect<A, E, Services>
): Effect.Effect<A, E> => {
  const { layer, requests } = fakeImageProvider(first, settings, second)
  return Effect.provide(body(requests), layer)
}

/** Lets an effect go through its waits. */
export const passing = <A, E, R>(effect: Effect.Effect<A, E, R>, time: Duration.Input = "3 minutes") =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* TestClock.adjust(time)
    return yield* Fiber.join(fiber)
  })

/** Every job, the oldest first. */
export const jobs = Effect.map(
  JobLedger.use((it) => it.list(defaultOwner, { limit: 1_000 })),
  (newestFirst) => newestFirst.toReversed()
)

export const onlyJob = Effect.gen(function* () {
  const [job, ...others] = yield* jobs
  assert.deepStrictEqual(others, [])
  if (job === undefined) throw new Error("there is no job")
  return job
})

export const totals = Effect.map(
  CostLedger.use((it) => it.totals()),
  ({ reserved, spent }) => ({ reserved, spent })
)

/** The circuit of an operation, at the present instant of the test clock. */
export const isolate = (operation: Operation, scope: QuotaScope = "nanobanana") =>
  AdmissionControl.use((it) => Effect.sync(() => it.door(scope, operation).circuit.isolate(0)))

/** Opens a circuit for a while, as failures of the provider do. **Units** milliseconds. */
export const openCircuit = (operation: Operation, millis: number, scope: QuotaScope = "nanobanana") =>
  AdmissionControl.use((it) =>
    Effect.clockWith((clock) =>
      Effect.sync(() => {
        const { circuit } = it.door(scope, operation)
        const now = Math.floor(Number(clock.monotonicTimeNanosUnsafe()) / 1e6)
        const decision = circuit.admit(now)
        if (decision._tag !== "Pass") throw new Error(`the circuit answered ${decision._tag}`)
        circuit.end(decision.ticket, "failure", { opensAtOnce: true, retryAfterMillis: millis }, now)
      })
    )
  )

export const submitsOf = (requests: ReadonlyArray<Asked>, account?: Asked["account"]) =>
  requests.filter((it) => it.operation === "submit" && (account === undefined || it.account === account))
