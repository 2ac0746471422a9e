/**
 * What the doors hold, as gauges: read when somebody asks, so that neither a call nor a timer pays for them.
 */
import type { QuotaScope } from "../../schemas/Provider.ts"
import { CircuitStateName } from "../../schemas/CallEvent.ts"
import type { Door } from "../pipeline/AdmissionControl.ts"
import type { MetricCells } from "./MetricCells.ts"

/**
 * Shows the gauges of all doors. The result is called when the settings have changed: a tier that has come is shown, one
 * that has gone is not.
 */
export const showDoors = (cells: MetricCells, doors: ReadonlyArray<Door>, now: () => number): (() => void) => {
  const scopes = new Set<QuotaScope>()
  for (const door of doors) {
    const { circuit, lane, operation, room, scope } = door
    cells.gauge("ludeng_queue_depth", [scope, operation], () => lane.queue.size)
    cells.gauge("ludeng_requests_in_flight", [scope, operation], () => lane.inFlight)
    for (const state of CircuitStateName.literals) {
      cells.gauge("ludeng_circuit_state", [scope, operation, state], () => (circuit.state._tag === state ? 1 : 0))
    }
    if (scopes.has(scope)) continue
    scopes.add(scope)
    cells.gauge("ludeng_slots_in_use", [scope], () => room.bulkhead.inUse)
    cells.gauge("ludeng_slots_limit", [scope], () => room.bulkhead.concurrencyAt(Math.floor(now())))
  }
  const shownTiers = doors.map(() => new Array<() => void>())
  const follow = () =>
    doors.forEach((door, index) => {
      const shown = shownTiers[index] ?? []
      const wanted = door.lane.options.tiers.length
      for (let tier = shown.length; tier < wanted; tier += 1) shown.push(showTier(cells, door, tier, now))
      for (const remove of shown.splice(wanted)) remove()
    })
  follow()
  return follow
}

const showTier = (cells: MetricCells, { lane, operation, scope }: Door, tier: number, now: () => number) => {
  const labels = [scope, operation, String(tier + 1)]
  const usage = () => lane.store.usage(Math.floor(now()))[tier]
  const removers = [
    cells.gauge("ludeng_limiter_used", labels, () => usage()?.used ?? 0),
    cells.gauge("ludeng_limiter_limit", labels, () => lane.options.tiers[tier]?.limit ?? 0),
    cells.gauge("ludeng_limiter_window_seconds", labels, () => (lane.options.tiers[tier]?.windowMillis ?? 0) / 1_000)
  ]
  return () => {
    for (const remove of removers) remove()
  }
}
