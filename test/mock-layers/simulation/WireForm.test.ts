import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as UndiciTransport from "../../../layers/transport/UndiciTransport.ts"
import { Scenario, type FaultKind } from "../../../mock-layers/simulation/Script.ts"
import * as SimulatorServer from "../../../mock-layers/simulation/SimulatorServer.ts"
import { makeSimulatedTransport } from "../../../mock-layers/simulation/SimulatedTransport.ts"
import { type Answer, type ExchangeRequest, Transport } from "../../../src/transport/Transport.ts"
import type { TransportFailed } from "../../../src/transport/TransportFailed.ts"
import { chatBody, exchange, simulate } from "./Ask.ts"

const roots = {
  deepseek: "https://api.deepseek.com",
  nanobananaapi: "https://api.nanobananaapi.ai/api/v1/nanobanana",
  generic: "https://api.nanobanana.com/v1"
}

type Roots = typeof roots

const change = { timeout: Duration.millis(400) } satisfies Partial<ExchangeRequest>

const requestsTo = (urls: Roots): ReadonlyArray<ExchangeRequest> => [
  exchange("deepseek", "chat", "POST", `${urls.deepseek}/chat/completions`, chatBody(), change),
  exchange("deepseek", "probe", "GET", `${urls.deepseek}/user/balance`, undefined, change),
  exchange("nanobanana", "submit", "POST", `${urls.nanobananaapi}/generate-2`, { prompt: "a cat" }, change),
  exchange("nanobanana", "status", "GET", `${urls.nanobananaapi}/record-info?taskId=1`, undefined, change),
  exchange("nanobanana", "submit", "POST", `${urls.generic}/generate`, { prompt: "a cat" }, change),
  exchange("nanobanana", "cancel", "DELETE", `${urls.generic}/jobs/1`, undefined, change)
]

const ownHeaders = ["content-type", "content-length", "x-ds-trace-id", "retry-after"]

/** What came, without what only a socket has: its date, its connection headers, the code of its loss. */
const told = (result: Result.Result<Answer, TransportFailed>) => {
  if (Result.isFailure(result)) {
    const { reason, status, wasSent } = result.failure
    return { reason: reason._tag, phase: "phase" in reason ? reason.phase : "none", status, wasSent }
  }
  const { body, headers, status } = result.success
  const own = ownHeaders.map((name) => headers[name])
  return {
    status,
    own,
    body: Buffer.from(body)
      .toString()
      .replace(/"created":\d+/, "")
  }
}

const play = (transport: Transport["Service"], urls: Roots) =>
  Effect.forEach(requestsTo(urls), (request) => Effect.map(Effect.result(transport.exchange(request)), told), {
    concurrency: "unbounded"
  })

const compare = (script: Parameters<typeof simulate>[0]) =>
  Effect.gen(function* () {
    const options = { seed: 5, latency: 0, ...script }
    const server = yield* SimulatorServer.make(options)
    const overTcp = yield* play(yield* Transport, server.baseUrls)
    const inProcess = yield* play(makeSimulatedTransport(simulate(options)), roots)
    return { overTcp, inProcess }
  }).pipe(Effect.scoped, Effect.provide(UndiciTransport.layerWith({})))

describe("the wire form", () => {
  it.live.each(Scenario.literals)(
    "of %s is the same in process and over TCP",
    (scenario) =>
      Effect.gen(function* () {
        const { inProcess, overTcp } = yield* compare({ scenario, failureRate: scenario === "flaky" ? 0.5 : 0 })
        assert.deepStrictEqual(overTcp, inProcess)
      }),
    20_000
  )

  const faults: ReadonlyArray<FaultKind> = [
    "reset",
    "lost-answer",
    "silence",
    "late-error",
    "interrupted",
    "code-fence",
    "unknown-status"
  ]

  it.live.each(faults)(
    "of the fault %s is the same in process and over TCP",
    (fault) =>
      Effect.gen(function* () {
        const { inProcess, overTcp } = yield* compare({ faults: [{ fault }], retryAfter: "3" })
        assert.deepStrictEqual(overTcp, inProcess)
      }),
    20_000
  )

  it.live("of a limit of the script is the same in process and over TCP", () =>
    Effect.gen(function* () {
      const limits = (["chat", "submit"] as const).map((operation) => ({
        operation,
        requests: 1,
        window: "1 minute",
        retryAfter: 2
      }))
      const { inProcess, overTcp } = yield* compare({ limits, scenario: "slow-drip" })
      assert.deepStrictEqual(overTcp, inProcess)
    })
  )
})
