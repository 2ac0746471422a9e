/**
 * Builds `KeyVault`: the ring in use, over the keys of the settings and those of a store. What is decided is `KeyRing.ts`'s;
 * here leases are counted, refused keys asked about once, and changes told, kept and taken.
 *
 * Lending looks up one memorised choice and counts: a call pays next to nothing for it.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { KeyId } from "../../schemas/Key.ts"
import type { QuotaScope } from "../../schemas/Provider.ts"
import type { SettingsVersion } from "../../schemas/Settings.ts"
import { VaultFailed } from "../../schemas/VaultFailed.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { CallEvents } from "../telemetry/CallEvents.ts"
import { emit } from "../telemetry/Emit.ts"
import type { KeyWish } from "./ChooseKey.ts"
import { HeldKeys, type HeldKey } from "./HeldKeys.ts"
import type { Happening, KeyVerdict, RingEvent } from "./KeyRing.ts"
import { KeyStore, type StoredKey } from "./KeyStore.ts"
import { KeyVault, type LentKey } from "./KeyVault.ts"
import { providerOf } from "./Remedy.ts"
import { isSameKey, quotaScopes, type SettingsKey, settingsKeyOf, settingsRecord } from "./SettingsKeys.ts"

/** How often it is written down that keys were used, at most. */
const usedEvery = "10 minutes"

/**
 * Makes the service. Its watch over settings and store ends with the scope, after all that became of the keys is
 * written down.
 */
