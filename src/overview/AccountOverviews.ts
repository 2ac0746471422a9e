/**
 * The doors as the overview shows them: circuits, limits, queues, slots. Looking takes no place and moves nothing, but that
 * a circuit whose open time is over is seen to be so. Pure but for that.
 */
import type { AccountOverview, CircuitOverview, OperationOverview } from "../../schemas/Overview.ts"
import { QuotaScope } from "../../schemas/Provider.ts"
import type { Settings } from "../../schemas/Settings.ts"
import type { Door } from "../pipeline/AdmissionControl.ts"
import { fallbackSettingsOf } from "../settings/FallbackSettings.ts"
import type { Traffic } from "./Traffic.ts"

/** The two clocks, read in one step. **Units** milliseconds: of the monotonic clock, and since 1970. */
export interface Instants {
  readonly monotonic: number
  readonly wall: number
}

/** An instant of the monotonic clock, as one since 1970. */
const wallOf = (at: number, { monotonic, wall }: Instants): number => Math.ceil(wall + at - monotonic)

const circuitOf = ({ circuit }: Door, since: number | undefined, instants: Instants): CircuitOverview => {
  circuit.standing(Math.floor(instants.monotonic))
  const { state } = circuit
  return {
    state: state._tag,
    since: since ?? null,
    until: state._tag === "Open" ? wallOf(state.openUntil, instants) : null
  }
}

const operationOf = (
  door: Door,
  since: number | undefined,
  traffic: Traffic,
  instants: Instants
): OperationOverview => {
  const { lane, operation, scope } = door
  const now = Math.floor(instants.monotonic)
  const { queue } = lane
  const heldUntil = lane.heldUntil(now)
  return {
    operation,
    circuit: circuitOf(door, since, instants),
    tiers: lane.store.usage(now).map(({ freesAt, limit, used, windowMillis }) => ({
      limit,
      windowMillis,
      used,
      freesAt: freesAt === undefined ? null : wallOf(freesAt, instants)
    })),
    queue: {
      high: queue.sizeOf(0),
      normal: queue.sizeOf(1),
      low: queue.sizeOf(2),
      limit: lane.options.queueLimit,
      oldestWaitMillis: Math.max(0, Math.round(now - (queue.oldestEnqueuedAt ?? now)))
    },
    inFlight: lane.inFlight,
    pausedUntil: heldUntil > now ? wallOf(heldUntil, instants) : null,
    lastMinute: traffic.lastMinute(scope === "deepseek" ? "deepseek" : "nanobanana", operation, instants.wall)
  }
}

/** The accounts that are set up, each with its operations. `movedAt` is when a door's circuit last moved. */
export const accountOverviews = (
  doors: ReadonlyArray<Door>,
  settings: Settings,
  movedAt: (door: Door) => number | undefined,
  traffic: Traffic,
  instants: Instants
): ReadonlyArray<AccountOverview> =>
  QuotaScope.literals.flatMap((account) => {
    if (account === "nanobanana-fallback" && fallbackSettingsOf(settings.nanobanana) === undefined) return []
    const own = doors.filter(({ scope }) => scope === account)
    const room = own[0]?.room
    if (room === undefined) return []
    return [
      {
        account,
        slotsInUse: room.bulkhead.inUse,
        slots: room.bulkhead.concurrencyAt(Math.floor(instants.monotonic)),
        operations: own.map((door) => operationOf(door, movedAt(door), traffic, instants))
      }
    ]
  })
