/**
 * Handles what concerns the program itself: settings, circuits, keys, audit. Only for the scope `operate`; of the audit, whoever
 * operates reads what he did and what is of the program, not what other owners did.
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../schemas/http-face/Api.ts"
import { CurrentBearer } from "../../schemas/http-face/Middleware.ts"
import { ConfigurationError } from "../../schemas/ConfigurationError.ts"
import type { Operation, QuotaScope } from "../../schemas/Provider.ts"
import type { SettingsPatch } from "../../schemas/SettingsChange.ts"
import { AuditLog } from "../../src/audit/AuditLog.ts"
import { explain, sumOf } from "../../src/audit/Explain.ts"
import { mayRead } from "../../src/audit/ReadableRows.ts"
import { circuitViewOf } from "../../src/http-face/CircuitViewOf.ts"
import { localProblems } from "../../src/http-face/LocalSettings.ts"
import { refusalOf, refuse, refuseSettings } from "../../src/http-face/Refuse.ts"
import { readObject } from "../../src/http-face/ReadRequest.ts"
import { AdmissionControl, type Door } from "../../src/pipeline/AdmissionControl.ts"
import { monotonicMillis } from "../../src/policy/deadline/Deadline.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { KeyVault } from "../../src/vault/KeyVault.ts"

interface CircuitName {
  readonly scope: QuotaScope
  readonly operation: Operation
}

/** The handlers. */
export const layer = HttpApiBuilder.group(
  Api,
  "admin",
  Effect.fnUntraced(function* (handlers) {
    const settings = yield* LiveSettings
    const control = yield* AdmissionControl
    const vault = yield* KeyVault
    const audit = yield* AuditLog

    const settingsView = Effect.gen(function* () {
      const { version } = yield* settings.current
      return { version, settings: yield* settings.report }
    })

    const change = ({ operation, scope }: CircuitName, act: (door: Door, now: number) => void) =>
      Effect.gen(function* () {
        const door = control.doors.find((it) => it.scope === scope && it.operation === operation)
        if (door === undefined) return yield* refuse("RouteNotFound", `${scope} has no circuit of ${operation}`)
        const now = Math.floor(yield* monotonicMillis)
        act(door, now)
        return circuitViewOf(door, now)
      })

    return handlers
      .handle("settings", () => settingsView)
      .handleRaw("changeSettings", ({ request }) =>
        Effect.gen(function* () {
          // The settings check every field themselves, and name what is wrong.
          const patch = (yield* readObject(request)) as SettingsPatch
          const elsewhere = localProblems(patch)
          if (elsewhere.length > 0) return yield* refuseSettings(new ConfigurationError({ problems: [...elsewhere] }))
          yield* Effect.catch(settings.save(patch), refuseSettings)
          return yield* settingsView
        })
      )
      .handle("circuits", () =>
        Effect.map(monotonicMillis, (now) => control.doors.map((door) => circuitViewOf(door, now)))
      )
      .handle("isolateCircuit", ({ params }) => change(params, ({ circuit }, now) => circuit.isolate(now)))
      .handle("resetCircuit", ({ params }) => change(params, ({ circuit }, now) => circuit.reset(now)))
      .handle("observeCircuit", ({ params, payload: { observeOnly } }) =>
        change(params, ({ circuit }) => circuit.configure({ ...circuit.config, observeOnly }))
      )
      .handle("keys", () =>
        Effect.map(vault.keys, (keys) => keys.map(({ id, scope, source, state }) => ({ id, scope, source, state })))
      )
      .handle("audit", ({ query }) =>
        Effect.flatMap(CurrentBearer, ({ owner }) => refusalOf(audit.list({ ...query, readableBy: owner })))
      )
      .handle("explain", ({ params: { callId } }) =>
        Effect.gen(function* () {
          const { owner } = yield* CurrentBearer
          const ofCall = yield* refusalOf(audit.ofCall(callId))
          const entries = ofCall.filter(({ row }) => mayRead(row, owner))
          if (entries.length === 0) return yield* refuse("CallNotFound", "the audit knows no such call")
          return { callId, decisions: explain(entries), ...sumOf(entries) }
        })
      )
      .handle("verify", () =>
        Effect.map(refusalOf(audit.verify()), ({ end, ...report }) => ({
          ...report,
          isWhole: report.findings.length === 0,
          ...(end === undefined ? {} : { end })
        }))
      )
  })
)