export const make: Effect.Effect<KeyVault["Service"], never, LiveSettings | KeyStore | Scope.Scope> = Effect.gen(
  function* () {
    const settings = yield* LiveSettings
    const store = yield* KeyStore
    const clock = yield* Clock.Clock
    const scope = yield* Effect.scope
    const observe = yield* CallEvents
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const now = () => clock.currentTimeMillisUnsafe()
    const held = new HeldKeys()
    const ofSettings = new Map<QuotaScope, { readonly key: SettingsKey | undefined; readonly version: number }>()
    const questions = new Map<KeyId, Deferred.Deferred<KeyVerdict>>()

    /** Told to the call in which it happens, besides the log. */
    const tell = (happened: ReadonlyArray<Happening>): void => {
      if (happened.length === 0) return
      const at = now()
      const told = Effect.forEach(happened, (it) => emit({ ...it, at }), { discard: true })
      runFork(Effect.provideService(told, CallEvents, Fiber.getCurrent()?.getRef(CallEvents) ?? observe))
    }

    const tellTrouble = (doing: "reading" | "writing", failure: VaultFailed): Effect.Effect<void> =>
      Effect.suspend(() =>
        emit({
          _tag: "VaultTrouble",
          at: now(),
          doing,
          problem: `${failure.subject}: ${failure.detail}`,
          remedy: failure.remedy
        })
      )

    /** What the ring refuses can not come up here: every id is one of the ring's own. */
    const decide = (event: RingEvent): boolean => {
      const decided = held.decide(event, now())
      if (Result.isFailure(decided)) return false
      tell(decided.success)
      return true
    }

    /** What happens to a key of the vault is written into it; the ring in use does not wait for that. */
    const decideAndKeep = (key: HeldKey, event: RingEvent): void => {
      if (!decide(event) || key.record.source !== "vault") return
      unwritten.push(event)
      runFork(Effect.forkIn(write, scope))
    }

    const unwritten: Array<RingEvent> = []
    const writing = yield* Semaphore.make(1)

    /** Writes what is not written yet, one change after the other. */
    const write = Effect.whileLoop({
      while: () => unwritten.length > 0,
      body: () => keep(unwritten.shift()),
      step: () => undefined
    }).pipe(writing.withPermits(1), Effect.uninterruptible)

    const keep = (event: RingEvent | undefined): Effect.Effect<void> =>
      event === undefined
        ? Effect.void
        : Effect.catch(Effect.asVoid(store.change({ event })), (failure) => tellTrouble("writing", failure))

    const take = (stored: ReadonlyArray<StoredKey>): void => {
      held.provide(stored)
      decide({ _tag: "Reload", keys: stored.map(({ record }) => record) })
      for (const key of held.idleDraining()) decideAndKeep(key, { _tag: "LastLeaseEnded", id: key.id })
    }

    let inForce = 0
    const follow = ({ settings, version }: SettingsVersion): void => {
      if (version <= inForce) return
      inForce = version
      for (const scope of quotaScopes) takeSettings(scope, settingsKeyOf(settings, scope))
    }

    const takeSettings = (scope: QuotaScope, key: SettingsKey | undefined): void => {
      const before = ofSettings.get(scope)
      if (isSameKey(before?.key, key)) return
      const version = (before?.version ?? 0) + (key === undefined ? 0 : 1)
      ofSettings.set(scope, { key, version })
      if (key !== undefined) {
        const record = settingsRecord(scope, version, key.origin, now())
        held.provide([{ record, key: key.key }])
        decide({ _tag: "Add", key: record, replaces: "settings" })
      } else {
        for (const old of held.ofSettings(scope)) decide({ _tag: "Drain", id: old.id })
      }
      for (const old of held.idleDraining()) decide({ _tag: "LastLeaseEnded", id: old.id })
    }

    held.open(store.opened)
    const first = yield* settings.current
    inForce = first.version
    for (const scope of quotaScopes) {
      const key = settingsKeyOf(first.settings, scope)
      ofSettings.set(scope, { key, version: key === undefined ? 0 : 1 })
      if (key !== undefined) held.open([{ record: settingsRecord(scope, 1, key.origin, now()), key: key.key }])
    }
    tell(
      held.ring
        .filter(({ state }) => state._tag !== "Retired")
        .map(({ id, scope, source }) => ({ _tag: "KeyOpened", provider: providerOf(scope), scope, keyId: id, source }))
    )
    for (const key of held.idleDraining()) decideAndKeep(key, { _tag: "LastLeaseEnded", id: key.id })

    const writeUse = Effect.suspend(() => {
      unwritten.push(...held.takeUsed().map((id) => ({ _tag: "Used", id }) as const))
      return write
    })
    yield* Effect.addFinalizer(() => writeUse)
    if (store.opened.length > 0) yield* Effect.forkScoped(Effect.forever(Effect.delay(writeUse, usedEvery)))
    yield* Effect.forkScoped(Stream.runForEach(settings.changes, (next) => Effect.sync(() => follow(next))))
    yield* Effect.forkScoped(
      Stream.runForEach(store.changes, (found) =>
        found instanceof VaultFailed ? tellTrouble("reading", found) : Effect.sync(() => take(found))
      )
    )

    /** Asked in a fiber of its own: who asked first may leave, the others wait still. */
    const askOnce = (key: HeldKey, ask: Effect.Effect<KeyVerdict>): Effect.Effect<KeyVerdict> =>
      Effect.suspend(() => {
        const asked = questions.get(key.id)
        if (asked !== undefined) return Deferred.await(asked)
        const answer = Deferred.makeUnsafe<KeyVerdict>()
        questions.set(key.id, answer)
        const asking = ask.pipe(
          Effect.catchCause(() => Effect.succeed<KeyVerdict>("unreachable")),
          Effect.onExit((exit) =>
            Effect.sync(() => {
              const verdict = exit._tag === "Success" ? exit.value : "unreachable"
              questions.delete(key.id)
              decideAndKeep(key, { _tag: "Refused", id: key.id, verdict })
              Deferred.doneUnsafe(answer, Effect.succeed(verdict))
            })
          )
        )
        return Effect.andThen(Effect.forkIn(asking, scope), Deferred.await(answer))
      })

    return KeyVault.of({
      keys: Effect.sync(() => held.ring),
      has: (wish: KeyWish) => held.choose(wish) !== undefined,
      lend: (wish: KeyWish) => held.lend(wish),
      giveBack: (lent: LentKey) => {
        const key = held.giveBack(lent)
        if (key !== undefined) decideAndKeep(key, { _tag: "LastLeaseEnded", id: key.id })
      },
      accepted: (lent: LentKey) => {
        const key = held.get(lent.id)
        if (key !== undefined) decideAndKeep(key, { _tag: "Accepted", id: key.id })
      },
      refused: (lent, ask) => {
        const key = held.get(lent.id)
        return key === undefined ? Effect.succeed("rejected") : askOnce(key, ask)
      },
      cooled: (lent: LentKey, pause: Duration.Duration) => {
        const key = held.get(lent.id)
        if (key === undefined) return
        const { scope } = key.record
        tell([{ _tag: "KeyCooled", provider: providerOf(scope), scope, keyId: key.id, pause }])
      },
      follow
    })
  }
)
