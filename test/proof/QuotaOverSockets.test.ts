import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { RateLimit } from "../../schemas/RateLimit.ts"
import { AdmissionControl } from "../../src/pipeline/AdmissionControl.ts"
import { monotonicMillis } from "../../src/policy/deadline/Deadline.ts"
import { CallEvents } from "../../src/telemetry/CallEvents.ts"
import { callersWhoLeaveAtOnce, mixedTraffic, type Phase, type Traffic } from "./MixedTraffic.ts"
import { enforced, enhanceAtOnce, measureQuota, type QuotaRun } from "./QuotaTraffic.ts"
import { fullestWindowOf, startWorld } from "./SocketWorld.ts"

const longestWayMillis = 300
const randomWays = { there: { from: 0, to: longestWayMillis }, back: { from: 0, to: longestWayMillis } }

const one: ReadonlyArray<RateLimit> = [{ requests: 40, window: 1 }]
const two: ReadonlyArray<RateLimit> = [
  { requests: 10, window: 1 },
  { requests: 25, window: 3 }
]
const requestsOf = (limits: ReadonlyArray<RateLimit>) => limits.map(({ requests }) => requests)

type Measured = Effect.Success<ReturnType<typeof measureQuota>>

/** Checks each run; of the speed the better of two, for the machine may be busy with something else for a while. */
const expectSpeed = (run: QuotaRun, check: (measured: Measured) => void, least = 0.97) =>
  Effect.gen(function* () {
    const measure = Effect.tap(measureQuota(run), (measured) =>
      Effect.sync(() => {
        check(measured)
        assert.isAtMost(measured.speed, 1)
      })
    )
    const { speed } = yield* measure
    assert.isAtLeast(speed >= least ? speed : (yield* measure).speed, least)
  })

const phases: ReadonlyArray<Phase> = [
  {
    limits: [
      { requests: 20, window: 1 },
      { requests: 45, window: 3 }
    ],
    lasts: Duration.seconds(4)
  },
  {
    limits: [
      { requests: 6, window: 1 },
      { requests: 12, window: 3 }
    ],
    lasts: Duration.seconds(8)
  },
  {
    limits: [
      { requests: 30, window: 1 },
      { requests: 60, window: 3 }
    ],
    lasts: Duration.seconds(4)
  }
]

/** What a change of the settings may take to be in force, and two processes to agree on what time it is. */
const slackMillis = 250

/** The most that a window may hold: the highest limit that was in force when one of its requests can have been sent. */
const allowedIn = ({ begunAt }: Traffic, tier: number, from: number, windowMillis: number): number =>
  Math.max(
    ...phases.map(({ limits }, index) => {
      const begins = begunAt[index] ?? Number.POSITIVE_INFINITY
      const ends = begunAt[index + 1] ?? Number.POSITIVE_INFINITY
      const isPossible = begins < from + windowMillis && ends + longestWayMillis + slackMillis > from
      return isPossible ? (limits[tier]?.requests ?? 0) : 0
    })
  )

