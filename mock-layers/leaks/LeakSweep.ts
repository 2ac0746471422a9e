/**
 * Looks for leaks in a program: plants canaries as keys, as the vault's secret and as prompts, lets the program do all it
 * does in every situation the simulated providers know, and searches everything it says and writes.
 *
 * | sink | searched |
 * | --- | --- |
 * | logs, spans, metrics, events | as they are told, at the lowest level, in three formats |
 * | errors | message, stack, cause, `inspect`, JSON |
 * | audit rows | as the audit gives them |
 * | files | everything below the world's folder, while it runs (the databases' `-wal` too) and after its end |
 * | output | what the process prints |
 *
 * The result of a call is its owner's and is not searched. A canary is known in capitals, base64, hexadecimal digits and
 * UTF-16 too, and by its head or tail alone.
 */
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import type { EnhancementRequest } from "../../schemas/Enhancement.ts"
import type { VaultFailed } from "../../schemas/VaultFailed.ts"
import * as Prometheus from "../../layers/telemetry/Prometheus.ts"
import type { Services } from "../../layers/Services.ts"
import { AuditLog } from "../../src/audit/AuditLog.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { Illustrator } from "../../src/illustration/Illustrator.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { KeyStore } from "../../src/vault/KeyStore.ts"
import { FaultKind, Scenario, type SimulationDocument } from "../simulation/Script.ts"
import { composeLive, type Composition, plant, type Planted, rotatedRecord } from "./LeakWorld.ts"
import { modelCalls } from "./ModelCalls.ts"
import { type Leak, Listener, listenToOutput, type Sink } from "./Sinks.ts"

/** Every situation of the providers, and every fault of a single request. */
export const everyWorld: ReadonlyArray<readonly [string, SimulationDocument]> = [
  ...Scenario.literals.map((scenario) => [`scenario ${scenario}`, { scenario }] as const),
  ...FaultKind.literals.map((fault) => [`fault ${fault}`, { faults: [{ fault }] }] as const)
]

/** What was found. **Units** `searched` in texts, files included. */
export interface LeakReport {
  readonly worlds: number
  readonly searched: Readonly<Partial<Record<Sink, number>>>
  readonly leaks: ReadonlyArray<Leak>
}

/**
 * What is swept. `folder` is an empty one, for what the program writes; it is left to the caller. `compose` is the program
 * (default: what `Live.ts` composes, over simulated providers), `worlds` the situations (default: every one).
 */
export interface LeakSweepOptions {
  readonly folder: string
  readonly compose?: Composition
  readonly worlds?: ReadonlyArray<readonly [string, SimulationDocument]>
}

/**
 * Sweeps, in real time: some 15 seconds.
 *
 * **Errors** `VaultFailed` where the folder can not be written to. A program that can not be built at all is searched as
 * it fails.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { mkdtempSync, rmSync } from "node:fs"
 * import { tmpdir } from "node:os"
 * import { join } from "node:path"
 * import { sweepForLeaks } from "@ludeng/providers/mock-layers/leaks/LeakSweep"
 *
 * const folder = mkdtempSync(join(tmpdir(), "leaks-"))
 * const worlds = [["flaky providers", { scenario: "flaky" }]] as const
 * const report = await Effect.runPromise(sweepForLeaks({ folder, worlds }))
 * rmSync(folder, { recursive: true })
 * report.leaks // => []
 * ```
 */
export const sweepForLeaks = ({
  compose = composeLive,
  folder,
  worlds = everyWorld
}: LeakSweepOptions): Effect.Effect<LeakReport, VaultFailed> =>
  Effect.scoped(
    Effect.gen(function* () {
      const planted = yield* Effect.forEach(
        worlds,
        ([name, simulation], index) => plant(folder, index, name, simulation),
        sideBySide
      )
      const everywhere = new Listener(
        "all of them",
        planted.flatMap((it) => it.canaries)
      )
      yield* listenToOutput((text) => everywhere.hear("output", "standard output or error", text))
      const listeners = yield* Effect.forEach(planted, (it) => listenIn(it, compose), sideBySide)
      return reportOf([everywhere, ...listeners], worlds.length)
    })
  )

