/**
 * Which degraded modes hold. Pure: one function over what is known, asked again whenever something may have changed.
 *
 * | mode | entered by rule when | left when | what a caller gets |
 * | --- | --- | --- | --- |
 * | `WithoutEnhancement` | the circuit of `chat` refuses (`Open`, `Isolated`) | it lets somebody through, a probe too | a cached or stale answer, or, where `Degraded` is taken, the local template; else a rejection with the reason |
 * | `CacheOnly` | DeepSeek said `InsufficientBalance`, `QuotaExhausted` or `KeyRejected` | its hint, or a minute, has passed; a completion succeeds; the settings change | as above |
 * | `LowPriorityShed` | a queue of `chat` or `submit` holds more than 80 % of its limit | every one holds less than 50 % | `LoadShed` for calls of low priority (after a look into the cache); the others as ever |
 * | `ImagesDeferred` | the circuit of `submit` refuses, and that of the second provider too, where there is one | either lets somebody through | `submit` queues the job; `generate` is refused |
 *
 * Nothing stands in for a call of the language model (`src/chat`): where a row names a rejection, it gets that.
 *
 * By hand each is entered and left at any time, and holds until it is left: no rule ends it, and while
 * `WithoutEnhancement` holds by hand no probe is sent. A mode that is left by hand while its rule still holds is entered
 * again at once. Several hold at once; `Normal` is when none does.
 */
import * as Duration from "effect/Duration"
import type { DegradedMode, ModeCause } from "../../../schemas/DegradedMode.ts"
import type { ReasonTag } from "../../../schemas/Reason.ts"

/** What DeepSeek may say of the account as a whole. */
export type AccountReason = "InsufficientBalance" | "QuotaExhausted" | "KeyRejected"

/** When somebody who was shed may come again: nobody knows how soon the queues are half empty, so once a minute. */
export const shedRetryAfter: Duration.Duration = Duration.minutes(1)

/** Why a circuit refuses. */
export type CircuitRefusal = "CircuitOpen" | "Isolated"

/**
 * What is known.
 *
 * **Units** `until` in milliseconds of the monotonic clock; `fullestQueue` is the share of its limit that the fullest
 * queue holds, from 0.
 */
export interface ModeFacts {
  readonly chat: CircuitRefusal | undefined
  readonly submit: CircuitRefusal | undefined
  readonly account: { readonly reason: AccountReason; readonly until: number } | undefined
  readonly fullestQueue: number
}

/** A mode that holds. **Units** `since` in milliseconds of the monotonic clock. */
export interface HeldMode {
  readonly mode: DegradedMode
  readonly reason: ReasonTag
  readonly by: ModeCause
  readonly since: number
}

/** The modes that hold, the oldest first. */
export type ModeState = ReadonlyArray<HeldMode>

/** No degraded mode. */
export const normal: ModeState = []

/** Above this share of its limit a queue sheds load. */
export const shedAbove = 0.8

/** Below this share it sheds no more. */
export const shedUntilBelow = 0.5

/** The entry of a mode, if it holds. */
export const heldMode = (state: ModeState, mode: DegradedMode): HeldMode | undefined => {
  for (const held of state) if (held.mode === mode) return held
  return undefined
}

type Rule = (facts: ModeFacts, now: number, holds: boolean) => ReasonTag | undefined

const rules: Readonly<Record<DegradedMode, Rule>> = {
  WithoutEnhancement: (facts) => facts.chat,
  CacheOnly: ({ account }, now) => (account !== undefined && now < account.until ? account.reason : undefined),
  LowPriorityShed: ({ fullestQueue }, _now, holds) =>
    (holds ? fullestQueue >= shedUntilBelow : fullestQueue > shedAbove) ? "LoadShed" : undefined,
  ImagesDeferred: (facts) => facts.submit
}

const ruled = Object.entries(rules) as ReadonlyArray<readonly [DegradedMode, Rule]>

/**
 * The modes that hold now. The state itself, the very object, where nothing has changed. **Units** `now` in milliseconds
 * of the monotonic clock.
 */
export const decideModes = (state: ModeState, facts: ModeFacts, now: number): ModeState => {
  let next = state
  for (const [mode, rule] of ruled) {
    const held = state.length === 0 ? undefined : heldMode(state, mode)
    if (held?.by === "hand") continue
    const reason = rule(facts, now, held !== undefined)
    if (reason === held?.reason) continue
    next = reason === undefined ? without(next, mode) : withMode(next, { mode, reason, by: "rule", since: now })
  }
  return next
}

const without = (state: ModeState, mode: DegradedMode): ModeState => {
  const left = state.filter((it) => it.mode !== mode)
  return left.length === 0 ? normal : left
}

/** A mode that holds already keeps its beginning. */
const withMode = (state: ModeState, entered: HeldMode): ModeState => {
  const held = heldMode(state, entered.mode)
  if (held === undefined) return [...state, entered]
  return state.map((it) => (it === held ? { ...entered, since: held.since } : it))
}

/** What a mode that is entered by hand is because of: a person's word, or what it stands for. */
const handReason = {
  WithoutEnhancement: "Isolated",
  CacheOnly: "Isolated",
  LowPriorityShed: "LoadShed",
  ImagesDeferred: "Isolated"
} as const satisfies Record<DegradedMode, ReasonTag>

/** The state after a person has entered a mode. */
export const enterByHand = (state: ModeState, mode: DegradedMode, now: number): ModeState =>
  withMode(state, { mode, reason: handReason[mode], by: "hand", since: now })

/** The state after a person has left a mode; a rule that holds enters it again when it is next asked. */
export const leaveByHand = (state: ModeState, mode: DegradedMode): ModeState =>
  heldMode(state, mode) === undefined ? state : without(state, mode)
