/**
 * Builds `Health`: gathers what events show of each provider, and has it decided on when somebody asks.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { HealthReport, HealthTrouble, ProviderHealth } from "../../schemas/Health.ts"
import type { KeyRecord } from "../../schemas/Key.ts"
import { Provider } from "../../schemas/Provider.ts"
import { hasUsableKey, isAccountSet } from "../alerts/ObserveKeys.ts"
import { AuditLog } from "../audit/AuditLog.ts"
import { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { EventFeed } from "../telemetry/EventFeed.ts"
import { Transport } from "../transport/Transport.ts"
import { KeyVault } from "../vault/KeyVault.ts"
import { providerOf } from "../vault/Remedy.ts"
import { decideHealth } from "./DecideHealth.ts"
import { decideReadiness } from "./DecideReadiness.ts"
import { Health } from "./Health.ts"
import { answered, attemptFailed, noEvidence, type ProviderEvidence } from "./ProviderEvidence.ts"

const storeCountsMillis = 60_000
const troubleCountsMillis = 600_000

interface Trouble extends HealthTrouble {
  readonly lastAt: number
}

/** The service; what it listens to ends with the scope, and so does being ready. */
export const make: Effect.Effect<
  Health["Service"],
  never,
  AdmissionControl | AuditLog | DegradedModes | EventFeed | KeyVault | LiveSettings | Scope.Scope | Transport
> = Effect.gen(function* () {
  const control = yield* AdmissionControl
  const audit = yield* AuditLog
  const modes = yield* DegradedModes
  const feed = yield* EventFeed
  const vault = yield* KeyVault
  const liveSettings = yield* LiveSettings
  const { isSimulated } = yield* Transport
  const clock = yield* Clock.Clock
  const begunAt = clock.currentTimeMillisUnsafe()
  const evidence: Record<Provider, ProviderEvidence> = { deepseek: noEvidence, nanobanana: noEvidence }
  const shown = new Map<Provider, ProviderHealth>()
  const troubles = new Map<HealthTrouble["part"], Trouble>()
  let dropped = (yield* audit.statistics).dropped
  let keys: ReadonlyArray<KeyRecord> = yield* vault.keys
  let isEnding = false

  const note = (part: HealthTrouble["part"], problem: string, at: number): void => {
    troubles.set(part, { part, problem, since: troubles.get(part)?.since ?? at, lastAt: at })
  }

  const hear = (event: CallEvent): void => {
    switch (event._tag) {
      case "AttemptSucceeded":
        evidence[event.provider] = answered(evidence[event.provider], event.at)
        return
      case "AttemptFailed":
        if (event.failure.reason._tag === "StorageFailed") note("store", event.failure.reason.problem, event.at)
        evidence[event.provider] = attemptFailed(evidence[event.provider], event.failure.reason, event.at)
        look(event.provider, event.at)
        return
      case "CallFailed":
      case "WaitEnded":
      case "CallRejected":
        if (event.reason._tag === "StorageFailed") note("store", event.reason.problem, event.at)
        return
      case "VaultTrouble":
        note("vault", `${event.doing} failed`, event.at)
        return
      case "CircuitMoved":
        look(providerOf(event.scope), event.at)
        return
      default:
    }
  }

  /** How a provider fares now; from when on is kept while nothing changes. */
  const look = (provider: Provider, now: number): ProviderHealth => {
    const { settings } = liveSettings.latest()
    const monotonic = Math.floor(millisOf(clock))
    const doors = control.doors.filter(
      ({ operation, scope }) => providerOf(scope) === provider && operation !== "probe" && isAccountSet(scope, settings)
    )
    const other = provider === "deepseek" ? "nanobanana" : "deepseek"
    const { reason, status } = decideHealth(
      {
        evidence: evidence[provider],
        circuits: doors.map(({ circuit, operation }) => {
          // An open time that is over ends when somebody looks.
          circuit.standing(monotonic)
          return { isWork: operation === "chat" || operation === "submit", state: circuit.state._tag }
        }),
        hasKey: doors.some(({ scope }) => hasUsableKey(scope, keys)),
        othersAnsweredAt: evidence[other].lastAnswerAt
      },
      now
    )
    const before = shown.get(provider)
    if (before?.status === status && before.reason === reason) return before
    const since = before === undefined && reason === "NotAsked" ? begunAt : now
    const health: ProviderHealth = { provider, status, reason, since }
    shown.set(provider, health)
    return health
  }

  const report = Effect.gen(function* (): Effect.fn.Return<HealthReport> {
    const now = clock.currentTimeMillisUnsafe()
    keys = yield* vault.keys
    const lost = (yield* audit.statistics).dropped
    if (lost > dropped) note("audit", `${lost} rows were lost`, now)
    dropped = lost
    for (const [part, { lastAt }] of troubles) {
      if (now - lastAt > (part === "store" ? storeCountsMillis : troubleCountsMillis)) troubles.delete(part)
    }
    const { settings } = liveSettings.latest()
    const providers = Provider.literals
      .filter((provider) => settings.providers.includes(provider))
      .map((provider) => look(provider, now))
    const notReadyBecause = decideReadiness({
      isEnding,
      hasStoreTrouble: troubles.has("store"),
      providers: providers.map(({ status }) => status)
    })
    return {
      at: now,
      mode: isSimulated ? "simulated" : "live",
      isLive: true,
      isReady: notReadyBecause.length === 0,
      notReadyBecause,
      providers,
      degradedModes: yield* modes.current,
      troubles: [...troubles.values()].map(({ part, problem, since }) => ({ part, problem, since }))
    }
  })

  yield* feed.listen(hear)
  const beginEnding = Effect.sync(() => {
    isEnding = true
  })
  yield* Effect.addFinalizer(() => beginEnding)
  return Health.of({ report, beginEnding })
})
