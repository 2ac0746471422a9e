/**
 * What a person is told of the policies while a call runs: who held it back and for how long, a circuit that opened, a
 * result that is not new. Pure.
 */
import * as Duration from "effect/Duration"
import type { AdmissionFacts, CallEvent, HeldBackBy } from "../../schemas/CallEvent.ts"
import { secondsText, tierText } from "./Text.ts"

type EventOf<T extends CallEvent["_tag"]> = Extract<CallEvent, { readonly _tag: T }>
type Lines = ReadonlyArray<string>

/** Shorter waits are not worth a line. **Units** milliseconds. */
const worthTelling = 100

const holders: Readonly<Record<HeldBackBy, string>> = {
  window: "a place in the rate limit",
  pause: "the provider's own limit",
  slot: "a free slot",
  circuit: "the circuit that is recovering"
}

/** Of a request that was held back. */
export const admittedLines = (label: string, { heldBackBy, tier, waited }: AdmissionFacts): Lines => {
  const millis = Duration.toMillis(waited)
  if (heldBackBy === undefined || millis < worthTelling) return []
  const limit = tier === undefined ? "" : ` (${tierText(tier)})`
  return [`… ${label}: waited ${secondsText(millis)} for ${holders[heldBackBy]}${limit}`]
}

/** Of a circuit that lets nobody through any more. */
export const circuitLines = ({ operation, reason, scope, to }: EventOf<"CircuitMoved">): Lines => {
  switch (to) {
    case "Open":
      return [`⚠ ${scope} ${operation}: the circuit is open (${reason})`]
    case "Isolated":
      return [`⚠ ${scope} ${operation}: taken out of service by hand`]
    case "Closed":
    case "HalfOpen":
    case "Ramping":
      return []
  }
}

/** Of an answer that was there already. That a stale one is used is told as a fallback. */
export const cacheLines = ({ answer }: EventOf<"CacheAnswered">): Lines => {
  switch (answer) {
    case "Fresh":
      return ["✔ prompt enhanced, from the cache"]
    case "Joined":
      return ["… enhancing the prompt: the same is being asked already, and is waited for"]
    case "Stale":
    case "Miss":
    case "Bypassed":
      return []
  }
}

const standIns: Readonly<Record<EventOf<"FellBack">["to"], string>> = {
  StaleAnswer: "a stale answer of the cache stands in",
  LocalTemplate: "the local template stands in for the enhancement",
  RawPrompt: "the prompt is sent as it stands",
  OtherProtocol: "the second image provider is asked",
  EarlierImage: "an earlier picture stands in"
}

/** Of what stands in. */
export const fallbackLines = ({ reason, to }: EventOf<"FellBack">): Lines => [`⚠ ${standIns[to]} (${reason})`]

/** Of a mode that was entered or left. */
export const modeLines = ({ by, from, to }: EventOf<"ModeChanged">): Lines => [
  to === "Normal" ? `✔ mode ${from} is over (by ${by})` : `⚠ mode ${to} (by ${by})`
]

/** Shorter pauses are no more than the back-off of the request that met the limit. **Units** milliseconds. */
const longPause = 1_000

/** Of a provider that is at its limit. */
export const pauseLines = ({ operation, pause, scope }: EventOf<"RoomPaused">): Lines => {
  const millis = Duration.toMillis(pause)
  return millis < longPause
    ? []
    : [`… ${scope} ${operation}: paused for ${secondsText(millis)}, the provider is at its limit`]
}
