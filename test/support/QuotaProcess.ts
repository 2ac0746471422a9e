/**
 * Enhancements from a process of its own, over a home that it shares with others: one line of output for each answer.
 * Run by itself it is that process.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import * as Live from "../../layers/Live.ts"
import type { RateLimit } from "../../schemas/RateLimit.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"

/** **Units** `concurrency` in enhancements at once, `count` in all. */
export interface QuotaWork {
  readonly name: string
  readonly baseURL: string
  readonly home: string
  readonly limits: ReadonlyArray<RateLimit>
  readonly count: number
  readonly concurrency: number
}

export interface QuotaProcess {
  /** Answers so far. */
  readonly answers: () => number
  /** When so many have come, or the process has ended. */
  readonly answered: (count: number) => Promise<void>
  readonly kill: () => Promise<void>
  /** How it ended. */
  readonly ended: Promise<number | null>
}

/** **Units** `wallShiftMillis`: by how much its wall clock is wrong. */
export const startQuotaProcess = (work: QuotaWork, wallShiftMillis = 0): QuotaProcess => {
  const shifted = `const now = Date.now; Date.now = () => now() + ${wallShiftMillis}`
  const child = spawn(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(shifted)}`, import.meta.filename, JSON.stringify(work)],
    { stdio: ["ignore", "pipe", "inherit"], env: { PATH: process.env["PATH"] ?? "" } }
  )
  let answers = 0
  const waiting: Array<{ readonly count: number; readonly resolve: () => void }> = []
  const tell = (upTo: number) => {
    for (const it of waiting.filter(({ count }) => count <= upTo)) it.resolve()
  }
  createInterface({ input: child.stdout }).on("line", () => tell((answers += 1)))
  const ended = once(child, "close").then(([code]) => {
    tell(Number.POSITIVE_INFINITY)
    return code as number | null
  })
  return {
    answers: () => answers,
    answered: (count) =>
      answers >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    kill: async () => {
      child.kill("SIGKILL")
      await ended
    },
    ended
  }
}

const work = ({ baseURL, concurrency, count, home, limits, name }: QuotaWork) => {
  const live = Live.layerWith({
    deepseek: { apiKey: "sk-simulated", baseURL, rateLimit: limits, concurrency: 100 },
    providers: ["deepseek"],
    home,
    store: "sqlite"
  })
  const ask = (index: number) =>
    PromptEnhancer.use((it) =>
      it.enhance({ prompt: `fox ${name} ${index}` }, { cache: "bypass", deadline: Duration.minutes(2) })
    )
  return Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    (index) =>
      Effect.andThen(
        ask(index),
        Effect.sync(() => process.stdout.write("answered\n"))
      ),
    { concurrency, discard: true }
  ).pipe(Effect.provide(live), Effect.provideService(References.MinimumLogLevel, "Warn"))
}

if (import.meta.main) await Effect.runPromise(work(JSON.parse(process.argv[2] ?? "{}") as QuotaWork))
