/**
 * `Pipeline.run` with the audit in a database, as a live program has it: rows of call and attempt, bodies sealed. All other
 * stores stay in memory, as in the rows beside it.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Audit from "../../layers/audit/Audit.ts"
import { Home } from "../../layers/home/Home.ts"
import { layerFromCode } from "../../layers/settings/MemorySettings.ts"
import * as LocalSealer from "../../layers/vault/LocalSealer.ts"
import { AuditLog } from "../../src/audit/AuditLog.ts"
import { Pipeline } from "../../src/pipeline/Pipeline.ts"
import type { ChatAnswer } from "../../src/provider/deepseek/DeepSeek.ts"
import { CallRecorder } from "../../src/telemetry/CallRecorder.ts"
import { fibersOf } from "../speed/EffectLoop.ts"
import type { OpenPeer } from "../speed/SpeedPeer.ts"
import { chatPlan, runtimeOf } from "./EndToEnd.ts"

/** More than are ever waiting: nothing is dropped, so that all of it is paid for. */
const buffer = 1_000_000

const auditIn = (folder: string) =>
  Audit.layer.pipe(
    Layer.provide(LocalSealer.layer),
    Layer.provide(Layer.merge(layerFromCode({ audit: { buffer } }), Layer.succeed(Home, { folder })))
  )

/** The peer. */
export const openAudited =
  (isTraced: boolean): OpenPeer =>
  async (baseUrl) => {
    const folder = mkdtempSync(join(tmpdir(), "ludeng-audit-"))
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
    const { runtime, ...spans } = runtimeOf(baseUrl, isTraced)
    const [pipeline, plan] = await runtime.runPromise(Effect.all([Pipeline, chatPlan]))
    const { record } = await ManagedRuntime.make(auditIn(folder)).runPromise(AuditLog)
    return {
      loop: (workers, meter) =>
        runtime.runPromise(
          Effect.provideService(
            fibersOf(() => pipeline.run<ChatAnswer>(plan), workers, meter),
            CallRecorder,
            record
          )
        ),
      ...spans
    }
  }
