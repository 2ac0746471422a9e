/**
 * The body of `LiveSettings`: what the sources say, the settings they make, and a version that counts up. A change is taken
 * whole or not at all, one after the other; whoever reads `current` keeps what was read.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { ConfigurationError, type SettingProblem } from "../../schemas/Settings.ts"
import type { ChangeOrigin, SettingsPatch } from "../../schemas/SettingsChange.ts"
import { decideSave } from "./DecideSave.ts"
import { LiveSettings, type SettingsNotice } from "./LiveSettings.ts"
import { movedKeys } from "./MovedKeys.ts"
import { makeMemorySettingsFile } from "./MemorySettingsFile.ts"
import { type DocumentEntries, entriesOfDocument, type SettingEntries, type SettingEntry } from "./SettingEntries.ts"
import { settingLines } from "./SettingLines.ts"
import { entriesOfFile, type SettingsFile, type SettingsFileContents } from "./SettingsFile.ts"
import { documentOfValues, partsOfPatch } from "./SettingsPatch.ts"
import {
  changedSettings,
  differingPaths,
  firstState,
  nextState,
  onlyAtStart,
  type SettingsCheck,
  type SettingSources,
  type SettingsState,
  waitingPaths
} from "./SettingsState.ts"
import type { SettingPath } from "./Variables.ts"

/**
 * What the settings are made of. `check` is asked of every change, and not of the first settings: who made them has told
 * what they lack. With `watch` (default false) the file is looked at again whenever it may have changed.
 */
export interface SettingsParts {
  readonly code?: DocumentEntries
  readonly variables?: SettingEntries
  readonly file?: SettingsFile
  readonly check?: SettingsCheck
  readonly watch?: boolean
}

const noEntries: DocumentEntries = { entries: new Map(), problems: [] }

/**
 * Makes the service; its watch over the file ends with the scope.
 *
 * **Errors** `ConfigurationError` with every value that can not be used, and every problem found before.
 */
export const makeLiveSettings = Effect.fnUntraced(function* ({
  check = () => [],
  code = noEntries,
  file: given,
  variables = noEntries.entries,
  watch = false
}: SettingsParts): Effect.fn.Return<LiveSettings["Service"], ConfigurationError, Scope.Scope> {
  const file = given ?? (yield* makeMemorySettingsFile())
  const read = entriesOfFile(yield* file.read)
  const first = firstState({ code: code.entries, variables, file: read.entries }, [...code.problems, ...read.problems])
  const ref = yield* SubscriptionRef.make(yield* orConfigurationError(first))
  const notices = yield* PubSub.unbounded<SettingsNotice>()
  const turn = yield* Semaphore.make(1)
  const state = (): SettingsState => SubscriptionRef.getUnsafe(ref)

  const take = Effect.fnUntraced(function* (next: SettingsState, by: ChangeOrigin) {
    const before = state()
    yield* SubscriptionRef.set(ref, next)
    const changed = changedSettings(before.version.settings, next.version.settings)
    const afterRestart = waitingPaths(next)
    if (changed.length > 0 || afterRestart.join() !== waitingPaths(before).join()) {
      const at = yield* Clock.currentTimeMillis
      const { version } = next.version
      yield* PubSub.publish(notices, { _tag: "SettingsChanged", at, version, by, changed, afterRestart })
    }
    return next.version
  }, Effect.uninterruptible)

  const update = (patch: SettingsPatch) =>
    Effect.suspend(() => {
      const before = state()
      const updated = updatedCode(before.sources, patch)
      const sources = { ...before.sources, code: updated.entries }
      return Effect.flatMap(orConfigurationError(nextState(before, sources, updated.problems, check)), (next) => {
        const waited = new Set(waitingPaths(before))
        const refused = waitingPaths(next).filter((path) => updated.paths.has(path) && !waited.has(path))
        return refused.length > 0
          ? Effect.fail(new ConfigurationError({ problems: refused.map(onlyAtStart) }))
          : take(next, "update")
      })
    })

  const stateWith = (contents: SettingsFileContents) => {
    const { entries, problems } = entriesOfFile(contents)
    return nextState(state(), { ...state().sources, file: entries }, problems, check)
  }

  const save = Effect.fnUntraced(function* (patch: SettingsPatch) {
    const { settings } = state().version
    const checkSaved: SettingsCheck = (next) => [...check(next), ...movedKeys(settings, next)]
    const contents = yield* file.edit((before) => decideSave(before, patch, state().sources, checkSaved))
    return yield* take(yield* orConfigurationError(stateWith(contents)), "save")
  }, Effect.uninterruptible)

  // What is wrong with the file is told once, until it is another problem or none.
  let refused = ""
  const refuse = Effect.fnUntraced(function* (problems: ReadonlyArray<SettingProblem>) {
    const told = JSON.stringify(problems)
    if (told === refused) return
    refused = told
    const at = yield* Clock.currentTimeMillis
    yield* PubSub.publish(notices, { _tag: "SettingsRefused", at, by: "file", problems })
  })

  const look = Effect.gen(function* () {
    const next = stateWith(yield* file.read)
    if (Result.isFailure(next)) return yield* refuse(next.failure)
    refused = ""
    const before = state()
    const isSame =
      differingPaths(before.version.settings, next.success.version.settings).length === 0 &&
      differingPaths(before.afterRestart, next.success.afterRestart).length === 0
    if (!isSame) yield* take(next.success, "file")
  })

  const alone = turn.withPermits(1)
  if (watch) {
    yield* Effect.forkScoped(
      Stream.runForEach(file.changes, () => alone(look)),
      { startImmediately: true }
    )
  }
  return LiveSettings.of({
    current: Effect.sync(() => state().version),
    latest: () => state().version,
    update: (patch) => alone(update(patch)),
    save: (patch) => alone(save(patch)),
    report: Effect.sync(() => settingLines(state())),
    changes: Stream.map(SubscriptionRef.changes(ref), ({ version }) => version),
    notices: Stream.fromPubSub(notices)
  })
})

/** A list of problems as the error that carries them. */
export const orConfigurationError = <A>(
  result: Result.Result<A, ReadonlyArray<SettingProblem>>
): Effect.Effect<A, ConfigurationError> =>
  Effect.fromResult(Result.mapError(result, (problems) => new ConfigurationError({ problems: [...problems] })))

/** What code says after a patch, and the places that the patch names. */
const updatedCode = (
  { code }: SettingSources,
  patch: SettingsPatch
): DocumentEntries & { readonly paths: ReadonlySet<SettingPath> } => {
  const parts = partsOfPatch(patch)
  const read = entriesOfDocument(documentOfValues(parts.given))
  const entries = new Map<SettingPath, SettingEntry>([...code, ...read.entries])
  for (const path of parts.removed) entries.delete(path)
  return {
    entries,
    problems: [...parts.problems, ...read.problems],
    paths: new Set([...parts.given.keys(), ...parts.removed])
  }
}
