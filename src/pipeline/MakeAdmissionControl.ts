/**
 * Builds `AdmissionControl`: one room for each account, its lanes, their circuits; and keeps them at the settings in
 * force, also while callers wait.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Operation, QuotaScope } from "../../schemas/Provider.ts"
import type { Settings, SettingsVersion } from "../../schemas/Settings.ts"
import { type Circuit, makeCircuit } from "../policy/circuit-breaker/Circuit.ts"
import { defaultCircuitConfig } from "../policy/circuit-breaker/CircuitConfig.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import { makeTimeoutList } from "../policy/deadline/TimeoutList.ts"
import type { AdmissionGate } from "../policy/rate-limit/AdmissionGate.ts"
import { PermitStores } from "../policy/rate-limit/PermitStores.ts"
import { wakingBy } from "../policy/rate-limit/WakingBy.ts"
import { WaitingRoom } from "../policy/rate-limit/WaitingRoom.ts"
import { RetryBudget } from "../policy/retry/RetryBudget.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { CallEvents } from "../telemetry/CallEvents.ts"
import { emit } from "../telemetry/Emit.ts"
import { AdmissionControl, type Door } from "./AdmissionControl.ts"
import { RefusalRow } from "./RefusalRow.ts"
import { bulkheadOptionsOf, laneOptionsOf, operationsOf, quotaOf } from "./LaneSettings.ts"

/** A circuit as the waiting room asks it. */
export const gateOf = (circuit: Circuit, now: () => number): AdmissionGate => ({
  standing: circuit.standing,
  changesAt: (at) => {
    const decision = circuit.admit(at)
    return decision._tag === "Wait" ? (decision.until ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
  },
  enter: (at) => {
    const decision = circuit.admit(at)
    if (decision._tag === "Pass") return decision.ticket
    throw new Error(`a circuit that passes answered ${decision._tag}`)
  },
  leave: (ticket) => circuit.end(ticket, "ignored", undefined, Math.floor(now())),
  refusal: (at) => {
    const decision = circuit.admit(at)
    if (decision._tag !== "Refuse" || decision.retryAfterMillis === undefined) {
      return { reason: decision._tag === "Refuse" ? decision.reason : "CircuitOpen" }
    }
    return { reason: decision.reason, retryAfterMillis: decision.retryAfterMillis }
  }
})

/** Makes the service; its timer and its watch over the settings end with the scope. */
export const make: Effect.Effect<AdmissionControl["Service"], never, LiveSettings | PermitStores | Scope.Scope> =
  Effect.gen(function* () {
    const liveSettings = yield* LiveSettings
    const stores = yield* PermitStores
    const clock = yield* Clock.Clock
    const random = yield* Random.Random
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const observe = yield* CallEvents
    const timeouts = yield* makeTimeoutList
    const now = () => millisOf(clock)
    const first = yield* liveSettings.current

    const openDoor = (room: WaitingRoom, scope: QuotaScope, operation: Operation, settings: Settings): Door => {
      const circuit = makeCircuit({ config: defaultCircuitConfig, chance: () => random.nextDoubleUnsafe() })
      const options = laneOptionsOf(settings, scope, operation)
      const store = stores.storeOf(quotaOf(settings, scope, operation))
      store.configure(options.tiers)
      const lane = room.openLane(options, gateOf(circuit, now), store)
      circuit.onTransition(({ from, reason, to }) => {
        const at = clock.currentTimeMillisUnsafe()
        const told = emit({ _tag: "CircuitMoved", scope, operation, at, from, to, reason })
        // A circuit is moved by a call: its observer hears of it, besides the log.
        runFork(Effect.provideService(told, CallEvents, Fiber.getCurrent()?.getRef(CallEvents) ?? observe))
        room.drain()
      })
      return { scope, operation, room, lane, circuit, retryBudget: new RetryBudget(), refusals: new RefusalRow() }
    }

    const openScope = (scope: QuotaScope, settings: Settings): ReadonlyArray<Door> => {
      const room: WaitingRoom = new WaitingRoom(bulkheadOptionsOf(settings, scope), {
        now,
        wakeAt: wakingBy(timeouts, () => room.drain())
      })
      return operationsOf[scope].map((operation) => openDoor(room, scope, operation, settings))
    }

    const doors = QuotaScope.literals.flatMap((scope) => openScope(scope, first.settings))
    const byName: { readonly [S in QuotaScope]: { [O in Operation]?: Door } } = {
      deepseek: {},
      nanobanana: {},
      "nanobanana-fallback": {}
    }
    for (const door of doors) byName[door.scope][door.operation] = door

    let inForce = first
    const follow = (next: SettingsVersion): void => {
      if (next.version <= inForce.version) return
      inForce = next
      for (const { lane, operation, room, scope } of doors) {
        room.configureBulkhead(bulkheadOptionsOf(next.settings, scope))
        const store = stores.storeOf(quotaOf(next.settings, scope, operation))
        room.configureLane(lane, laneOptionsOf(next.settings, scope, operation), store)
      }
    }
    yield* Effect.forkScoped(Stream.runForEach(liveSettings.changes, (next) => Effect.sync(() => follow(next))))

    return AdmissionControl.of({
      door: (scope, operation) => {
        const door = byName[scope][operation]
        if (door === undefined) throw new Error(`${scope} has no operation ${operation}`)
        return door
      },
      doors,
      timeouts,
      follow
    })
  })
