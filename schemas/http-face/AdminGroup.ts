/**
 * `/admin`: the program itself, for whoever operates it. No key and no secret stands in any of it.
 */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { AuditFinding, AuditRow, ChainPlace } from "../Audit.ts"
import { CircuitStateName } from "../CallEvent.ts"
import { CallId, Owner } from "../Identifiers.ts"
import { KeyId, KeySource, KeyState } from "../Key.ts"
import { Operation, QuotaScope } from "../Provider.ts"
import { SettingLine } from "../SettingsChange.ts"
import { Authorization, MayOperate } from "./Middleware.ts"
import { pageLimit } from "./Page.ts"

/** Every setting with its value and where it comes from. */
export const SettingsView = Schema.Struct({ version: Schema.Int, settings: Schema.Array(SettingLine) })
export interface SettingsView extends Schema.Schema.Type<typeof SettingsView> {}

/** A circuit as it stands. **Units** `retryInMillis` until an open one lets probes pass. */
export const CircuitView = Schema.Struct({
  scope: QuotaScope,
  operation: Operation,
  state: CircuitStateName,
  because: Schema.optionalKey(Schema.String),
  retryInMillis: Schema.optionalKey(Schema.Int),
  isObserveOnly: Schema.Boolean
})
export interface CircuitView extends Schema.Schema.Type<typeof CircuitView> {}

/** A key by its name: how it stands, and nothing of its text. */
export const KeyView = Schema.Struct({ id: KeyId, scope: QuotaScope, source: KeySource, state: KeyState })
export interface KeyView extends Schema.Schema.Type<typeof KeyView> {}

/** A row of the audit and its place in the chain. */
export const AuditEntryView = Schema.Struct({ sequence: Schema.Int, row: AuditRow })

/** Why a call went as it went. **Units** milliseconds, micro-dollars. */
export const ExplanationView = Schema.Struct({
  callId: CallId,
  decisions: Schema.Array(
    Schema.Struct({ sequence: Schema.Int, at: Schema.Int, afterMillis: Schema.Finite, text: Schema.String })
  ),
  attempts: Schema.Int,
  retries: Schema.Int,
  waitMillis: Schema.Finite,
  costUsdMicros: Schema.NullOr(Schema.Int)
})
export interface ExplanationView extends Schema.Schema.Type<typeof ExplanationView> {}

/** What a walk over the whole chain found. */
export const VerificationView = Schema.Struct({
  isWhole: Schema.Boolean,
  rows: Schema.Int,
  removed: Schema.Int,
  findings: Schema.Array(AuditFinding),
  furtherFindings: Schema.Int,
  end: Schema.optionalKey(ChainPlace)
})
export interface VerificationView extends Schema.Schema.Type<typeof VerificationView> {}

const circuit = { scope: QuotaScope, operation: Operation }
const circuitPath = "/admin/circuits/:scope/:operation"

/** Whether a circuit only looks on: `true` lets every call pass, while all else goes on as it would. */
export const ObservePayload = Schema.Struct({ observeOnly: Schema.Boolean })

/** The group. */
export const adminGroup = HttpApiGroup.make("admin")
  .add(
    HttpApiEndpoint.get("settings", "/admin/settings", { success: SettingsView }).annotate(
      OpenApi.Summary,
      "Every setting with its source, without secrets"
    ),
    HttpApiEndpoint.patch("changeSettings", "/admin/settings", {
      payload: Schema.Record(Schema.String, Schema.Json),
      success: SettingsView
    }).annotate(OpenApi.Summary, "Change the settings file by a merge patch, whole or not at all"),
    HttpApiEndpoint.get("circuits", "/admin/circuits", { success: Schema.Array(CircuitView) }).annotate(
      OpenApi.Summary,
      "Every circuit"
    ),
    HttpApiEndpoint.post("isolateCircuit", `${circuitPath}/isolate`, {
      params: circuit,
      success: CircuitView
    }).annotate(OpenApi.Summary, "Take an operation out of service"),
    HttpApiEndpoint.post("resetCircuit", `${circuitPath}/reset`, { params: circuit, success: CircuitView }).annotate(
      OpenApi.Summary,
      "Close a circuit and forget what it has counted"
    ),
    HttpApiEndpoint.post("observeCircuit", `${circuitPath}/observe`, {
      params: circuit,
      payload: ObservePayload,
      success: CircuitView
    }).annotate(OpenApi.Summary, "Let a circuit look on only, or act again"),
    HttpApiEndpoint.get("keys", "/admin/keys", { success: Schema.Array(KeyView) }).annotate(
      OpenApi.Summary,
      "The keys by name and state"
    ),
    HttpApiEndpoint.get("audit", "/admin/audit", {
      query: {
        limit: pageLimit,
        before: Schema.optionalKey(Schema.Int),
        since: Schema.optionalKey(Schema.Int),
        kind: Schema.optionalKey(Schema.String),
        owner: Schema.optionalKey(Owner)
      },
      success: Schema.Array(AuditEntryView)
    }).annotate(OpenApi.Summary, "Rows of the audit, his own and those of the program, the newest first"),
    HttpApiEndpoint.get("explain", "/admin/audit/calls/:callId", {
      params: { callId: CallId },
      success: ExplanationView
    }).annotate(OpenApi.Summary, "Why a call went as it went"),
    HttpApiEndpoint.get("verify", "/admin/audit/verification", { success: VerificationView }).annotate(
      OpenApi.Summary,
      "Whether the audit is whole"
    )
  )
  .middleware(MayOperate)
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Admin", description: "Settings, circuits, keys and audit" }))
