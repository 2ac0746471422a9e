/**
 * The permits of one quota in a file that all processes of a machine share: they have one window between them, and a
 * restart gives no second one.
 *
 * The same `PermitWindow` as in memory decides, as a mirror of the rows. Before it is asked it takes over what other
 * processes have changed since, which costs one small read where nothing has; a grant is decided again while no other
 * process can write, and is kept before it is given.
 *
 * **Details** Instants of the program's clock become instants of the file's clock and back, always rounded so that a
 * window is never too short. While permits of other processes are in flight nobody can say when they end, so whoever
 * waits for them asks again every `pollMillis`; nobody asks while nobody waits.
 */
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { Acquisition, PermitId, PermitStore, TierUsage } from "../../src/policy/rate-limit/PermitStore.ts"
import { PermitWindow } from "../../src/policy/rate-limit/PermitWindow.ts"
import type { RateTier } from "../../src/policy/rate-limit/RateTier.ts"
import { rememberedAtLeast } from "../../src/policy/rate-limit/WindowLog.ts"
import { thrownFailure } from "../sql/SqlFailure.ts"
import type { PermitFile, PermitRow } from "./PermitFile.ts"

/** How soon whoever waits for permits of other processes, or for their lock, asks again. **Units** milliseconds. */
export const pollMillis = 50

/** How long another process may hold the file's lock before whoever waits is refused. **Units** milliseconds. */
export const lockPatienceMillis = 5_000

/** Old rows are removed once for so many grants. */
const grantsBetweenTidying = 512

/** No lease is longer: an instant that a column holds exactly. **Units** milliseconds. */
const longestLease = 8.64e15

/** The store. `lead` is that of the file's clock over the clock that the store is asked by, in milliseconds. */
export class SqlitePermitStore implements PermitStore {
  readonly #file: PermitFile
  readonly #quota: string
  readonly #lead: number
  readonly #own = new Set<PermitId>()
  /** Ends that could not be written yet; without an instant the permit was given back. */
  readonly #unwritten: Array<{ readonly permit: PermitId; readonly at: number | undefined }> = []
  #tiers: ReadonlyArray<RateTier> = []
  #window = new PermitWindow([])
  #lastChange = -1
  #lastPermit = 0
  #grants = 0
  /** Permits that have no row; their names are negative. */
  #unkept = 0
  #lockedSince: number | undefined

  constructor(file: PermitFile, quota: string, lead: number) {
    this.#file = file
    this.#quota = quota
    this.#lead = lead
  }

  configure(tiers: ReadonlyArray<RateTier>): void {
    this.#tiers = tiers
    this.#window.configure(tiers)
  }