describe.concurrent("a quota over real sockets", () => {
  for (const [name, limits, count] of [
    ["one tier", one, 480],
    ["two tiers", two, 150]
  ] as const) {
    it.live(`holds in every window at the provider, whatever the way takes, and is used to its bound: ${name}`, () =>
      expectSpeed({ limits, accounting: "answered", script: { transit: randomWays }, count }, ({ atProvider }) =>
        assert.deepStrictEqual(atProvider, requestsOf(limits))
      )
    )

    it.live(`holds in every window at the provider, with permits in a file, and is used to its bound: ${name}`, () =>
      expectSpeed(
        { limits, accounting: "answered", script: { transit: randomWays }, count, store: "sqlite" },
        ({ atProvider }) =>
          limits.forEach(({ requests }, tier) => {
            assert.isAtMost(atProvider[tier] ?? 0, requests)
            assert.isAtLeast(atProvider[tier] ?? 0, requests - 2)
          }),
        // Forty grants at once wait for the disk forty times.
        0.85
      )
    )

    it.live(
      `holds in every window where it is sent, and is used to the legal speed, counted from sending: ${name}`,
      () =>
        expectSpeed({ limits, accounting: "sent", script: {}, count }, ({ atClient }) =>
          assert.deepStrictEqual(atClient, requestsOf(limits))
        )
    )
  }

  it.live("would break at the provider if it counted from sending and the ways differ", () =>
    Effect.gen(function* () {
      const run = { limits: one, accounting: "sent", script: { transit: randomWays }, count: 240 } as const
      const { atClient, atProvider } = yield* measureQuota(run)
      assert.deepStrictEqual(atClient, [40])
      assert.isAbove(atProvider[0] ?? 0, 40)
    })
  )

  it.live("counts a request as long as it may still arrive after its caller has left", () =>
    Effect.gen(function* () {
      const world = yield* startWorld
      yield* world.play({ latency: 0, transit: { there: { from: 100, to: 900 } } })
      const live = world.live({ deepseek: { rateLimit: { requests: 5, window: 1 }, concurrency: 100 } })
      yield* Effect.provide(callersWhoLeaveAtOnce(20), live)
      yield* Effect.sleep("1 second")
      assert.strictEqual((yield* world.instants("chat")).length, 20)
      assert.isTrue(world.wire.requests.every(({ firstByteAt }) => firstByteAt === undefined))
      assert.isAtMost(yield* world.fullestWindow("chat", 1_000), 5)
    })
  )

  it.live("holds while callers leave, attempts are cut, connections are lost and the limits change", () =>
    Effect.gen(function* () {
      const world = yield* startWorld
      yield* world.play({
        latency: 0,
        transit: randomWays,
        faults: [
          { fault: "reset", operation: "chat", rate: 0.05 },
          { fault: "server-error", operation: "chat", rate: 0.05 }
        ]
      })
      const live = world.live({
        deepseek: {
          rateLimit: phases[0]?.limits ?? [],
          concurrency: 100,
          attemptTimeout: { chat: 450 },
          backoffBase: 20,
          backoffCap: 100
        }
      })
      const events: Array<CallEvent> = []
      const { doors, traffic } = yield* Effect.gen(function* () {
        const traffic = yield* mixedTraffic(phases, Duration.millis(40))
        const door = (yield* AdmissionControl).door("deepseek", "chat")
        const { inUse } = door.room.bulkhead
        // Whoever was cut may be counted for two seconds more, and is in the longest window for three.
        yield* Effect.sleep("5200 millis")
        const left = door.lane.store.usage(Math.floor(yield* monotonicMillis)).map(({ used }) => used)
        return { traffic, doors: { inUse, waiting: door.lane.queue.size, left } }
      }).pipe(
        Effect.provide(live),
        Effect.provideService(CallEvents, (event) => {
          events.push(event)
        })
      )
      assert.deepStrictEqual(doors, { inUse: 0, waiting: 0, left: [0, 0] })

      const [first] = yield* world.entries
      const origin = (first?.at ?? 0) - (first?.countedAt ?? 0)
      const counted = (yield* world.instants("chat")).map((instant) => origin + instant)
      for (const tier of [0, 1]) {
        const windowMillis = tier === 0 ? 1_000 : 3_000
        let atTheLowest = 0
        for (const from of counted) {
          const count = counted.filter((it) => it >= from && it < from + windowMillis).length
          const allowed = allowedIn(traffic, tier, from, windowMillis)
          assert.isAtMost(count, allowed)
          if (allowed === phases[1]?.limits[tier]?.requests) atTheLowest = Math.max(atTheLowest, count)
        }
        assert.isAtLeast(atTheLowest, (phases[1]?.limits[tier]?.requests ?? 0) / 2)
        assert.isAbove(fullestWindowOf(counted, windowMillis), phases[1]?.limits[tier]?.requests ?? 0)
      }

      const failures = events.flatMap((event) => (event._tag === "AttemptFailed" ? [event.failure.reason._tag] : []))
      assert.includeMembers(failures, ["TimedOut", "ConnectionLost", "ServerFailed"])
      assert.isAtLeast(traffic.left, 40)
      assert.isAtLeast(traffic.succeeded, 40)
      const cut = world.wire.requests.filter(({ isWhole }) => !isWhole).length
      // More than failed: the others were cut by callers who left.
      assert.isAbove(cut, failures.filter((it) => it !== "ServerFailed").length)
    })
  )

  for (const [name, retryAfter] of [
    ["says when to come back", 1],
    ["says nothing", undefined]
  ] as const) {
    it.live(`is never refused by a provider that enforces the same, and ${name}`, () =>
      Effect.gen(function* () {
        const limit = { requests: 8, window: 1 }
        const script = { transit: randomWays, limits: [enforced(limit, retryAfter)] }
        const { atProvider } = yield* measureQuota({ limits: [limit], accounting: "answered", script, count: 40 })
        assert.deepStrictEqual(atProvider, [8])
      })
    )

    it.live(
      `that is set too high closes the door at each 429 for a while, and all calls succeed, when the provider ${name}`,
      () =>
        Effect.gen(function* () {
          const world = yield* startWorld
          yield* world.play({
            latency: 0,
            transit: { there: { from: 0, to: 100 }, back: { from: 0, to: 100 } },
            limits: [enforced({ requests: 8, window: 1 }, retryAfter)]
          })
          const pauses: Array<{ readonly from: number; readonly to: number }> = []
          const live = world.live({
            deepseek: { rateLimit: { requests: 10, window: 1 }, concurrency: 100, retryLimit: 5 }
          })
          const enhanced = yield* enhanceAtOnce(50, Duration.seconds(30)).pipe(
            Effect.provide(live),
            Effect.provideService(CallEvents, (event) => {
              if (event._tag !== "RoomPaused") return
              const from = performance.now()
              pauses.push({ from, to: from + Duration.toMillis(event.pause) })
            })
          )
          const { overLimit, requests } = yield* world.totals
          assert.isAbove(overLimit, 0)
          assert.strictEqual(requests, 50 + overLimit)
          assert.strictEqual(Math.max(...enhanced.map(({ attempts }) => attempts)) > 1, true)
          assert.isAbove(pauses.length, 0)
          assert.isAtMost(pauses.length, overLimit)
          if (retryAfter !== undefined)
            assert.isTrue(pauses.every(({ from, to }) => to - from >= retryAfter * 1_000 - 1))
          // Who was let in before may still be connecting; and the pause began a moment before it was told.
          const sentInPauses = world.wire.requests.filter(({ sentAt }) =>
            pauses.some(({ from, to }) => sentAt > from + 50 && sentAt < to - 20)
          )
          assert.deepStrictEqual(sentInPauses, [])
        })
    )
  }
})
