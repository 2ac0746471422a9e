/**
 * The dashboard over a running simulation, without the rest of the HTTP face: a process of its own that is stopped and
 * started while a page looks at it. `FIXTURE_PORT` (0: a free one), `FIXTURE_SCENE` (one of `scenes`), `FIXTURE_TOKEN` (none:
 * open), `FIXTURE_HOSTILE` (texts of the snapshots become markup). `POST /fixture/settings` changes its settings,
 * `POST /fixture/failure` makes one more call fail.
 */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as DashboardRoutes from "../../layers/server/DashboardRoutes.ts"
import * as Mock from "../../mock-layers/Mock.ts"
import type { FaultKind } from "../../mock-layers/simulation/Script.ts"
import { RetryPayload } from "../../schemas/http-face/FailuresGroup.ts"
import { defaultOwner, JobId, LetterId } from "../../schemas/Identifiers.ts"
import type { OverviewReport } from "../../schemas/Overview.ts"
import { ManualRetries } from "../../src/dead-letter/ManualRetries.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { problemOf } from "../../src/http-face/ProblemOf.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { ImageStore } from "../../src/image/ImageStore.ts"
import { JobLedger } from "../../src/job/JobLedger.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { Overview } from "../../src/overview/Overview.ts"

const token = process.env["FIXTURE_TOKEN"]
const isHostile = process.env["FIXTURE_HOSTILE"] !== undefined
const markup = `<img src=x onerror="globalThis.hasRun = true"><script>globalThis.hasRun = true</script>`

/** Texts as an attacker would have them, wherever the page shows a text. */
const hostile = (report: OverviewReport): unknown =>
  isHostile
    ? {
        ...report,
        owner: markup,
        version: markup,
        jobs: report.jobs.map((job) => ({ ...job, meaning: markup, reason: markup, state: markup, model: markup })),
        deadLetters: report.deadLetters.map((letter) => ({
          ...letter,
          reason: markup,
          kind: markup,
          provider: markup
        })),
        reasons: report.reasons.map((it) => ({ ...it, reason: markup })),
        health: {
          ...report.health,
          degradedModes: [{ mode: markup, reason: markup, by: "rule", since: report.at }]
        },
        alerts: [{ name: markup, subject: markup, severity: "critical", since: report.at, message: markup }]
      }
    : report

const guarded = <E, R>(handler: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) =>
    token === undefined || headers["authorization"] === `Bearer ${token}`
      ? handler
      : Effect.succeed(HttpServerResponse.jsonUnsafe({ detail: "the token is not known" }, { status: 401 }))
  )

const events = Effect.gen(function* () {
  const overview = yield* Overview
  const lines = overview.snapshots(defaultOwner).pipe(
    Stream.map((report) => `event: overview\ndata: ${JSON.stringify(hostile(report))}\n\n`),
    Stream.encodeText
  )
  return HttpServerResponse.stream(lines, {
    contentType: "text/event-stream",
    headers: { "cache-control": "no-store" }
  })
})

const bodyOf = <A>(schema: Schema.Codec<A, unknown>) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ json }) =>
    Effect.flatMap(json, Schema.decodeUnknownEffect(schema))
  )

const retry = Effect.gen(function* () {
  const { id = "" } = yield* HttpRouter.params
  const retries = yield* ManualRetries
  const word = yield* bodyOf(RetryPayload)
  return yield* retries.retry(LetterId.make(decodeURIComponent(id)), word).pipe(
    Effect.match({
      onFailure: (failure) => {
        const problem = problemOf(failure)
        return HttpServerResponse.jsonUnsafe({ ...problem }, { status: problem.status })
      },
      onSuccess: ({ letter }) => HttpServerResponse.jsonUnsafe({ letter: letter.id })
    })
  )
})

const change = Effect.gen(function* () {
  const { priceUpperBound } = yield* bodyOf(Schema.Struct({ priceUpperBound: Schema.Int }))
  yield* LiveSettings.use((it) => it.update({ nanobanana: { priceUpperBound } }))
  return HttpServerResponse.empty({ status: 204 })
})

const image = Effect.gen(function* () {
  const { id = "" } = yield* HttpRouter.params
  const { state } = yield* JobLedger.use((it) => it.get(JobId.make(decodeURIComponent(id)), defaultOwner))
  if (state._tag !== "Stored") return HttpServerResponse.empty({ status: 404 })
  const bytes = yield* ImageStore.use((it) => it.read(state.image.path))
  return HttpServerResponse.uint8Array(bytes, { contentType: `image/${state.image.format}` })
})

