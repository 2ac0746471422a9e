/**
 * What `ludeng audit …` does. The heavy part, loaded only by it. It opens the home, and no provider: reading leaves no row.
 */
import { existsSync } from "node:fs"
import * as path from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Audit from "../../layers/audit/Audit.ts"
import * as AuditDatabase from "../../layers/audit/AuditDatabase.ts"
import * as Home from "../../layers/home/Home.ts"
import * as EnvironmentSettings from "../../layers/settings/EnvironmentSettings.ts"
import * as HomeSealer from "../../layers/vault/HomeSealer.ts"
import * as OpenedVault from "../../layers/vault/OpenedVault.ts"
import type { AuditEntry, ChainPlace } from "../../schemas/Audit.ts"
import { CallId } from "../../schemas/Identifiers.ts"
import { ConfigurationError } from "../../schemas/Settings.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { AuditLog, type AuditQuery } from "../../src/audit/AuditLog.ts"
import { reject } from "../../src/pipeline/Reject.ts"
import { passphraseFor } from "./Call.ts"
import { entryJson, entryLines, explainJson, explainLines, rowLines, verifyJson, verifyLines } from "./AuditReport.ts"
import { UsageFailed } from "./Outcome.ts"
import { Session } from "./Session.ts"
import { readSurroundings } from "./Surroundings.ts"

/** Whoever only looks makes no call. */
const noCall = CallId.make("none")

/** The exit code of a chain that is not whole. */
const brokenCode = 6

/** Runs over the audit of the home: that of simulated runs where the settings simulate, and nothing live was written. */
const overAudit = Effect.fnUntraced(function* <E>(
  body: (audit: AuditLog["Service"]) => Effect.Effect<void, E, Session>
) {
  const run = yield* Session
  const { loaded, mode, problems } = yield* readSurroundings([])
  if (problems.length > 0) return yield* new ConfigurationError({ problems })
  if (loaded.settings.store === "memory") {
    return yield* new UsageFailed({ message: "LUDENG_STORE is memory: no audit outlives the program that writes it" })
  }
  // Whoever has no key any more may have had one: what was written then is looked at first.
  const wasLive = existsSync(path.join(loaded.settings.home, AuditDatabase.auditFile))
  const isLive = mode._tag === "Live" || (mode._tag === "Simulated" && mode.because === "noKeys" && wasLive)
  if (!isLive) run.screen.line("This is the audit of simulated runs.")
  const hasVault = isLive && existsSync(OpenedVault.vaultFileOf(loaded.settings))
  const code = hasVault ? yield* passphraseFor(loaded.settings, run.input) : {}
  const home = isLive
    ? Layer.merge(Home.layer, OpenedVault.layer)
    : Layer.merge(Home.layerSimulated, OpenedVault.layerNone)
  const layer = Audit.layer.pipe(
    Layer.provide(HomeSealer.layer),
    Layer.provide(home),
    Layer.provide(EnvironmentSettings.layerFromEnvironment({ code }))
  )
  yield* Effect.provide(AuditLog.use(body), layer)
})

const refused = <A>(read: Effect.Effect<A, typeof StorageFailed.Type>) =>
  Effect.mapError(read, (reason) => reject(reason, noCall))

/** Prints the object or the lines. */
const print = Effect.fnUntraced(function* (json: object, lines: ReadonlyArray<string>) {
  const run = yield* Session
  run.screen.result(run.isJson ? JSON.stringify(json) : lines.join("\n"))
})

/** Which rows are listed. **Units** `ageMillis` milliseconds back from now. */
export interface ListWish extends Omit<AuditQuery, "since"> {
  readonly callId?: string
  readonly since?: { readonly at: number } | { readonly ageMillis: number }
}

/** `audit list`: the newest first; those of one call in order. */
export const listAudit = ({ callId, since, ...query }: ListWish) =>
  overAudit((audit) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const from = since === undefined ? {} : { since: "at" in since ? since.at : now - since.ageMillis }
      const entries = yield* refused(callId === undefined ? audit.list({ ...query, ...from }) : audit.ofCall(callId))
      yield* print({ rows: entries.map(entryJson) }, rowLines(entries))
    })
  )

/** `audit show ROW`, with its bodies opened. */
export const showAudit = (sequence: number) =>
  overAudit((audit) =>
    Effect.gen(function* () {
      const entry = yield* refused(audit.get(sequence))
      if (entry === undefined) return yield* new UsageFailed({ message: `there is no row ${sequence}` })
      const bodies = yield* refused(audit.bodies(entry))
      yield* print({ ...entryJson(entry), kept: bodies ?? null }, entryLines(entry, bodies))
    })
  )

/** `audit explain CALL`; without one, the newest call. */
export const explainAudit = (wanted: string | undefined) =>
  overAudit((audit) =>
    Effect.gen(function* () {
      const callId = wanted ?? newestCall(yield* refused(audit.list({ limit: 1_000 })))
      const entries = callId === undefined ? [] : yield* refused(audit.ofCall(callId))
      if (callId === undefined || entries.length === 0) {
        return yield* new UsageFailed({
          message: wanted === undefined ? "there is no call yet" : `there is no call ${wanted}: see ludeng audit list`
        })
      }
      yield* print(explainJson(callId, entries), explainLines(callId, entries))
    })
  )

const newestCall = (entries: ReadonlyArray<AuditEntry>): string | undefined =>
  entries.find(({ row }) => row.callId !== undefined)?.row.callId

/** `audit verify`: the exit code is 6 where the chain is not whole. */
export const verifyAudit = (noted: ChainPlace | undefined) =>
  overAudit((audit) =>
    Effect.gen(function* () {
      const report = yield* refused(audit.verify(noted))
      yield* print(verifyJson(report), verifyLines(report))
      if (report.findings.length > 0) (yield* Session).exitCode = brokenCode
    })
  )
