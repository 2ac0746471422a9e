/**
 * The network is cut after every single byte of a paid request and of its answer: whatever came through, the provider is
 * charged at most once, and a charge is in a picture or in a job that names what a person can do.
 */
import { connect, createServer, type AddressInfo, type Socket } from "node:net"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Live from "../../layers/Live.ts"
import { defaultOwner, IdempotencyKey } from "../../schemas/Identifiers.ts"
import { providerJobIdOf } from "../../schemas/Job.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { adviceOf } from "../../src/job/JobAdvice.ts"
import { JobLedger } from "../../src/job/JobLedger.ts"
import { temporaryFolder } from "../support/TemporaryFolder.ts"
import { chargingProvider } from "./ChargingProvider.ts"

/** Where the connection of the first request is cut: after so many bytes of one direction. */
interface Cut {
  readonly direction: "request" | "answer"
  readonly after: number
}

/** A way to the provider that is cut once, and counts what the first exchange takes where it is not. */
const cutWay = (target: string) =>
  Effect.gen(function* () {
    const { hostname, port } = new URL(target)
    const sockets = new Set<Socket>()
    const way = { cut: undefined as Cut | undefined, bytes: { request: 0, answer: 0 } }
    const server = createServer((client) => {
      const upstream = connect(Number(port), hostname)
      const { cut } = way
      way.cut = undefined
      const passed = { request: 0, answer: 0 }
      const end = (): void => {
        client.destroy()
        upstream.destroy()
      }
      const pass = (direction: Cut["direction"], from: Socket, to: Socket): void => {
        from.on("data", (bytes) => {
          const room = cut?.direction === direction ? cut.after - passed[direction] : Number.POSITIVE_INFINITY
          passed[direction] += bytes.length
          if (cut !== undefined) way.bytes = { ...passed }
          if (bytes.length < room) to.write(bytes)
          else to.write(bytes.subarray(0, room), end)
        })
      }
      pass("request", client, upstream)
      pass("answer", upstream, client)
      for (const socket of [client, upstream]) {
        sockets.add(socket)
        socket.on("error", end)
        socket.on("close", () => {
          sockets.delete(socket)
          end()
        })
      }
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
      () =>
        Effect.sync(() => {
          for (const socket of sockets) socket.destroy()
          server.close()
        })
    )
    const url = new URL(target)
    url.port = String((server.address() as AddressInfo).port)
    return { way, baseUrl: url.href }
  })

describe("a paid request on a network that is cut", () => {
  it.live("after any of its bytes is paid at most once, and what was paid is not lost", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { acceptedSubmits, baseUrl: target } = yield* chargingProvider
      const { baseUrl, way } = yield* cutWay(target)
      const live = Live.layerWith({
        providers: ["nanobanana"],
        imageDirectory: join(folder, "images"),
        store: "memory",
        nanobanana: {
          apiKey: "simulated",
          baseURL: baseUrl,
          protocol: "generic",
          pollFirst: 1,
          pollCap: 2,
          backoffBase: 1,
          backoffCap: 2,
          rateLimit: []
        }
      })
      const quiet = Layer.merge(live, Logger.layer([]))
      const seen: Record<string, number> = {}

      const generateOver = Effect.fnUntraced(function* (cut: Cut) {
        const key = IdempotencyKey.make(`${cut.direction}-${cut.after}`)
        const before = yield* acceptedSubmits
        way.cut = cut
        const result = yield* Effect.result(
          ImageGenerator.use((it) =>
            it.generate(
              { prompt: "a red fox", parameters: { width: 64, height: 64, quality: "low" } },
              { idempotencyKey: key }
            )
          )
        )
        const job = yield* JobLedger.use((it) => it.find(key, defaultOwner))
        if (job === undefined) return assert.fail("there is no job")
        const charges = (yield* acceptedSubmits) - before
        const where = `${cut.direction} cut after ${cut.after}: ${job.state._tag}, ${charges} charged`
        assert.isAtMost(charges, 1, where)
        if (job.state._tag === "Stored") assert.strictEqual(charges, 1, where)
        if (job.money._tag === "Released") assert.strictEqual(charges, 0, where)
        if (charges === 1 && job.state._tag !== "Stored") {
          assert.strictEqual(result._tag, "Failure", where)
          assert.isAbove(adviceOf(job).actions.length, 0, where)
          assert.isTrue(job.state._tag === "OutcomeUnknown" || providerJobIdOf(job.state) !== undefined, where)
        }
        const outcome = `${cut.direction} ${job.state._tag} ${charges}`
        seen[outcome] = (seen[outcome] ?? 0) + 1
      })

      // A cut that never comes tells how many bytes there are.
      yield* Effect.provide(generateOver({ direction: "answer", after: Number.POSITIVE_INFINITY }), quiet)
      const lengths = way.bytes
      for (const direction of ["request", "answer"] as const) {
        for (let after = 0; after <= lengths[direction]; after++) {
          yield* Effect.provide(generateOver({ direction, after }), Layer.fresh(quiet))
        }
      }
      assert.isAbove(seen["request OutcomeUnknown 0"] ?? 0, 100)
      assert.isAbove(seen["answer OutcomeUnknown 1"] ?? 0, 100)
      yield* Effect.log("cut at", lengths, seen)
    }).pipe(Effect.scoped)
  )
})
