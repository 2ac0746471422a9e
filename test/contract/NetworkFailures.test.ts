import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { isolated } from "../../layers/Isolated.ts"
import * as Services from "../../layers/Services.ts"
import * as MemoryStores from "../../layers/stores/MemoryStores.ts"
import * as MemorySettings from "../../layers/settings/MemorySettings.ts"
import * as UndiciTransport from "../../layers/transport/UndiciTransport.ts"
import * as MemoryImageStore from "../../mock-layers/image/MemoryImageStore.ts"
import type { ApiError, CallFailure } from "../../schemas/Failures.ts"
import { defaultOwner } from "../../schemas/Identifiers.ts"
import type { ApiReason } from "../../schemas/Reason.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { JobLedger } from "../../src/job/JobLedger.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"
import { httpServer, told } from "../layers/transport/Servers.ts"
import * as Networks from "./Networks.ts"
import * as NoKeyStore from "../../layers/vault/NoKeyStore.ts"

const prompt = "a red fox in the snow"
const price = 40_000
const ample = Duration.seconds(20)

const over = (network: Pick<Networks.Network, "baseUrl" | "options">, attemptTimeout: Duration.Duration) => {
  const limit = Duration.toMillis(attemptTimeout)
  const retries = { retryLimit: 2, backoffBase: 1, backoffCap: 2 }
  return isolated(
    Services.layer.pipe(
      Layer.provideMerge(
        Layer.mergeAll(
          UndiciTransport.layerWith(network.options),
          MemoryImageStore.layer,
          NoKeyStore.layer,
          Layer.provideMerge(
            MemoryStores.layer,
            MemorySettings.layerFromCode({
              deepseek: { apiKey: "sk-key", baseURL: network.baseUrl, attemptTimeout: { chat: limit }, ...retries },
              nanobanana: {
                apiKey: "key",
                baseURL: network.baseUrl,
                protocol: "nanobananaapi",
                attemptTimeout: { submit: limit },
                priceUpperBound: price,
                ...retries
              }
            })
          )
        )
      )
    )
  )
}

/** A call that fails, and what it leaves behind. */
const enhance = Effect.gen(function* () {
  const error = yield* Effect.flip(PromptEnhancer.use((it) => it.enhance({ prompt })))
  return { error, totals: yield* CostLedger.use((it) => it.totals()) }
})
const generate = Effect.gen(function* () {
  const error = yield* Effect.flip(ImageGenerator.use((it) => it.generate({ prompt, parameters: { quality: "low" } })))
  const jobs = yield* JobLedger.use((it) => it.list(defaultOwner))
  return { error, jobs, totals: yield* CostLedger.use((it) => it.totals()) }
})

/** What an error tells of the call as a whole. */
const toldBy = (error: CallFailure): Partial<ApiError> => {
  if (error._tag === "Rejection") return assert.fail(error.message)
  const { _tag, attempts, isRetryable, operation, outcome, reason, stoppedBy } = error
  return { _tag, operation, reason, outcome, attempts, isRetryable, ...(stoppedBy === undefined ? {} : { stoppedBy }) }
}

interface Row {
  readonly name: string
  readonly network: Networks.MakeNetwork
  readonly reason: ApiReason
  /** Whether the provider may have seen the request. */
  readonly isSent: boolean
  /** Whether another attempt may do better, where it can cost nothing twice. */
  readonly isRepeated: boolean
  readonly isRetryable: boolean
  /** What the server sees of one attempt. */
  readonly connections: 0 | 1
  readonly requests: 0 | 1
  readonly attemptTimeout?: Duration.Duration
}

const soon = Duration.millis(50)
const plain = { host: Networks.plainHost }
const secure = { host: Networks.secureHost }
const unsent = { isSent: false, isRepeated: true, isRetryable: true, requests: 0 } as const
const lost = { isSent: true, isRepeated: true, isRetryable: true, connections: 1, requests: 1 } as const

