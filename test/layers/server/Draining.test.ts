/** What a load balancer sees of a program that ends. */
import { once } from "node:events"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { HealthReport } from "../../../schemas/Health.ts"
import { Health } from "../../../src/health/Health.ts"
import { echoMillis } from "../../../apps/cli/Signals.ts"
import { startServerProcess } from "../../support/ServerProcess.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"
import { startServer } from "./RunningServer.ts"

/** On a connection of its own: whether connections are still taken is what is asked. */
const asked = (url: string, init: RequestInit = {}) =>
  Effect.promise(async () => {
    const response = await fetch(url, { ...init, headers: { ...init.headers, connection: "close" } })
    return { status: response.status, body: (await response.json()) as unknown }
  })

const readiness = (url: string) => asked(`${url}/health/ready`)

const untilNotReady = (url: string) =>
  Effect.gen(function* () {
    for (let turn = 0; turn < 400; turn++) {
      const answer = yield* readiness(url)
      if (answer.status !== 200) return answer
      yield* Effect.sleep("25 millis")
    }
    return yield* readiness(url)
  })

describe("a server that ends", () => {
  it.live(
    "is not ready at once, goes on accepting while it drains, and leaves at the second signal",
    () =>
      Effect.gen(function* () {
        const variables = { USE_MOCK_APIS: "true", MOCK_LATENCY: "1" }
        const server = yield* startServerProcess(yield* temporaryFolder, variables, ["--drain", "10m"])
        assert.strictEqual((yield* readiness(server.url)).status, 200)
        server.child.kill("SIGTERM")
        const { body, status } = yield* untilNotReady(server.url)
        assert.strictEqual(status, 503)
        assert.deepStrictEqual((body as HealthReport).notReadyBecause, ["ShuttingDown"])
        assert.strictEqual((yield* asked(`${server.url}/health/live`)).status, 200)
        const enhanced = yield* asked(`${server.url}/v1/enhancements`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ prompt: "a red fox" })
        })
        assert.strictEqual(enhanced.status, 200)
        const ended = once(server.child, "exit")
        // All of the above may take less time than that in which a repeated signal is an echo of the first.
        yield* Effect.sleep(2 * echoMillis)
        server.child.kill("SIGTERM")
        yield* Effect.promise(() => ended)
      }),
    60_000
  )

  it.live("is not ready before it stops accepting, and stops when the time to drain is over", () =>
    Effect.gen(function* () {
      const server = yield* startServer({ drain: Duration.millis(300) })
      const health = Context.get(server.services, Health)
      const ending = yield* Effect.forkChild(server.stop)
      yield* Effect.repeat(Effect.delay(health.report, 1), { until: ({ isReady }) => !isReady })
      assert.deepStrictEqual((yield* health.report).notReadyBecause, ["ShuttingDown"])
      yield* Fiber.join(ending)
      const exit = yield* Effect.exit(Effect.tryPromise(() => fetch(`${server.url}/health/ready`)))
      assert.strictEqual(exit._tag, "Failure")
    })
  )
})
