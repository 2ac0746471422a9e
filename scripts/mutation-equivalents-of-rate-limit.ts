/**
 * The changes of `src/policy/rate-limit/` that no test can notice.
 */
import { type EquivalentMutant, unseen } from "./mutation-unseen.ts"

/** Every one. */
export const equivalentMutantsOfRateLimit: ReadonlyArray<EquivalentMutant> = [
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