const rows: ReadonlyArray<Row> = [
  {
    name: "a resolver that never answers",
    network: Networks.silentResolver,
    reason: { _tag: "TimedOut", phase: "connect", limit: soon },
    ...unsent,
    connections: 0,
    attemptTimeout: soon
  },
  {
    name: "a connection that is never ready",
    network: Networks.silentHandshake,
    reason: { _tag: "TimedOut", phase: "connect", limit: soon },
    ...unsent,
    connections: 1,
    attemptTimeout: soon
  },
  {
    name: "a refused connection",
    network: Networks.refused,
    reason: { _tag: "ConnectionRefused", ...plain },
    ...unsent,
    connections: 0
  },
  {
    name: "a reset before the request",
    network: Networks.resetBefore,
    reason: { _tag: "ConnectionLost", phase: "connect", code: "ECONNRESET" },
    ...unsent,
    connections: 1
  },
  {
    name: "a reset after the request",
    network: Networks.resetAfter,
    reason: { _tag: "ConnectionLost", phase: "headers", code: "ECONNRESET" },
    ...lost
  },
  {
    name: "a connection closed in the middle of the answer",
    network: Networks.closedInAnswer,
    reason: { _tag: "ConnectionLost", phase: "body", code: "UND_ERR_SOCKET" },
    ...lost
  },
  {
    name: "a name that does not exist",
    network: Networks.withoutName("ENOTFOUND"),
    reason: { _tag: "DnsFailed", ...secure, isTemporary: false },
    ...unsent,
    isRepeated: false,
    connections: 0
  },
  {
    name: "a name that can not be resolved now",
    network: Networks.withoutName("EAI_AGAIN"),
    reason: { _tag: "DnsFailed", ...secure, isTemporary: true },
    ...unsent,
    isRepeated: false,
    connections: 0
  },
  {
    name: "a certificate that nobody trusted has signed",
    network: Networks.untrusted("issuer"),
    reason: { _tag: "TlsFailed", ...secure, code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
    ...unsent,
    isRepeated: false,
    isRetryable: false,
    connections: 1
  },
  {
    name: "a certificate of another name",
    network: Networks.untrusted("name"),
    reason: { _tag: "TlsFailed", ...secure, code: "ERR_TLS_CERT_ALTNAME_INVALID" },
    ...unsent,
    isRepeated: false,
    isRetryable: false,
    connections: 1
  }
]

const expectSeen = (row: Row, network: Networks.Network, attempts: number) =>
  Effect.gen(function* () {
    if (row.connections === 1) yield* network.taken(attempts)
    assert.deepStrictEqual(network.seen(), {
      lookups: attempts,
      connections: attempts * row.connections,
      requests: attempts * row.requests
    })
  })

const stopped = (isRepeated: boolean) => (isRepeated ? ({ stoppedBy: "AttemptsExhausted" } as const) : {})

/** A refused connection opens the circuit at once: it could be tried again, and the circuit does not let it. */
const opensCircuit = ({ reason }: Pick<(typeof rows)[number], "reason">): boolean => reason._tag === "ConnectionRefused"

describe("A broken network, through the whole library", () => {
  for (const row of rows) {
    const outcome = row.isSent ? "Unknown" : "NotSent"
    const attemptTimeout = row.attemptTimeout ?? ample

    const isTriedAgain = row.isRepeated && !opensCircuit(row)
    it.live(`enhance: ${row.name} is tried ${isTriedAgain ? "again to the limit" : "once"}`, () =>
      Effect.gen(function* () {
        const network = yield* row.network
        const { error, totals } = yield* Effect.provide(enhance, over(network, attemptTimeout))
        const attempts = isTriedAgain ? 3 : 1
        assert.deepStrictEqual(toldBy(error), {
          _tag: "ApiError",
          operation: "chat",
          reason: row.reason,
          outcome,
          attempts,
          isRetryable: row.isRetryable,
          ...(opensCircuit(row) ? { stoppedBy: "CircuitOpen" } : stopped(isTriedAgain))
        })
        yield* expectSeen(row, network, attempts)
        assert.strictEqual(totals.reserved, 0)
        // What may have been processed counts as spent, attempt by attempt.
        assert.strictEqual(totals.spent > 0, row.isSent)
      })
    )

    const isSentAgain = row.isRepeated && !row.isSent && !opensCircuit(row)
    it.live(`generate: ${row.name} is sent ${isSentAgain ? "again, for nothing was processed" : "once"}`, () =>
      Effect.gen(function* () {
        const network = yield* row.network
        const { error, jobs, totals } = yield* Effect.provide(generate, over(network, attemptTimeout))
        const attempts = isSentAgain ? 3 : 1
        assert.deepStrictEqual(toldBy(error), {
          _tag: "ApiError",
          operation: "submit",
          reason: row.reason,
          outcome,
          attempts,
          isRetryable: row.isRetryable && !row.isSent,
          ...(opensCircuit(row) ? { stoppedBy: "CircuitOpen" } : stopped(isSentAgain))
        })
        yield* expectSeen(row, network, attempts)
        const [job, ...others] = jobs
        assert.deepStrictEqual(others, [])
        assert.strictEqual("jobId" in error && error.jobId, job?.id)
        assert.deepInclude(job, { attempts })
        if (row.isSent) {
          assert.deepInclude(job, { money: { _tag: "Held", bound: price } })
          assert.strictEqual(job?.state._tag, "OutcomeUnknown")
          assert.deepInclude(totals, { reserved: price, spent: 0 })
        } else {
          assert.deepInclude(job, { state: { _tag: "Failed", reason: row.reason }, money: { _tag: "Released" } })
          assert.deepInclude(totals, { reserved: 0, spent: 0 })
        }
      })
    )
  }

  it.effect("generate: a paid request that is never answered is sent once, and its money held", () =>
    Effect.gen(function* () {
      const asked = told<void>()
      let requests = 0
      const server = yield* httpServer((request) => {
        requests += 1
        request.resume().on("end", () => asked.tell())
      })
      const fiber = yield* Effect.forkChild(
        Effect.provide(generate, over({ baseUrl: server.origin, options: {} }, ample))
      )
      yield* asked.heard
      yield* TestClock.adjust(ample)
      const { error, jobs, totals } = yield* Fiber.join(fiber)
      assert.deepStrictEqual(toldBy(error), {
        _tag: "ApiError",
        operation: "submit",
        reason: { _tag: "TimedOut", phase: "headers", limit: ample },
        outcome: "Unknown",
        attempts: 1,
        isRetryable: false
      })
      assert.deepStrictEqual(
        jobs.map((job) => job.state._tag),
        ["OutcomeUnknown"]
      )
      assert.deepInclude(totals, { reserved: price, spent: 0 })
      assert.strictEqual(requests, 1)
    })
  )
})
