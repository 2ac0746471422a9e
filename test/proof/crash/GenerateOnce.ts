/**
 * A program that makes one picture, and dies at one of its steps: `node GenerateOnce.ts PLAN`, the plan as JSON.
 */
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import { IdempotencyKey } from "../../../schemas/Identifiers.ts"
import { type KillPlan, killAtStep } from "./KillAtStep.ts"

/** What to make over which settings, and where to die. */
export interface GeneratePlan extends KillPlan {
  readonly settings: SettingsDocument
  readonly prompt: string
  readonly key: string
}

const plan = JSON.parse(process.argv[2] ?? "") as GeneratePlan
await killAtStep(plan)
const Live = await import("../../../layers/Live.ts")
const { ImageGenerator } = await import("../../../src/image/ImageGenerator.ts")
const parameters = { width: 64, height: 64, quality: "low" } as const
const { image } = await ImageGenerator.use((it) =>
  it.generate({ prompt: plan.prompt, parameters }, { idempotencyKey: IdempotencyKey.make(plan.key) })
).pipe(
  Effect.provide(Live.layerWith(plan.settings)),
  Effect.provideService(References.MinimumLogLevel, "Warn"),
  Effect.runPromise
)
process.stdout.write(`${image.path}\n`)
