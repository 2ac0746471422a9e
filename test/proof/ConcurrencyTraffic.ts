/**
 * Pictures and prompts in a network that holds on to everything: answers that never end or come byte by byte, attempts
 * that are cut by their time limit, connections that are lost, callers who leave.
 */
import { assert } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { FaultRule, ScriptDocument } from "../../mock-layers/simulation/Script.ts"
import { drawAt, drawInt } from "../../mock-layers/simulation/SeededRandom.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { AdmissionControl } from "../../src/pipeline/AdmissionControl.ts"
import { fullestWindowOf, type SocketWorld, startWorld } from "./SocketWorld.ts"

const faults: ReadonlyArray<FaultRule> = [
  { fault: "slow-drip", operation: "submit", rate: 0.05 },
  { fault: "reset", operation: "submit", rate: 0.05 },
  { fault: "slow-drip", operation: "status", rate: 0.05 },
  { fault: "keep-alive-forever", operation: "status", rate: 0.05 },
  { fault: "reset", operation: "status", rate: 0.05 },
  { fault: "slow-drip", operation: "download", rate: 0.06 },
  { fault: "reset", operation: "download", rate: 0.06 },
  { fault: "keep-alive-forever", operation: "chat", rate: 0.06 },
  { fault: "slow-drip", operation: "chat", rate: 0.05 },
  { fault: "reset", operation: "chat", rate: 0.05 }
]

const latency = { chat: 60, submit: { from: 20, to: 120 }, status: 20, download: 40, job: 200 }

const rough: ScriptDocument = { latency, faults }

const unlimited: ReadonlyArray<never> = []

/** The live library with so many requests on the wire at once, and short attempts. */
const liveWithConcurrency = (world: SocketWorld, concurrency: number) =>
  world.live({
    deepseek: { concurrency, rateLimit: unlimited, attemptTimeout: { chat: 250 }, backoffBase: 20, backoffCap: 100 },
    nanobanana: {
      concurrency,
      rateLimit: unlimited,
      attemptTimeout: { submit: 300, status: 150, download: 400 },
      backoffBase: 20,
      backoffCap: 100,
      pollFirst: 30,
      pollCap: 60,
      jobExpiry: 4_000,
      submitGrace: 500
    }
  })

const isIn = (share: number, purpose: string): boolean => drawAt(5, purpose) < share

/** Runs a call; some callers leave it. */
const perhapsLeave = <A, E, R>(call: Effect.Effect<A, E, R>, name: string, share: number) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(call)
    if (isIn(share, name)) {
      yield* Effect.sleep(drawInt((purpose) => drawAt(5, `${name}/${purpose}`), "after", 20, 400))
      yield* Fiber.interrupt(fiber)
    }
    return yield* Fiber.await(fiber)
  })

/** Pictures that are drawn at once: the providers draw them in the process that counts. */
const smallest = { width: 64, height: 64 }

const generate = (prompt: string) =>
  ImageGenerator.use((it) => it.generate({ prompt, parameters: smallest }, { deadline: Duration.seconds(10) }))

/** So many pictures and so many prompts at once; `leaving` is the share of callers who leave. */
const picturesAndPrompts = (count: number, leaving: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    (index) =>
      Effect.all(
        [
          perhapsLeave(generate(`a fox, ${index}`), `picture ${index}`, leaving),
          perhapsLeave(
            PromptEnhancer.use((it) =>
              it.enhance({ prompt: `a fox, ${index}` }, { cache: "bypass", deadline: Duration.seconds(10) })
            ),
            `prompt ${index}`,
            leaving
          )
        ],
        { concurrency: "unbounded" }
      ),
    { concurrency: "unbounded" }
  )

/** Long enough for the server to hear that a socket is closed, also where the machine is busy. **Units** milliseconds. */
const hearingMillis = 100

/**
 * So many pictures and prompts in the rough network fill all slots of both accounts, and never one more: strictly where
 * sockets are closed, which is here.
 */
export const expectSlotsKept = (concurrency: number, count: number) =>
  Effect.gen(function* () {
    const world = yield* startWorld
    yield* world.play(rough)
    const exits = yield* Effect.gen(function* () {
      const exits = yield* picturesAndPrompts(count, 0.3)
      // The pictures of callers who left are still being made.
      yield* Effect.sleep(Duration.seconds(1))
      const { doors } = yield* AdmissionControl
      for (const { room } of doors) assert.isAtMost(room.bulkhead.inUse, concurrency)
      return exits
    }).pipe(Effect.provide(liveWithConcurrency(world, concurrency)))
    const { wire } = world
    const { largestInFlight } = yield* world.totals
    for (const provider of ["deepseek", "nanobanana"] as const) {
      assert.strictEqual(wire.largest(provider), concurrency)
      assert.strictEqual(wire.now(provider), 0)
      const cut = wire.requests.filter((it) => it.provider === provider && !it.isWhole)
      assert.isAtLeast(cut.length, 1)
      // The server hears of a closed socket a moment after we have closed it, and of the next request meanwhile.
      const closedAt = cut.map(({ endedAt }) => endedAt ?? 0)
      assert.isAtMost(largestInFlight[provider], concurrency + fullestWindowOf(closedAt, hearingMillis))
    }
    assert.strictEqual(wire.largest("submit"), concurrency - 1)
    assert.isAtLeast(exits.filter(([picture]) => Exit.isSuccess(picture)).length, count / 4)
    assert.isAtLeast(exits.filter(([, prompt]) => Exit.isSuccess(prompt)).length, count / 4)
    assert.isAtLeast(exits.filter(([, prompt]) => Exit.hasInterrupts(prompt)).length, count / 10)
  })

/**
 * One picture is under way when many more are asked for whose submits are not answered: it is polled, downloaded and
 * stored while they hold all slots but one, and others wait.
 */
export const expectKeptSlot = (concurrency: number) =>
  Effect.gen(function* () {
    const world = yield* startWorld
    yield* world.play({
      latency: { ...latency, job: 500 },
      faults: [{ fault: "silence", operation: "submit", skip: 1 }]
    })
    const live = world.live({
      nanobanana: { concurrency, rateLimit: unlimited, pollFirst: 30, pollCap: 60, submitGrace: 100 }
    })
    yield* Effect.gen(function* () {
      const { lane, room } = (yield* AdmissionControl).door("nanobanana", "submit")
      const first = yield* Effect.forkChild(generate("a fox"))
      yield* Effect.repeat(Effect.delay(world.totals, 5), { until: ({ acceptedSubmits }) => acceptedSubmits === 1 })
      yield* Effect.forkChild(
        Effect.forEach(
          Array.from({ length: concurrency + 3 }, (_, index) => index),
          (index) => generate(`another fox, ${index}`),
          { concurrency: "unbounded" }
        )
      )
      const picture = yield* Fiber.join(first)
      assert.strictEqual(picture.provenance._tag, "Live")
      assert.strictEqual(world.wire.now("submit"), concurrency - 1)
      assert.deepStrictEqual(
        { inUse: room.bulkhead.inUse, waiting: lane.queue.size },
        { inUse: concurrency - 1, waiting: 4 }
      )
    }).pipe(Effect.provide(live))
    assert.strictEqual(world.wire.largest("submit"), concurrency - 1)
    assert.strictEqual(world.wire.largest("nanobanana"), concurrency)
    assert.isAtMost((yield* world.totals).largestInFlight.nanobanana, concurrency)
  })
