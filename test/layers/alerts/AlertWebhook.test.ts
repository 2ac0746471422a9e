/** Alerts over a real socket: taken, refused, slow, redirected, down; and what is said of it. */
import type * as http from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as PubSub from "effect/PubSub"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as AlertLog from "../../../layers/alerts/AlertLog.ts"
import * as AlertWebhook from "../../../layers/alerts/AlertWebhook.ts"
import { signAlert, verifyAlert } from "../../../layers/alerts/WebhookSignature.ts"
import type { AlertNotice } from "../../../schemas/Alert.ts"
import { CallId } from "../../../schemas/Identifiers.ts"
import { Alerts } from "../../../src/alerts/Alerts.ts"
import { type ReceivedRequest, takesAll, type WebhookAnswer, webhookReceiver } from "../../support/WebhookReceiver.ts"

const canary = "canary-webhook-secret"
const secret = Redacted.make(canary)

const notice = (index: number, _tag: AlertNotice["_tag"] = "Raised"): AlertNotice => ({
  _tag,
  at: index,
  alert: {
    name: "CircuitOpened",
    subject: `subject ${index}`,
    severity: "warning",
    since: index,
    message: "the circuit is open",
    value: 1,
    threshold: 1,
    callId: CallId.make(`call-${index}`)
  }
})

/** Alerts whose notices the test makes. */
const source = Effect.map(PubSub.unbounded<AlertNotice>(), (published) => ({
  tell: (told: AlertNotice) => void PubSub.publishUnsafe(published, told),
  layer: Layer.succeed(Alerts, { active: Effect.succeed([]), notices: Stream.fromPubSub(published) })
}))

const waitUntil = (condition: () => boolean) =>
  Effect.gen(function* () {
    for (let turn = 0; turn < 400 && !condition(); turn++) yield* Effect.sleep("10 millis")
    assert.isTrue(condition())
  })

const run = (
  answer: WebhookAnswer,
  options: Partial<AlertWebhook.AlertWebhookOptions>,
  body: (world: {
    readonly tell: (notice: AlertNotice) => void
    readonly received: ReadonlyArray<ReceivedRequest>
    readonly statistics: () => AlertWebhook.WebhookStatistics
    readonly server: http.Server
    readonly lines: Array<string>
  }) => Effect.Effect<void>
) =>
  Effect.gen(function* () {
    const { received, server, url } = yield* webhookReceiver(canary, answer)
    const { layer, tell } = yield* source
    const lines: Array<string> = []
    const logger = Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))])
    const webhook = AlertWebhook.layerWith({
      url: Redacted.make(url),
      secret,
      attemptTimeout: Duration.millis(300),
      backoffBase: Duration.millis(5),
      ...options
    }).pipe(Layer.provide(layer), Layer.provideMerge(logger))
    yield* Effect.gen(function* () {
      const it = yield* AlertWebhook.AlertWebhook
      const statistics = () => Effect.runSync(it.statistics)
      yield* body({ tell, received, statistics, server, lines })
    }).pipe(Effect.provide(webhook))
    assert.notInclude(lines.join("\n"), canary)
    return lines
  })

