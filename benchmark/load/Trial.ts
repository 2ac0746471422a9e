/**
 * What is asked of a run of the load section, and what it gives.
 */

/** What is asked for. */
export type Kind = "enhancements" | "images"

/** **Units** `scale` is by how much every time is shorter than in truth; `inFlight` calls at once. */
export interface Trial {
  readonly kind: Kind
  readonly scenario: "healthy" | "flaky"
  readonly inFlight: number
  readonly calls: number
  readonly scale: number
}

/** A run is told where the providers are, and where pictures may go. */
export interface RunnerRequest extends Trial {
  readonly baseUrls: { readonly deepseek: string; readonly generic: string }
  readonly directory: string
}

/** **Units** `times` of the calls that ended with a result, sorted, in milliseconds as they were measured. */
export interface RunnerAnswer {
  readonly times: ReadonlyArray<number>
  readonly failures: Readonly<Record<string, number>>
  readonly retriesPerFailed: number
}

/** The latencies of the real providers. **Units** milliseconds. */
export const realLatencies = {
  chat: { from: 2_000, to: 10_000 },
  submit: { from: 500, to: 3_000 },
  status: { from: 100, to: 500 },
  download: { from: 300, to: 2_000 },
  job: { from: 20_000, to: 90_000 }
} as const

/** The time a call may take: what the library gives it by default. **Units** milliseconds. */
export const allowedMillis: Readonly<Record<Kind, number>> = { enhancements: 30_000, images: 180_000 }
