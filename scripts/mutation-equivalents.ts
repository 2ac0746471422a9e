/**
 * Changes that no test can notice, because what they change can not be seen from outside: each with the reason. They are
 * counted neither for nor against, and listed in `docs/mutation.md`. A run fails where one of them is noticed after all,
 * or is no longer there: the list says nothing that is not so.
 */

/**
 * A change by the text of the line it begins in, the text that is replaced, and the text it is replaced by; white space
 * counts as one blank each.
 */
export interface EquivalentMutant {
  readonly file: string
  readonly line: string
  readonly from: string
  readonly to: string
  readonly reason: string
}

/** Changes of one file that can not be seen for one reason: the line, what stood there, what replaced it. */
const unseen = (
  file: string,
  reason: string,
  ...changes: ReadonlyArray<readonly [line: string, from: string, to: string]>
): ReadonlyArray<EquivalentMutant> => changes.map(([line, from, to]) => ({ file, reason, line, from, to }))

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
  ...unseen(
    "src/policy/rate-limit/EndedPermits.ts",
    "When the part of a list that was taken is cut off can not be seen: it only keeps memory small.",
    ["if (this.#head === this.#instants.length) {", "this.#head === this.#instants.length", "false"],
    ["if (this.#head === this.#instants.length) {", "{ this.#instants.length = 0 this.#head = 0 }", "{}"],
    [
      "} else if (this.#head > 1_024 && this.#head * 2 > this.#instants.length) {",
      "this.#head > 1_024 && this.#head * 2 > this.#instants.length",
      "true"
    ],
    [
      "} else if (this.#head > 1_024 && this.#head * 2 > this.#instants.length) {",
      "this.#head > 1_024 && this.#head * 2 > this.#instants.length",
      "false"
    ],
    [
      "} else if (this.#head > 1_024 && this.#head * 2 > this.#instants.length) {",
      "this.#head > 1_024 && this.#head * 2 > this.#instants.length",
      "this.#head > 1_024 || this.#head * 2 > this.#instants.length"
    ],
    ["} else if (this.#head > 1_024 && this.#head * 2 > this.#instants.length) {", "this.#head > 1_024", "true"],
    [
      "} else if (this.#head > 1_024 && this.#head * 2 > this.#instants.length) {",
      "this.#head > 1_024",
      "this.#head >= 1_024"
    ],
    [
      "} else if (this.#head > 1_024 && this.#head * 2 > this.#instants.length) {",
      "this.#head > 1_024",
      "this.#head <= 1_024"
    ],
    [
      "} else if (this.#head > 1_024 && this.#head * 2 > this.#instants.length) {",
      "this.#head * 2 > this.#instants.length",
      "true"
    ],
    [
      "} else if (this.#head > 1_024 && this.#head * 2 > this.#instants.length) {",
      "this.#head * 2 > this.#instants.length",
      "this.#head * 2 >= this.#instants.length"
    ],
    [
      "} else if (this.#head > 1_024 && this.#head * 2 > this.#instants.length) {",
      "this.#head * 2 > this.#instants.length",
      "this.#head * 2 <= this.#instants.length"
    ],
    ["} else if (this.#head > 1_024 && this.#head * 2 > this.#instants.length) {", "this.#head * 2", "this.#head / 2"]
  ),
  ...unseen(
    "src/policy/rate-limit/EndedPermits.ts",
    "Which of the two runs takes an instant can not be seen: the second keeps itself in order, and the earliest of both goes first.",
    [
      "get latest(): number {",
      "{ return this.size === 0 ? Number.NEGATIVE_INFINITY : (this.#instants.at(-1) ?? Number.NEGATIVE_INFINITY) }",
      "{}"
    ],
    [
      "return this.size === 0 ? Number.NEGATIVE_INFINITY : (this.#instants.at(-1) ?? Number.NEGATIVE_INFINITY)",
      "this.size === 0",
      "false"
    ],
    ["if (at >= this.#first.latest) this.#first.append(at)", "at >= this.#first.latest", "false"],
    ["if (at >= this.#first.latest) this.#first.append(at)", "at >= this.#first.latest", "at > this.#first.latest"],
    ["if (at >= this.#first.latest) this.#first.append(at)", "at >= this.#first.latest", "at < this.#first.latest"],
    ["else if (at >= this.#second.latest) this.#second.append(at)", "at >= this.#second.latest", "false"],
    [
      "else if (at >= this.#second.latest) this.#second.append(at)",
      "at >= this.#second.latest",
      "at > this.#second.latest"
    ]
  ),
  ...unseen(
    "src/policy/rate-limit/EndedPermits.ts",
    "Of two equal instants either is the first.",
    [
      "while (place > this.#head && (this.#instants[place - 1] ?? 0) > at) place -= 1",
      "(this.#instants[place - 1] ?? 0) > at",
      "(this.#instants[place - 1] ?? 0) >= at"
    ],
    [
      "const run = this.#first.earliest <= this.#second.earliest ? this.#first : this.#second",
      "this.#first.earliest <= this.#second.earliest",
      "this.#first.earliest < this.#second.earliest"
    ]
  ),
  ...unseen(
    "src/policy/rate-limit/Forecast.ts",
    "When the part of a list that was taken is cut off can not be seen: it only keeps memory small.",
    ["if (this.#offset === this.#starts.length) this.clear()", "this.#offset === this.#starts.length", "false"],
    ["if (this.#offset === this.#starts.length) this.clear()", "this.clear()", ";"],
    [
      "else if (this.#offset > 1_024 && this.#offset * 2 > this.#starts.length) {",
      "this.#offset > 1_024 && this.#offset * 2 > this.#starts.length",
      "false"
    ],
    [
      "else if (this.#offset > 1_024 && this.#offset * 2 > this.#starts.length) {",
      "this.#offset > 1_024 && this.#offset * 2 > this.#starts.length",
      "this.#offset > 1_024 || this.#offset * 2 > this.#starts.length"
    ],
    ["else if (this.#offset > 1_024 && this.#offset * 2 > this.#starts.length) {", "this.#offset > 1_024", "true"],
    [
      "else if (this.#offset > 1_024 && this.#offset * 2 > this.#starts.length) {",
      "this.#offset > 1_024",
      "this.#offset >= 1_024"
    ],
    [
      "else if (this.#offset > 1_024 && this.#offset * 2 > this.#starts.length) {",
      "this.#offset > 1_024",
      "this.#offset <= 1_024"
    ],
    [
      "else if (this.#offset > 1_024 && this.#offset * 2 > this.#starts.length) {",
      "this.#offset * 2 > this.#starts.length",
      "true"
    ],
    [
      "else if (this.#offset > 1_024 && this.#offset * 2 > this.#starts.length) {",
      "this.#offset * 2 > this.#starts.length",
      "this.#offset * 2 >= this.#starts.length"
    ],
    [
      "else if (this.#offset > 1_024 && this.#offset * 2 > this.#starts.length) {",
      "this.#offset * 2 > this.#starts.length",
      "this.#offset * 2 <= this.#starts.length"
    ],
    [
      "else if (this.#offset > 1_024 && this.#offset * 2 > this.#starts.length) {",
      "this.#offset * 2",
      "this.#offset / 2"
    ]
  ),
  ...unseen("src/policy/rate-limit/Forecast.ts", "To forget starts where none are kept changes nothing.", [
    "if (first === undefined) return",
    "first === undefined",
    "false"
  ]),
  ...unseen(
    "src/policy/rate-limit/Forecast.ts",
    "What a start that has come true says of a later one, `freeAt` says too.",
    ["if (next > limit) start = Math.max(start, this.#start(next - limit) + span)", "next > limit", "true"],
    ["if (next > limit) start = Math.max(start, this.#start(next - limit) + span)", "next > limit", "next >= limit"]
  ),
  ...unseen(
    "src/policy/rate-limit/WindowLog.ts",
    "The tiers are set by the constructor, whatever stood there before.",
    ["#tiers: ReadonlyArray<TierView> = []", "[]", '["Stryker was here"]']
  ),
  ...unseen(
    "src/policy/rate-limit/WindowLog.ts",
    "The place behind the last instant holds none yet: it is written before it is read.",
    ["for (let at = this.#first; at < this.#next; at++) {", "at < this.#next", "at <= this.#next"]
  ),
  ...unseen("src/policy/rate-limit/PermitWindow.ts", "To look for leases that are over where none can be finds none.", [
    "if (this.#leasesHoldUntil <= now) this.#endLeases(now)",
    "this.#leasesHoldUntil <= now",
    "true"
  ]),
  ...unseen(
    "src/policy/rate-limit/PermitWindow.ts",
    "Tiers are asked for by their own places: there is always one. The type checker asks.",
    [
      "const limit = this.#tiers[index]?.limit ?? Number.POSITIVE_INFINITY",
      "this.#tiers[index]?.limit",
      "this.#tiers[index].limit"
    ],
    ["const span = this.#log.tiers[index]?.span ?? 0", "this.#log.tiers[index]?.span", "this.#log.tiers[index].span"]
  ),
  ...unseen(
    "src/policy/rate-limit/PermitWindow.ts",
    "Where a tier is full, what counts in it is younger than all that was forgotten.",
    [
      "return counted < limit ? Math.max(known, this.#log.forgottenUntil(index)) : known",
      "counted < limit",
      "counted <= limit"
    ]
  ),
  ...unseen("src/policy/rate-limit/MemoryPermitStore.ts", "A permit's number only has to be another one each time.", [
    "this.#lastPermit += 1",
    "this.#lastPermit += 1",
    "this.#lastPermit -= 1"
  ]),
  ...unseen(
    "src/policy/rate-limit/WaitingRoom.ts",
    "Where nobody waits, to look through the doors finds nobody: the first look spares the rest.",
    [
      "if (this.#lanes.every((it) => it.queue.size === 0)) return wakeAt",
      "this.#lanes.every((it) => it.queue.size === 0)",
      "false"
    ],
    [
      "if (this.#lanes.every((it) => it.queue.size === 0)) return wakeAt",
      "(it) => it.queue.size === 0",
      "() => undefined"
    ],
    ["if (this.#lanes.every((it) => it.queue.size === 0)) return wakeAt", "it.queue.size === 0", "false"]
  ),
  ...unseen(
    "src/policy/rate-limit/WaitingRoom.ts",
    "A door that is chosen has somebody who waits. The type checker asks.",
    ["if (waiter === undefined) break", "waiter === undefined", "false"]
  )
]