describe("the webhook", () => {
  it.live(
    "delivers each notice once, in order, signed so that a receiver can tell it from a forgery and a replay",
    () =>
      run(takesAll, {}, ({ received, statistics, tell }) =>
        Effect.gen(function* () {
          for (let index = 0; index < 5; index++) tell(notice(index, index === 4 ? "Resolved" : "Raised"))
          yield* waitUntil(() => statistics().delivered === 5)
          assert.deepStrictEqual(
            received.map(({ body }) => JSON.parse(body)),
            [notice(0), notice(1), notice(2), notice(3), notice(4, "Resolved")]
          )
          const [{ body, signature: header } = { body: "", signature: "" }] = received
          const now = Number(/t=(\d+)/.exec(header ?? "")?.[1]) * 1_000
          assert.strictEqual(verifyAlert({ secret, header, body, now }), "valid")
          assert.strictEqual(verifyAlert({ secret, header, body: `${body} `, now }), "forged")
          assert.strictEqual(verifyAlert({ secret: Redacted.make("another"), header, body, now }), "forged")
          assert.strictEqual(verifyAlert({ secret, header, body, now: now + 300_001 }), "expired")
          assert.strictEqual(verifyAlert({ secret, header: `${header}0`, body, now }), "malformed")
          const moved = header?.replace(/t=\d+/, `t=${now / 1_000 + 200}`)
          assert.strictEqual(verifyAlert({ secret, header: moved, body, now: now + 200_000 }), "forged")
        })
      )
  )

  it.live("sends again what was answered 500, and gives up after so many times", () =>
    run(
      (index, response) => void response.writeHead(index < 2 ? 500 : index === 2 ? 200 : 503).end("no"),
      { retries: 2 },
      ({ lines, received, statistics, tell }) =>
        Effect.gen(function* () {
          tell(notice(0))
          yield* waitUntil(() => statistics().delivered === 1)
          assert.lengthOf(received, 3)
          tell(notice(1))
          yield* waitUntil(() => statistics().failed === 1)
          assert.lengthOf(received, 6)
          assert.include(lines.join("\n"), "was not taken")
        })
    )
  )

  it.live("follows no redirect", () =>
    run(
      (_, response) => void response.writeHead(307, { location: "/elsewhere" }).end(),
      { retries: 0 },
      ({ received, statistics, tell }) =>
        Effect.gen(function* () {
          tell(notice(0))
          yield* waitUntil(() => statistics().failed === 1)
          assert.deepStrictEqual(
            received.map(({ path }) => path.split("?")[0]),
            ["/hook"]
          )
        })
    )
  )

  it.live("waits for a slow receiver so long, drops what it can not hold, and says so", () =>
    run(
      () => undefined,
      { retries: 0, queueLimit: 2 },
      ({ lines, statistics, tell }) =>
        Effect.gen(function* () {
          for (let index = 0; index < 10; index++) tell(notice(index))
          yield* waitUntil(() => statistics().failed === 2 && statistics().waiting === 0)
          assert.deepStrictEqual(statistics(), { delivered: 0, waiting: 0, dropped: 8, failed: 2 })
          assert.include(lines.join("\n"), "was dropped")
        })
    )
  )

  it.live("tells what still waits when its scope ends", () =>
    Effect.gen(function* () {
      const lines = yield* run(
        () => undefined,
        { attemptTimeout: Duration.minutes(1) },
        ({ statistics, tell }) =>
          Effect.gen(function* () {
            for (let index = 0; index < 3; index++) tell(notice(index))
            yield* waitUntil(() => statistics().waiting === 3)
          })
      )
      assert.include(lines.join("\n"), '"waiting":3')
    })
  )

  it.live("survives a receiver that is down", () =>
    run(takesAll, { retries: 1 }, ({ lines, server, statistics, tell }) =>
      Effect.gen(function* () {
        yield* Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
        tell(notice(0))
        yield* waitUntil(() => statistics().failed === 1)
        assert.notInclude(lines.join("\n"), "127.0.0.1")
      })
    )
  )
})

describe("the log", () => {
  it.effect("has a line for each notice, in order, with the id of its call", () =>
    Effect.gen(function* () {
      const { layer, tell } = yield* source
      const lines: Array<string> = []
      const logger = Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))])
      yield* Effect.gen(function* () {
        tell(notice(0))
        tell(notice(0, "Escalated"))
        tell(notice(0, "Resolved"))
        yield* Effect.yieldNow
        yield* Effect.yieldNow
      }).pipe(Effect.provide(AlertLog.layer.pipe(Layer.provide(layer), Layer.provideMerge(logger))))
      assert.deepStrictEqual(
        lines
          .map((line) => JSON.parse(line))
          .map(({ annotations, level }) => [level, annotations.notice, annotations.callId]),
        [
          ["WARN", "Raised", "call-0"],
          ["WARN", "Escalated", "call-0"],
          ["INFO", "Resolved", "call-0"]
        ]
      )
    })
  )
})

describe("the signature", () => {
  it("is that of the time, a full stop and the body, as openssl makes it", () => {
    assert.strictEqual(
      signAlert(Redacted.make("key"), "{}", 1_500),
      "t=1,v1=1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224"
    )
  })
})
