/**
 * The limiters of the adherence section, and how many tiers each is measured with.
 */
import type { OpenLimiter } from "./Limiter.ts"

/** A limiter as the report names it. */
export interface NamedLimiter {
  readonly name: string
  readonly tiers: ReadonlyArray<1 | 2>
  readonly load: () => Promise<OpenLimiter>
}

/** The rows that are ours. */
export const oursNames = ["ours", "ours, accounting: sent"]

const bottleneck = () => import("./limiters/Bottleneck.ts")
const ours = () => import("../ours/Adherence.ts")
const effect = () => import("./limiters/EffectRateLimiter.ts")
const pQueue = () => import("./limiters/PQueue.ts")

/** All limiters. */
export const limiters: ReadonlyArray<NamedLimiter> = [
  { name: "ours", tiers: [1, 2], load: async () => (await ours()).openWith("answered") },
  { name: "ours, accounting: sent", tiers: [1, 2], load: async () => (await ours()).openWith("sent") },
  { name: "Effect fixed-window", tiers: [1, 2], load: async () => (await effect()).openWith("fixed-window") },
  { name: "Effect token-bucket", tiers: [1, 2], load: async () => (await effect()).openWith("token-bucket") },
  { name: "bottleneck minTime", tiers: [1], load: async () => (await bottleneck()).openMinTime },
  { name: "bottleneck reservoir", tiers: [1], load: async () => (await bottleneck()).openReservoir },
  { name: "bottleneck minTime chained to reservoir", tiers: [2], load: async () => (await bottleneck()).openChain },
  { name: "p-queue intervalCap", tiers: [1, 2], load: async () => (await pQueue()).openWith(false) },
  { name: "p-queue intervalCap, strict", tiers: [1, 2], load: async () => (await pQueue()).openWith(true) },
  { name: "limiter", tiers: [1, 2], load: async () => (await import("./limiters/LimiterPackage.ts")).open },
  {
    name: "rate-limiter-flexible queue",
    tiers: [1, 2],
    load: async () => (await import("./limiters/RateLimiterFlexible.ts")).open
  }
]