const routes = Layer.mergeAll(
  DashboardRoutes.layer,
  HttpRouter.add("GET", "/v1/overview/events", guarded(events)),
  HttpRouter.add("POST", "/v1/failures/:id/retry", guarded(Effect.orDie(retry))),
  HttpRouter.add("GET", "/v1/images/:id", guarded(Effect.orDie(image))),
  HttpRouter.add("POST", "/fixture/settings", Effect.orDie(change)),
  HttpRouter.add(
    "POST",
    "/fixture/failure",
    Effect.suspend(() => Effect.as(Effect.flip(enhance), HttpServerResponse.empty({ status: 204 }))).pipe(Effect.orDie)
  )
)

const enhance = Effect.suspend(() =>
  PromptEnhancer.use((it) => it.enhance({ prompt: `a red fox, ${performance.now()}` }, { cache: "bypass" }))
)
const generate = Effect.suspend(() =>
  ImageGenerator.use((it) => it.generate({ prompt: `a red fox in the snow, ${performance.now()}` }))
)

/** Calls that succeed, that are retried, that fail, and pictures. */
const busy = {
  world: Mock.layerWith({
    seed: 11,
    scenario: "flaky",
    latency: 90,
    failureRate: 0.2,
    faults: [{ fault: "unavailable", operation: "chat", times: 4 }],
    settings: {
      budget: { perDay: 2_000_000, perOwnerPerMonth: 5_000_000 },
      nanobanana: { pollFirst: 500, retryLimit: 0, priceUpperBound: 20_000 },
      deepseek: { retryLimit: 1, rateLimit: { requests: 60, window: 60 } }
    }
  }),
  traffic: Effect.gen(function* () {
    yield* Effect.forkScoped(Effect.repeat(Effect.ignore(enhance), Schedule.spaced("350 millis")))
    yield* Effect.forkScoped(Effect.repeat(Effect.ignore(enhance), Schedule.spaced("900 millis")))
    yield* Effect.forkScoped(Effect.repeat(Effect.ignore(generate), Schedule.spaced("4 seconds")))
  })
}

/** One call has failed, one picture was made, and nothing else happens. */
const quiet = {
  world: Mock.layerWith({
    latency: 5,
    faults: [{ fault: "unavailable", operation: "chat", times: 1 }],
    settings: { deepseek: { retryLimit: 0 }, nanobanana: { pollFirst: 50 } }
  }),
  traffic: Effect.andThen(Effect.flip(enhance), generate)
}

const failingSubmits = (faults: ReadonlyArray<FaultKind>, priceUpperBound: { readonly priceUpperBound?: number }) => ({
  world: Mock.layerWith({
    latency: 5,
    faults: faults.map((fault) => ({ fault, operation: "submit", times: 1 })),
    settings: { nanobanana: { retryLimit: 0, pollFirst: 50, ...priceUpperBound } }
  }),
  traffic: Effect.forEach(faults, () => Effect.flip(generate), { discard: true })
})

const scenes = {
  busy,
  quiet,
  /** Every completion fails. */
  failing: {
    world: Mock.layerWith({
      latency: 5,
      failureRate: 0,
      scenario: "down",
      settings: { deepseek: { retryLimit: 0 } }
    }),
    traffic: Effect.void
  },
  /** A picture of which nobody knows whether it was paid; it has a price. */
  unknown: failingSubmits(["lost-answer"], { priceUpperBound: 20_000 }),
  /** The same and a refused one, without a price. */
  unpriced: failingSubmits(["lost-answer", "no-balance"], {})
}

const { traffic, world } = scenes[(process.env["FIXTURE_SCENE"] ?? "quiet") as keyof typeof scenes]

const port = Number(process.env["FIXTURE_PORT"] ?? "0")

const program = Effect.gen(function* () {
  yield* Overview.use((it) => it.snapshot(defaultOwner))
  yield* traffic
  const server = HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port }))
  )
  const context = yield* Layer.build(server)
  const { address } = yield* Effect.provideContext(HttpServer.HttpServer, context)
  if (address._tag !== "UnixPathAddress") process.stdout.write(`http://127.0.0.1:${address.port}\n`)
  return yield* Effect.never
}).pipe(Effect.scoped, Effect.provide(world))

await Effect.runPromise(program)
