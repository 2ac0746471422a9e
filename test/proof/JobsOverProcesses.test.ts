/**
 * Several programs on one ledger: two workers share its jobs, and one that was away past its lease wakes with an answer.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createServer, connect, type AddressInfo, type Socket } from "node:net"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as JobWorkerLayer from "../../layers/job/JobWorker.ts"
import * as Live from "../../layers/Live.ts"
import { defaultOwner, IdempotencyKey } from "../../schemas/Identifiers.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { JobWorker } from "../../src/image/JobWorker.ts"
import { JobLedger } from "../../src/job/JobLedger.ts"
import { temporaryFolder } from "../support/TemporaryFolder.ts"
import { chargingProvider } from "./ChargingProvider.ts"
import type { GeneratePlan } from "./crash/GenerateOnce.ts"

const parameters = { width: 64, height: 64, quality: "low" } as const

const settingsIn = (folder: string, baseURL: string): SettingsDocument => ({
  providers: ["nanobanana"],
  home: join(folder, "home"),
  imageDirectory: join(folder, "images"),
  store: "sqlite",
  nanobanana: { apiKey: "simulated", baseURL, protocol: "generic", pollFirst: 5, pollCap: 10, rateLimit: [] }
})

const workOnAll = (folder: string, { nanobanana = {} }: SettingsDocument): Effect.Effect<number | null> =>
  Effect.promise(async () => {
    const program = join(import.meta.dirname, "../../apps/cli/ludeng.mjs")
    const child = spawn(process.execPath, [program, "jobs", "resume", "--all", "--json"], {
      stdio: "ignore",
      cwd: folder,
      env: {
        PATH: process.env["PATH"] ?? "",
        LUDENG_HOME: join(folder, "home"),
        LUDENG_IMAGE_DIRECTORY: join(folder, "images"),
        NANOBANANA_API_KEY: "simulated",
        NANOBANANA_BASE_URL: nanobanana.baseURL ?? "",
        NANOBANANA_PROTOCOL: "generic",
        NANOBANANA_POLL_FIRST: "5",
        NANOBANANA_POLL_CAP: "10",
        NANOBANANA_RATE_LIMITS: "none"
      }
    })
    const [code] = (await once(child, "exit")) as [number | null]
    return code
  })

describe("two programs that work on one ledger", () => {
  it.live("send each of its jobs once, and bring all to their pictures", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { acceptedSubmits, baseUrl } = yield* chargingProvider
      const settings = settingsIn(folder, baseUrl)
      // A program that reaches nobody leaves everything in the queue.
      const entering = {
        ...settings,
        nanobanana: { ...settings.nanobanana, baseURL: "http://127.0.0.1:9/generic", rateLimit: [] }
      }
      const count = 40
      yield* Effect.forEach(
        Array.from({ length: count }, (_, index) => index),
        (index) => ImageGenerator.use((it) => it.submit({ prompt: `a red fox, number ${index}`, parameters }))
      ).pipe(Effect.provide(Layer.merge(Live.layerWith(entering), Logger.layer([]))))
      assert.strictEqual(yield* acceptedSubmits, 0)
      const codes = yield* Effect.all([workOnAll(folder, settings), workOnAll(folder, settings)], { concurrency: 2 })
      assert.deepStrictEqual(codes, [0, 0])
      const jobs = yield* JobLedger.use((it) => it.list(defaultOwner)).pipe(Effect.provide(Live.layerWith(settings)))
      assert.deepStrictEqual(new Set(jobs.map((it) => it.state._tag)), new Set(["Stored"]))
      assert.deepStrictEqual([jobs.length, yield* acceptedSubmits], [count, count])
    }).pipe(Effect.scoped)
  )
})

/** Passes everything on to the provider, and says when a paid request has gone through; its answer waits to be let go. */
const heldAnswers = (target: string) =>
  Effect.gen(function* () {
    const { hostname, port } = new URL(target)
    let isHeld = true
    const waiting: Array<() => void> = []
    let tellSent = (): void => undefined
    const sent = new Promise<void>((resolve) => (tellSent = resolve))
    const sockets = new Set<Socket>()
    const server = createServer((client) => {
      const upstream = connect(Number(port), hostname)
      for (const socket of [client, upstream]) {
        sockets.add(socket)
        socket.on("error", () => socket.destroy())
      }
      client.on("data", (bytes) => upstream.write(bytes))
      client.on("close", () => upstream.destroy())
      upstream.on("close", () => client.destroy())
      upstream.on("data", (bytes) => {
        if (!isHeld) return void client.write(bytes)
        tellSent()
        waiting.push(() => client.write(bytes))
      })
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
      () =>
        Effect.sync(() => {
          for (const socket of sockets) socket.destroy()
          server.close()
        })
    )
    const letGo = (): void => {
      isHeld = false
      for (const pass of waiting) pass()
    }
    const url = new URL(target)
    url.port = String((server.address() as AddressInfo).port)
    return { baseUrl: url.href, sent, letGo }
  })

const exitOf = (child: ChildProcess) =>
  Effect.promise(() => once(child, "exit") as Promise<[number | null, string | null]>)

describe("a worker that was stopped past its lease", () => {
  it.live("and wakes with the provider's id, gives what it has: nothing is paid twice, nothing is lost", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { acceptedSubmits, baseUrl } = yield* chargingProvider
      const proxy = yield* heldAnswers(baseUrl)
      const plan: GeneratePlan = {
        settings: settingsIn(folder, proxy.baseUrl),
        stepsFile: join(folder, "steps"),
        killAt: 0,
        prompt: "a red fox",
        key: "order-7"
      }
      const program = join(import.meta.dirname, "crash/GenerateOnce.ts")
      const child = spawn(process.execPath, [program, JSON.stringify(plan)], { stdio: ["ignore", "ignore", "inherit"] })
      const ended = yield* Effect.forkChild(exitOf(child), { startImmediately: true })
      yield* Effect.promise(() => proxy.sent)
      child.kill("SIGSTOP")
      // Its lease ends as any does: by time. The row says so, instead of a minute of waiting.
      const database = new DatabaseSync(join(folder, "home", "ledger.db"))
      database.exec("UPDATE jobs SET lease_until = 0, due_at = 0")
      database.close()
      const services = JobWorkerLayer.layerWith({ lookEvery: "5 millis" }).pipe(
        Layer.provideMerge(Live.layerWith(settingsIn(folder, baseUrl))),
        Layer.provideMerge(Logger.layer([]))
      )
      const find = JobLedger.use((it) => it.find(IdempotencyKey.make(plan.key), defaultOwner))
      yield* Effect.gen(function* () {
        yield* JobWorker.use((it) => it.whenIdle)
        assert.strictEqual((yield* find)?.state._tag, "OutcomeUnknown")
        proxy.letGo()
        child.kill("SIGCONT")
        const [code] = yield* Fiber.join(ended)
        assert.strictEqual(code, 0)
        yield* JobWorker.use((it) => it.whenIdle)
        assert.strictEqual((yield* find)?.state._tag, "Stored")
      }).pipe(Effect.provide(services))
      assert.strictEqual(yield* acceptedSubmits, 1)
    }).pipe(Effect.scoped)
  )
})
