/**
 * The pure deciders by group, each with the tests that have to notice a change of it: those of its own folder, so that
 * what a decider promises is tested beside it, and not by some far scenario.
 */

/** What is changed, and what has to notice: the tests that are tried first come first. */
export interface MutationGroup {
  readonly name: string
  readonly sources: ReadonlyArray<string>
  readonly tests: ReadonlyArray<string>
}

/** Below this share of noticed changes a group fails the run. **Units** percent. */
export const leastPercent = 90

const within = (folder: string, names: string): ReadonlyArray<string> =>
  names.split(" ").map((name) => `${folder}/${name}.ts`)

/** Every group. */
export const mutationGroups: ReadonlyArray<MutationGroup> = [
  {
    name: "limiter",
    sources: [
      ...within("src/policy/rate-limit", "RateTier WindowLog EndedPermits Forecast PermitWindow MemoryPermitStore"),
      ...within("src/policy/rate-limit", "WaitingQueue WorstWait WaitingRoom Admission Allowance"),
      ...within("src/policy/bulkhead", "Bulkhead")
    ],
    tests: [
      "test/src/policy/bulkhead/**/*.test.ts",
      // All but a day of two hundred thousand requests; the three that take longest come last.
      "test/src/policy/rate-limit/!(DayOfTraffic|Interleavings|RateLimiter|Schedule).test.ts",
      "test/src/policy/rate-limit/{Interleavings,RateLimiter,Schedule}.test.ts"
    ]
  },
  {
    name: "breaker",
    sources: within(
      "src/policy/circuit-breaker",
      "Transition AdmitCall EndCall OpenTime DecayedWindow Leases CircuitConfig CircuitState"
    ),
    tests: ["test/src/policy/circuit-breaker/**/*.test.ts"]
  },
  {
    name: "backoff",
    sources: within("src/policy/retry", "DecideRetry RetrySchedule"),
    tests: ["test/src/policy/retry/DecideRetry.test.ts", "test/src/policy/Retry.test.ts"]
  },
  {
    name: "budget",
    sources: [...within("src/policy/retry", "RetryBudget"), ...within("src/pipeline", "AttemptBudget RefusalRow")],
    tests: [
      "test/src/{policy/retry/DepositAndWithdraw,pipeline/AttemptBudget,pipeline/RefusalRow}.test.ts",
      "test/src/policy/RetryBudget.test.ts"
    ]
  },
  {
    name: "recovery",
    sources: [
      ...within("src/policy/recovery", "Recovery RejectionTable"),
      ...within("src/policy/fallback", "FallbackTable")
    ],
    tests: ["test/src/policy/Recovery.test.ts", "test/src/policy/{recovery,fallback}/**/*.test.ts"]
  },
  {
    name: "degraded modes",
    sources: within("src/policy/degraded-mode", "DecideModes"),
    tests: ["test/src/policy/degraded-mode/**/*.test.ts"]
  },
  {
    name: "cache key",
    sources: within("src/cache", "CacheKey Freshness MemoryCacheStore"),
    tests: ["test/src/cache/{CacheKey,Freshness,MemoryCacheStore}*.test.ts"]
  }
]
