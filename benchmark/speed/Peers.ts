/**
 * The peers of the speed section, in the order in which they are measured: ours stands next to the limit it is compared
 * with. Each is loaded only in the process that measures it.
 */
import type { OpenPeer } from "./SpeedPeer.ts"

/** A peer as the report names it. */
export interface SpeedPeer {
  readonly name: string
  readonly load: () => Promise<OpenPeer>
}

/** The name of the reference: the ratios are to it. */
export const limitName = "undici Pool.request + JSON.parse (the limit)"

/** The rows that are ours. */
export const oursName = {
  enhanceTraced: "ours: enhance, one span",
  enhance: "ours: enhance, no tracer",
  pipelineTraced: "ours: Pipeline.run, one span",
  pipeline: "ours: Pipeline.run, no tracer",
  pipelineAuditedTraced: "ours: Pipeline.run, one span, audit on disk",
  pipelineAudited: "ours: Pipeline.run, no tracer, audit on disk"
} as const

/** All peers. */
export const speedPeers: ReadonlyArray<SpeedPeer> = [
  { name: limitName, load: async () => (await import("./peers/UndiciRequest.ts")).open },
  { name: oursName.pipelineTraced, load: async () => (await import("../ours/EndToEnd.ts")).openPipeline(true) },
  { name: oursName.pipeline, load: async () => (await import("../ours/EndToEnd.ts")).openPipeline(false) },
  {
    name: oursName.pipelineAuditedTraced,
    load: async () => (await import("../ours/Audited.ts")).openAudited(true)
  },
  { name: oursName.pipelineAudited, load: async () => (await import("../ours/Audited.ts")).openAudited(false) },
  { name: oursName.enhanceTraced, load: async () => (await import("../ours/EndToEnd.ts")).openEnhance(true) },
  { name: oursName.enhance, load: async () => (await import("../ours/EndToEnd.ts")).openEnhance(false) },
  { name: "cockatiel + undici", load: async () => (await import("./peers/CockatielUndici.ts")).open },
  {
    name: "Effect HttpClient, built-in policies",
    load: async () => (await import("./peers/EffectHttpClient.ts")).open
  },
  { name: "fetch", load: async () => (await import("./peers/Fetch.ts")).open },
  { name: "openai", load: async () => (await import("./peers/OpenAiSdk.ts")).open },
  { name: "ai + @ai-sdk/deepseek", load: async () => (await import("./peers/AiSdk.ts")).open },
  { name: "the axios stack", load: async () => (await import("./peers/AxiosStack.ts")).open }
]
