/**
 * Walks a chain and says what is wrong with it, and where. Pure: rows are handed in, in order.
 *
 * What is proven: rows between two seals that fit, each with the link that it must have, are those that were written
 * there, in that order. What can not be: that a whole chain was not put back to an earlier state of itself, marks
 * included. For that a place of the chain must have been noted elsewhere.
 */
import type { AuditFinding, ChainPlace } from "../../schemas/Audit.ts"
import { beginning, type ChainRow, type ChainSeals, type ChainState, isOurs, linkOf } from "./Chain.ts"

/** What a row says, as far as a verification must know it. */
export interface RowFacts {
  readonly at: unknown
  readonly callId: unknown
  /** For a row in which a writer tells that it found the chain broken. */
  readonly found: string | undefined
}

/** A walk along a chain. */
export class ChainWalk {
  readonly findings: Array<AuditFinding> = []
  readonly #seals: ChainSeals
  readonly #state: ChainState
  readonly #factsOf: (content: string) => RowFacts | undefined
  readonly #noted: ChainPlace | undefined
  #place: ChainPlace
  /** The last place that is proven. */
  #sealed: ChainPlace
  #isNotedFound: boolean
  #otherKeyFrom: number | undefined
  #isKeyInUse = false
  rows = 0

  constructor(
    seals: ChainSeals,
    state: ChainState,
    factsOf: (content: string) => RowFacts | undefined,
    noted: ChainPlace | undefined
  ) {
    this.#seals = seals
    this.#state = state
    this.#factsOf = factsOf
    this.#noted = noted
    this.#place = state.start ?? beginning
    this.#sealed = this.#place
    this.#isNotedFound = noted === undefined || isSamePlace(noted, this.#place)
    if (state.start !== undefined && !isOurs(seals.check("start", state.start, state.start.seal))) {
      this.findings.push({ _tag: "StartChanged" })
    }
  }

  /** The next row. */
  add(row: ChainRow): void {
    this.rows += 1
    const expected = this.#place.sequence + 1
    if (row.sequence > expected) {
      this.findings.push({ _tag: "RowsMissing", from: expected, through: row.sequence - 1 })
    } else if (row.link !== linkOf(this.#place, row.content)) {
      this.findings.push({ _tag: "RowChanged", sequence: row.sequence })
    }
    this.#place = row
    if (this.#noted !== undefined && isSamePlace(this.#noted, row)) this.#isNotedFound = true
    this.#readFacts(row)
    if (row.seal === null) return
    this.#checkpoint(row, row.seal)
    this.#sealed = row
  }

  /** No row is left. */
  finish(): void {
    const { end, last, start } = this.#state
    this.#closeOtherKey(this.#place.sequence)
    if (end === undefined) {
      if (last !== undefined || start !== undefined) this.findings.push({ _tag: "EndChanged" })
    } else {
      const verdict = this.#seals.check("end", end, end.seal)
      if (verdict === "DoesNotFit") this.findings.push({ _tag: "EndChanged" })
      else if (verdict !== "Fits") this.findings.push({ _tag: "OtherKey", from: end.sequence, through: end.sequence })
      if (end.sequence > this.#place.sequence) {
        this.findings.push({ _tag: "RowsMissing", from: this.#place.sequence + 1, through: end.sequence })
      } else if (end.sequence === this.#place.sequence && end.link !== this.#place.link && verdict !== "DoesNotFit") {
        this.findings.push({ _tag: "RowsRewritten", from: this.#sealed.sequence + 1, through: end.sequence })
      }
      if (last !== undefined && last.sequence > end.sequence) {
        this.findings.push({ _tag: "RowsAdded", from: end.sequence + 1, through: last.sequence })
      }
    }
    if (this.#noted !== undefined && !this.#isNotedFound && this.#noted.sequence >= (start?.sequence ?? 0)) {
      this.findings.push({ _tag: "PlaceNotFound", sequence: this.#noted.sequence })
    }
  }

  #readFacts({ at, callId, content, sequence }: ChainRow): void {
    const facts = this.#factsOf(content)
    if (facts === undefined || facts.at !== at || (facts.callId ?? null) !== callId) {
      this.findings.push({ _tag: "RowMisfiled", sequence })
    }
    if (facts?.found !== undefined) this.findings.push({ _tag: "FoundBroken", sequence, found: facts.found })
  }

  /** Once the key in use has sealed, none of before does any more. */
  #checkpoint(row: ChainPlace, seal: string): void {
    const verdict = this.#seals.check("checkpoint", row, seal)
    if (verdict === "OtherKey") this.#otherKeyFrom ??= this.#sealed.sequence + 1
    else this.#closeOtherKey(this.#sealed.sequence)
    if (verdict === "DoesNotFit" || (verdict === "FitsEarlierKey" && this.#isKeyInUse)) {
      this.findings.push({ _tag: "RowsRewritten", from: this.#sealed.sequence + 1, through: row.sequence })
    }
    this.#isKeyInUse ||= verdict === "Fits"
  }

  #closeOtherKey(through: number): void {
    if (this.#otherKeyFrom === undefined) return
    this.findings.push({ _tag: "OtherKey", from: this.#otherKeyFrom, through })
    this.#otherKeyFrom = undefined
  }
}

const isSamePlace = (left: ChainPlace, right: ChainPlace): boolean =>
  left.sequence === right.sequence && left.link === right.link
