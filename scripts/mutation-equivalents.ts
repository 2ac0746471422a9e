/**
 * Changes that no test can notice, because what they change can not be seen from outside: each with the reason. They are
 * counted neither for nor against, and listed in `docs/mutation.md`. A run fails where one of them is noticed after all,
 * or is no longer there: the list says nothing that is not so.
 */
import { equivalentMutantsOfRateLimit } from "./mutation-equivalents-of-rate-limit.ts"
import { type EquivalentMutant, unseen } from "./mutation-unseen.ts"

/** Every one. */
export const equivalentMutants: ReadonlyArray<EquivalentMutant> = [
  ...unseen(
    "src/policy/circuit-breaker/AdmitCall.ts",
    "An isolated circuit has no `openUntil`: where it falls through to the next case, it is left alone there too.",
    ['case "Isolated":', 'case "Isolated": return state', 'case "Isolated":']
  ),
  ...unseen(
    "src/policy/circuit-breaker/AdmitCall.ts",
    "A closed circuit is answered twice, with the same answer: in the first line, which spares it the rest, and in the switch, for the type checker.",
    [
      'if (before._tag === "Closed") return { state: before, decision: placeless(before) }',
      'before._tag === "Closed"',
      "false"
    ],
    ['if (before._tag === "Closed") return { state: before, decision: placeless(before) }', '"Closed"', '""'],
    ['case "Closed":', 'case "Closed": return { state, decision: placeless(state) }', 'case "Closed":'],
    ['case "Closed":', '"Closed"', '""'],
    ["return { state, decision: placeless(state) }", "{ state, decision: placeless(state) }", "{}"]
  ),
  ...unseen(
    "src/policy/circuit-breaker/DecayedWindow.ts",
    "At an age of nothing nothing fades: `exp(0)` is 1, and the instant is the same.",
    ["const kept = age > 0 ? Math.exp(-age / decayMillis) : 1", "age > 0", "age >= 0"],
    ["at: age > 0 ? now : window.at,", "age > 0", "age >= 0"]
  ),
  ...unseen("src/policy/circuit-breaker/Leases.ts", "Of two leases that end together either is the first.", [
    "for (const { expiresAt } of leases) if (first === undefined || expiresAt < first) first = expiresAt",
    "expiresAt < first",
    "expiresAt <= first"
  ]),
  ...unseen(
    "src/policy/circuit-breaker/OpenTime.ts",
    "Without a hint, and with one of nothing, the hint is nothing: `undefined > 0` does not hold, and the smaller of 0 and an hour is 0.",
    [
      "const hint = hintMillis !== undefined && hintMillis > 0 ? Math.min(hintMillis, longestOpenHintMillis) : 0",
      "hintMillis !== undefined",
      "true"
    ],
    [
      "const hint = hintMillis !== undefined && hintMillis > 0 ? Math.min(hintMillis, longestOpenHintMillis) : 0",
      "hintMillis > 0",
      "hintMillis >= 0"
    ]
  ),
  ...unseen(
    "src/policy/retry/RetryBudget.ts",
    "Where nothing is above the lasting balance, nothing fades: both ways give the balance.",
    ["return fading <= 0", "fading <= 0", "fading < 0"]
  ),
  ...unseen(
    "src/policy/degraded-mode/DecideModes.ts",
    "In a state of no modes none is found: that it is empty is asked first to spare the search.",
    ["const held = state.length === 0 ? undefined : heldMode(state, mode)", "state.length === 0", "false"]
  ),
  ...unseen(
    "src/cache/MemoryCacheStore.ts",
    "In a store of no entries the new one is given up at once, as one too many.",
    [
      "if (!(entry.bytes >= 0 && entry.bytes <= bounds.maximumBytes && bounds.maximumEntries > 0)) return",
      "bounds.maximumEntries > 0",
      "true"
    ],
    [
      "if (!(entry.bytes >= 0 && entry.bytes <= bounds.maximumBytes && bounds.maximumEntries > 0)) return",
      "bounds.maximumEntries > 0",
      "bounds.maximumEntries >= 0"
    ]
  ),
  ...unseen(
    "src/cache/MemoryCacheStore.ts",
    "The entry that was just put in fits, so what is too much is always before it: the list does not end. The type checker asks.",
    ["if (next.done === true) return", "next.done === true", "false"]
  ),
  ...equivalentMutantsOfRateLimit
]
