import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { StreamedBodyHandler } from "../../../layers/transport/StreamedBodyHandler.ts"
import { failedAt, notStarted } from "../../../src/transport/ExchangeProgress.ts"

const makeController = () => {
  const controller = {
    aborted: false,
    paused: false,
    reason: null,
    abort: () => void (controller.aborted = true),
    pause: () => void (controller.paused = true),
    resume: () => void (controller.paused = false)
  }
  return controller
}

const makeHandler = () =>
  new StreamedBodyHandler(notStarted(), {
    headProblem: () => undefined,
    lengthProblem: () => undefined,
    broken: () => Effect.fail(failedAt(notStarted(), { _tag: "ConnectionLost", phase: "body", code: "UNKNOWN" })),
    onStart: () => undefined,
    onFailure: () => undefined
  })

describe("StreamedBodyHandler", () => {
  it.effect("pauses the socket while 64 KiB wait, and goes on when they are taken", () =>
    Effect.gen(function* () {
      const controller = makeController()
      const handler = makeHandler()
      handler.onRequestStart(controller)
      handler.onResponseStart(controller, 200, {})
      handler.onResponseData(controller, Buffer.alloc(65_535))
      assert.isFalse(controller.paused)
      handler.onResponseData(controller, Buffer.alloc(1))
      assert.isTrue(controller.paused)
      const chunks = yield* handler.pull
      assert.deepStrictEqual(
        chunks.map((chunk) => chunk.byteLength),
        [65_535, 1]
      )
      yield* Effect.promise(() => Promise.resolve())
      assert.isFalse(controller.paused)
    })
  )

  it.effect("wakes a reader that waits, and gives what came before the end", () =>
    Effect.gen(function* () {
      const controller = makeController()
      const handler = makeHandler()
      handler.onRequestStart(controller)
      handler.onResponseStart(controller, 200, {})
      const fiber = yield* Effect.forkChild(handler.pull, { startImmediately: true })
      handler.onResponseData(controller, Buffer.from("a"))
      handler.onResponseData(controller, Buffer.from("b"))
      handler.onResponseEnd()
      const chunks = yield* Fiber.join(fiber)
      assert.strictEqual(Buffer.concat(chunks).toString(), "ab")
      assert.isTrue(Cause.isDone(yield* Effect.flip(handler.pull)))
    })
  )

  it("a request is never written twice, also when undici would", () => {
    const controller = makeController()
    const handler = makeHandler()
    handler.onRequestStart(controller)
    assert.isFalse(controller.aborted)
    handler.onRequestStart(controller)
    assert.isTrue(controller.aborted)
  })

  it("a request that nobody waits for any more is not written", () => {
    const controller = makeController()
    const handler = makeHandler()
    handler.settle()
    handler.onRequestStart(controller)
    assert.isTrue(controller.aborted)
  })
})