/** Most of a world is waiting for what hangs. */
const sideBySide = { concurrency: 12 } as const

const reportOf = (listeners: ReadonlyArray<Listener>, worlds: number): LeakReport => {
  const searched: Partial<Record<Sink, number>> = {}
  for (const { counts } of listeners) {
    for (const [sink, count] of counts) searched[sink] = (searched[sink] ?? 0) + count
  }
  return { worlds, searched, leaks: listeners.flatMap(({ leaks }) => leaks) }
}

const listenIn = (planted: Planted, compose: Composition): Effect.Effect<Listener> =>
  Effect.gen(function* () {
    const listener = new Listener(planted.world.name, planted.canaries)
    const exit = yield* Effect.exit(
      live(planted, listener).pipe(Effect.provide(compose(planted.world)), Effect.provide(listener.layer))
    )
    listener.hearExit("the program", exit)
    yield* searchFiles(planted.world.folder, listener)
    return listener
  })

/** All that the library does, in one world. */
const live = ({ newKey, prompt, world }: Planted, listener: Listener): Effect.Effect<void, never, Services> =>
  Effect.gen(function* () {
    const strange: EnhancementRequest = Object.assign({ prompt }, { [prompt]: prompt })
    const small = { width: 64, height: 64, quality: "low" } as const
    const enhancer = yield* PromptEnhancer
    const images = yield* ImageGenerator
    const illustrator = yield* Illustrator
    const everything: ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown, Services>]> = [
      ["enhance", enhancer.enhance({ prompt, parameters: { focus: [prompt] } })],
      ["generate", images.generate({ prompt, parameters: { ...small, style: prompt } })],
      ["illustrate", illustrator.illustrate({ prompt, image: small })],
      ["submit", images.submit({ prompt })],
      ["a prompt that is too long", images.generate({ prompt: prompt.repeat(300) })],
      ["a prompt that is no text", images.generate({ prompt: `${prompt}\ud800` })],
      ["a field that nobody knows", enhancer.enhance(strange)],
      ...modelCalls(prompt)
    ]
    const heard = ([name, call]: (typeof everything)[number]) =>
      Effect.map(Effect.exit(call), (exit) => listener.hearExit(name, exit))
    yield* Effect.forEach(everything, heard, { concurrency: "unbounded", discard: true })
    const store = yield* KeyStore
    const event = { _tag: "Add", key: rotatedRecord, replaces: "all" } as const
    yield* heard(["rotate the key", store.change({ event, key: Redacted.make(newKey.text) })])
    yield* heard(["enhance with the new key", enhancer.enhance({ prompt: `${prompt} again` }, { cache: "fresh" })])
    const rows = yield* Effect.exit(AuditLog.use((it) => it.list({ limit: 1_000 })))
    if (Exit.isSuccess(rows))
      for (const row of rows.value) listener.hear("audit row", row.row.kind, JSON.stringify(row))
    for (const metric of yield* Metric.snapshot) listener.hear("metric", metric.id, inspect(metric, { depth: 8 }))
    listener.hear("metric", "text for Prometheus", yield* Prometheus.text({ all: true }))
    yield* searchFiles(world.folder, listener)
  })

/** Searches every file below a folder, names included. */
const searchFiles = (folder: string, listener: Listener): Effect.Effect<void> =>
  Effect.promise(async () => {
    const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true })
    for (const entry of entries) {
      const file = path.join(entry.parentPath, entry.name)
      const name = path.relative(folder, file)
      listener.hear("file", name, name)
      // A file may be gone by now: a temporary one, or a database's journal.
      if (entry.isFile()) listener.hear("file", name, await fs.readFile(file, "latin1").catch(() => ""))
    }
  })
