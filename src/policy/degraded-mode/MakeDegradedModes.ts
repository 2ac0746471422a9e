/**
 * Builds `DegradedModes`: gathers the facts from the doors, has them decided on, and tells what changes.
 *
 * A circuit that moves and a time that passes are noticed when they happen; a queue that fills or empties by whoever asks
 * next, which is everybody who would wait in it.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ActiveMode, DegradedMode, ModeCause } from "../../../schemas/DegradedMode.ts"
import { AdmissionControl, type Door } from "../../pipeline/AdmissionControl.ts"
import { LiveSettings } from "../../settings/LiveSettings.ts"
import { emit } from "../../telemetry/Emit.ts"
import { millisOf } from "../deadline/Deadline.ts"
import type { Timeout } from "../deadline/TimeoutList.ts"
import {
  type AccountReason,
  type CircuitRefusal,
  decideModes,
  enterByHand,
  heldMode,
  type HeldMode,
  leaveByHand,
  type ModeFacts,
  type ModeState,
  normal
} from "./DecideModes.ts"
import { DegradedModes } from "./DegradedModes.ts"

/** After this time DeepSeek is asked again whether the account serves us, where it gave no hint. */
const accountRestMillis = 60_000

const longestAccountRestMillis = Duration.toMillis(Duration.days(1))

const isOfAccount = (tag: string): tag is AccountReason =>
  tag === "InsufficientBalance" || tag === "QuotaExhausted" || tag === "KeyRejected"

const refusalOf = ({ circuit }: Door, now: number): CircuitRefusal | undefined => {
  if (circuit.state._tag === "Closed" || circuit.standing(now) !== "refuses") return undefined
  return circuit.state._tag === "Isolated" ? "Isolated" : "CircuitOpen"
}

const fullestOf = (doors: ReadonlyArray<Door>): number => {
  let fullest = 0
  for (const { lane } of doors) {
    const { size } = lane.queue
    if (size > 0) fullest = Math.max(fullest, size / lane.options.queueLimit)
  }
  return fullest
}

/** The service; what it listens to ends with the scope. */
export const make: Effect.Effect<DegradedModes["Service"], never, AdmissionControl | LiveSettings | Scope.Scope> =
  Effect.gen(function* () {
    const control = yield* AdmissionControl
    const clock = yield* Clock.Clock
    const liveSettings = yield* LiveSettings
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const published = yield* PubSub.unbounded<ReadonlyArray<ActiveMode>>({ replay: 1 })
    const chat = control.door("deepseek", "chat")
    const submit = control.door("nanobanana", "submit")
    const secondSubmit = control.door("nanobanana-fallback", "submit")
    const queues = [chat, submit, secondSubmit]
    const facts: { -readonly [Name in keyof ModeFacts]: ModeFacts[Name] } = {
      chat: undefined,
      submit: undefined,
      account: undefined,
      fullestQueue: 0
    }
    let settings = yield* liveSettings.current
    let state = normal
    let shown: ReadonlyArray<ActiveMode> = []
    PubSub.publishUnsafe(published, shown)
    let isLooking = false
    let rest: Timeout | undefined

    const show = ({ by, mode, reason, since }: HeldMode, now: number, at: number): ActiveMode => ({
      mode,
      reason,
      by,
      since: Math.round(at - (now - since))
    })

    const tell = (from: DegradedMode | "Normal", to: DegradedMode | "Normal", by: ModeCause, at: number): void => {
      runFork(emit({ _tag: "ModeChanged", at, from, to, by }))
    }

    const moveTo = (next: ModeState, now: number, leftBy?: ModeCause): void => {
      if (next === state) return
      const before = state
      const at = clock.currentTimeMillisUnsafe()
      state = next
      shown = next.map((held) => show(held, now, at))
      PubSub.publishUnsafe(published, shown)
      for (const { by, mode } of next) if (heldMode(before, mode) === undefined) tell("Normal", mode, by, at)
      for (const { by, mode } of before) if (heldMode(next, mode) === undefined) tell(mode, "Normal", leftBy ?? by, at)
    }

    const secondRefusal = (now: number): CircuitRefusal | undefined =>
      settings.settings.nanobanana.fallback.protocol === undefined ? "CircuitOpen" : refusalOf(secondSubmit, now)

    /** To let an open time end moves a circuit, which asks to look again: once is enough. */
    const look = (): ModeState => {
      if (isLooking) return state
      isLooking = true
      try {
        const now = Math.floor(millisOf(clock))
        facts.chat = refusalOf(chat, now)
        facts.submit = refusalOf(submit, now)
        if (facts.submit !== undefined && secondRefusal(now) === undefined) facts.submit = undefined
        facts.fullestQueue = fullestOf(queues)
        moveTo(decideModes(state, facts, now), now)
      } finally {
        isLooking = false
      }
      return state
    }

    const sayOfAccount = (account: ModeFacts["account"]): void => {
      if (account === undefined && facts.account === undefined) return
      facts.account = account
      rest?.cancel()
      rest = account === undefined ? undefined : control.timeouts.schedule(account.until, look)
      look()
    }

    const follow: DegradedModes["Service"]["follow"] = (version) => {
      if (version.version <= settings.version) return
      settings = version
      sayOfAccount(undefined)
    }

    for (const door of queues) {
      const stop = door.circuit.onTransition(look)
      yield* Effect.addFinalizer(() => Effect.sync(stop))
    }
    yield* Effect.forkScoped(Stream.runForEach(liveSettings.changes, (version) => Effect.sync(() => follow(version))))

    return DegradedModes.of({
      current: Effect.sync(() => {
        look()
        return shown
      }),
      changes: Stream.suspend(() => {
        look()
        return Stream.fromPubSub(published)
      }),
      enter: (mode) =>
        Effect.sync(() => {
          const now = Math.floor(millisOf(clock))
          moveTo(enterByHand(state, mode, now), now)
        }),
      leave: (mode) =>
        Effect.sync(() => {
          moveTo(leaveByHand(state, mode), Math.floor(millisOf(clock)), "hand")
          if (mode === "CacheOnly") sayOfAccount(undefined)
          look()
        }),
      isActive: (mode) => heldMode(look(), mode) !== undefined,
      held: look,
      chatSucceeded: () => sayOfAccount(undefined),
      chatFailed: ({ _tag, reason, retryAfter }, version) => {
        if (_tag !== "ApiError" || !isOfAccount(reason._tag) || version.version < settings.version) return
        const hint = retryAfter === undefined ? accountRestMillis : Duration.toMillis(retryAfter)
        const until = Math.ceil(millisOf(clock) + Math.min(hint, longestAccountRestMillis))
        sayOfAccount({ reason: reason._tag, until })
      },
      follow,
      accountRestsForMillis: () =>
        facts.account === undefined ? 0 : Math.max(0, facts.account.until - millisOf(clock))
    })
  })
