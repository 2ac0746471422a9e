/**
 * The chain: each row's link is the SHA-256 of the link before it, its place and its content, so that no row can be
 * changed, moved or taken out without changing all links after it. Pure.
 *
 * A link can be computed by anybody. What can not are the seals, an HMAC-SHA-256 under a key derived from the data key:
 * one on the last row of each batch (a checkpoint), one on the mark of where the rows end, one on the mark of where those
 * begin that retention has left. A seal begins with the name of its key.
 */
import { createHmac, hash } from "node:crypto"
import * as Redacted from "effect/Redacted"
import type { ChainPlace } from "../../schemas/Audit.ts"

/** A row before it has a place. **Units** `at` in milliseconds since 1970. */
export interface RowDraft {
  readonly at: number
  readonly callId: string | undefined
  readonly content: string
}

/** A row of the chain. `seal` stands on the last row of a batch. */
export interface ChainRow extends ChainPlace {
  readonly at: number
  readonly callId: string | null
  readonly content: string
  readonly seal: string | null
}

/** Where the rows begin (the last row that was removed) or end (the last row). */
export interface Mark extends ChainPlace {
  readonly seal: string
}

/** What stands in a store, read in one step. */
export interface ChainState {
  readonly start: Mark | undefined
  readonly end: Mark | undefined
  readonly last: ChainPlace | undefined
}

/** What a seal is for: one of another purpose is none. */
export type SealPurpose = "checkpoint" | "start" | "end"

/** Makes and knows seals. */
export interface ChainSeals {
  readonly seal: (purpose: SealPurpose, place: ChainPlace) => string
  readonly check: (purpose: SealPurpose, place: ChainPlace, seal: string) => SealVerdict
}

/**
 * What is known of a seal: that it fits, under the key in use or under one of before (the home's own, where there is a
 * vault now); that it does not; or that its key is not here.
 */
export type SealVerdict = "Fits" | "FitsEarlierKey" | "DoesNotFit" | "OtherKey"

/** Whether a seal was made here. */
export const isOurs = (verdict: SealVerdict): boolean => verdict === "Fits" || verdict === "FitsEarlierKey"

/** The place before the first row. */
export const beginning: ChainPlace = { sequence: 0, link: "" }

/** The link of a row after another place. */
export const linkOf = (before: ChainPlace, content: string): string =>
  hash("sha256", `${before.sequence + 1}\n${before.link}\n${content}`, "base64url")

/** Seals under the first of the keys, and knows those of all. */
export const makeChainSeals = (
  keys: readonly [Redacted.Redacted<Uint8Array>, ...ReadonlyArray<Redacted.Redacted<Uint8Array>>]
): ChainSeals => {
  const [current, ...earlier] = keys
  const own = sealUnder(current)
  const before = earlier.map(sealUnder)
  return {
    seal: own.seal,
    check: (purpose, place, given) => {
      if (given === own.seal(purpose, place)) return "Fits"
      if (before.some(({ seal }) => given === seal(purpose, place))) return "FitsEarlierKey"
      return [own, ...before].some(({ name }) => given.startsWith(`${name}.`)) ? "DoesNotFit" : "OtherKey"
    }
  }
}

const sealUnder = (
  key: Redacted.Redacted<Uint8Array>
): { readonly name: string; readonly seal: ChainSeals["seal"] } => {
  const bytes = Redacted.value(key)
  const name = createHmac("sha256", bytes).update("name of the key").digest("hex").slice(0, 8)
  return {
    name,
    seal: (purpose, { link, sequence }) =>
      `${name}.${createHmac("sha256", bytes).update(`${purpose}\n${sequence}\n${link}`).digest("base64url")}`
  }
}

/** Why a writer does not trust what it finds, and goes on from the last row. */
export type ChainBreak = "EndMissing" | "EndChanged" | "RowsMissing" | "RowsAdded"

/** Where the next row goes, and what is wrong with what is there. */
export interface Tail {
  readonly place: ChainPlace
  readonly broken: ChainBreak | undefined
}

/**
 * Where the chain goes on.
 *
 * A writer seals the end anew: it must not make good what somebody has spoilt. So it looks at the end first, and what it
 * finds is written into the chain.
 */
export const tailOf = (seals: ChainSeals, { end, last, start }: ChainState): Tail => {
  const found = last ?? start ?? beginning
  if (end === undefined) return { place: found, broken: found === beginning ? undefined : "EndMissing" }
  // A seal of an unknown key is worth no more than none: anybody can write one.
  if (!isOurs(seals.check("end", end, end.seal))) return { place: found, broken: "EndChanged" }
  if (found.sequence > end.sequence) return { place: found, broken: "RowsAdded" }
  if (found.sequence < end.sequence) return { place: end, broken: "RowsMissing" }
  return { place: end, broken: found.link === end.link ? undefined : "EndChanged" }
}

/** The drafts as rows behind a place, the last one sealed. */
export const chainRows = (
  seals: ChainSeals,
  after: ChainPlace,
  drafts: ReadonlyArray<RowDraft>
): ReadonlyArray<ChainRow> => {
  let place = after
  return drafts.map(({ at, callId, content }, index) => {
    place = { sequence: place.sequence + 1, link: linkOf(place, content) }
    return {
      ...place,
      at,
      callId: callId ?? null,
      content,
      seal: index === drafts.length - 1 ? seals.seal("checkpoint", place) : null
    }
  })
}

/** A mark at a place. */
export const markAt = (seals: ChainSeals, purpose: "start" | "end", { link, sequence }: ChainPlace): Mark => ({
  sequence,
  link,
  seal: seals.seal(purpose, { sequence, link })
})