  acquire(now: number, leaseUntil: number): Acquisition {
    const at = this.#past(now)
    try {
      if (this.#unwritten.length > 0) this.#writeEnds()
      this.#refresh()
      const acquired = this.#blocked(at) ?? this.#grant(at, Math.min(longestLease, this.#ahead(leaseUntil)))
      this.#lockedSince = undefined
      return acquired
    } catch (error) {
      // Of a quota without tiers nothing is promised: no job that was paid for waits for a disk to be polled.
      return this.#tiers.length === 0
        ? this.#takeUnkept(leaseUntil)
        : this.#failed(now, thrownFailure("keeping a permit", error))
    }
  }

  end(permit: PermitId, at: number): void {
    this.#over(permit, this.#ahead(at))
  }

  giveBack(permit: PermitId): void {
    this.#over(permit, undefined)
  }

  forecast(position: number, now: number, notBefore: number): number {
    this.#look()
    return this.#back(this.#window.forecast(position, this.#past(now), this.#ahead(notBefore)))
  }

  usage(now: number): ReadonlyArray<TierUsage> {
    this.#look()
    return this.#window
      .usage(this.#past(now))
      .map((tier) => (tier.freesAt === undefined ? tier : { ...tier, freesAt: this.#back(tier.freesAt) }))
  }

  /** Writes what is still to be written, before the file is closed. */
  flush(): void {
    this.#quietly(() => this.#writeEnds())
  }

  #grant(at: number, leaseUntil: number): Acquisition {
    // Nothing is promised of a quota without tiers; what was sent is kept all the same, for a tier that is added.
    const granted = this.#file.write(this.#tiers.length > 0 ? "FULL" : "NORMAL", () => {
      this.#refresh()
      const blocked = this.#blocked(at)
      if (blocked !== undefined) return blocked
      const row = this.#file.insert(this.#quota, leaseUntil)
      // The first too: a program that makes one request would never come to the second time.
      if (this.#grants % grantsBetweenTidying === 0) {
        this.#file.forgetAllBut(this.#quota, this.#remembered, at)
      }
      this.#grants += 1
      return row
    })
    if ("_tag" in granted) return granted
    this.#lastChange = granted.change
    this.#lastPermit = granted.id
    this.#own.add(granted.id)
    this.#window.take(granted.id, leaseUntil)
    return { _tag: "Acquired", permit: granted.id }
  }

  #takeUnkept(leaseUntil: number): Acquisition {
    this.#unkept += 1
    this.#window.take(-this.#unkept, this.#ahead(leaseUntil))
    return { _tag: "Acquired", permit: -this.#unkept }
  }

  get #remembered(): number {
    return Math.max(rememberedAtLeast, ...this.#tiers.map(({ limit }) => limit))
  }

  #blocked(at: number): Acquisition | undefined {
    const blocked = this.#window.blocked(at)
    if (blocked === undefined) return undefined
    const until = this.#hasOthersInFlight() ? Math.min(blocked.at, at + pollMillis) : blocked.at
    return { ...blocked, at: this.#back(until) }
  }

  #hasOthersInFlight(): boolean {
    let own = 0
    for (const permit of this.#own) {
      if (this.#window.holds(permit)) own += 1
      else this.#own.delete(permit)
    }
    return this.#window.inFlight > own
  }

  #failed(now: number, failure: typeof StorageFailed.Type): Acquisition {
    if (failure.problem !== "Locked") return failure
    this.#lockedSince ??= now
    if (now - this.#lockedSince < lockPatienceMillis) return { _tag: "WaitUntil", at: now + pollMillis }
    this.#lockedSince = undefined
    return failure
  }

  #over(permit: PermitId, at: number | undefined): void {
    if (!this.#window.holds(permit)) return
    this.#own.delete(permit)
    if (at === undefined) this.#window.giveBack(permit)
    else this.#window.end(permit, at)
    if (permit > 0) this.#unwritten.push({ permit, at })
    this.#quietly(() => this.#writeEnds())
  }

  #writeEnds(): void {
    if (this.#unwritten.length === 0) return
    this.#file.write("NORMAL", () => {
      for (const { at, permit } of this.#unwritten) this.#file.end(permit, at)
    })
    this.#unwritten.length = 0
  }

  /** A look that fails changes nothing: the mirror is as old as the last one, and a grant will fail by itself. */
  #look(): void {
    this.#quietly(() => this.#refresh())
  }

  #quietly(body: () => void): void {
    try {
      body()
    } catch (error) {
      // The failure of a file is told where a permit is asked for; what could not be written is written then.
      if (!(error instanceof Error)) throw error
    }
  }

  /** Takes over what was changed since the last look, by whomever. */
  #refresh(): void {
    const last = this.#file.lastChange()
    if (last === this.#lastChange) return
    const forgotten = this.#file.forgotten(this.#quota)
    if (this.#lastChange < 0 || (forgotten !== undefined && forgotten.change > this.#lastChange)) {
      this.#window = new PermitWindow(this.#tiers)
      this.#lastChange = -1
      this.#lastPermit = 0
      if (forgotten !== undefined) this.#window.forget(forgotten.countedUntil)
    }
    const known = this.#lastPermit
    for (const row of this.#file.changesAfter(this.#quota, this.#lastChange)) this.#takeOver(row, known)
    this.#lastChange = Math.max(this.#lastChange, last)
  }

  #takeOver({ countedAt, id, isGivenBack, leaseUntil }: PermitRow, known: PermitId): void {
    this.#lastPermit = Math.max(this.#lastPermit, id)
    if (id <= known) {
      // What was known to be in flight has ended, here or elsewhere. If it has by its lease already, it stays so.
      if (isGivenBack) this.#window.giveBack(id)
      else if (countedAt !== undefined) this.#window.end(id, countedAt)
    } else if (countedAt !== undefined) this.#window.count(countedAt)
    else if (!isGivenBack) this.#window.take(id, leaseUntil)
  }

  /** An instant of the program's clock that lies behind, in the file's clock: not too late. */
  #past(instant: number): number {
    return Math.floor(instant + this.#lead)
  }

  /** An instant that lies ahead, in the file's clock: not too early. */
  #ahead(instant: number): number {
    return Math.ceil(instant + this.#lead)
  }

  /** An instant of the file's clock in the program's: not too early. */
  #back(instant: number): number {
    return Math.ceil(instant - this.#lead)
  }
}
