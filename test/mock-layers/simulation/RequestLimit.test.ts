import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { Script } from "../../../mock-layers/simulation/Script.ts"
import { chat, generic, recordInfo, simulate, submit, whole } from "./Ask.ts"

const statusAt = (simulation: ReturnType<typeof simulate>, now: number) =>
  whole(simulation.handle(recordInfo("?taskId=1"), now)).status

describe("a limit of the script", () => {
  it("lets through as many as it says in any half-open window, and no fewer", () => {
    const simulation = simulate({ limits: [{ operation: "status", requests: 2, window: "1 second" }] })
    const statuses = [0, 600, 999, 1_000, 1_599, 1_600, 1_999, 2_000].map((now) => statusAt(simulation, now))
    assert.deepStrictEqual(statuses, [200, 200, 429, 200, 429, 200, 429, 200])
    assert.strictEqual(simulation.ledger.totals.overLimit, 3)
    assert.strictEqual(simulation.ledger.largestCountInWindow("status", 1_000), 4)
  })

  it("holds for each of several windows, and for its operation alone", () => {
    const simulation = simulate({
      limits: [
        { operation: "status", requests: 1, window: 100 },
        { operation: "status", requests: 2, window: 1_000 }
      ]
    })
    assert.deepStrictEqual(
      [0, 50, 100, 200, 1_000].map((now) => statusAt(simulation, now)),
      [200, 429, 200, 429, 200]
    )
    assert.strictEqual(whole(simulation.handle(submit(), 0)).status, 200)
  })

  it("answers in the provider's form, with nothing processed, and with a hint only where one is scripted", () => {
    const limited = (retryAfter?: number, script = {}) => {
      const hint = retryAfter === undefined ? {} : { retryAfter }
      const limits = (["chat", "submit"] as const).map((operation) => ({
        operation,
        requests: 1,
        window: 60_000,
        ...hint
      }))
      const simulation = simulate({ limits, ...script })
      return [chat(), submit(), generic("POST", "/generate", { prompt: "a cat" })].map((request) => {
        simulation.handle(request, 0)
        const answer = whole(simulation.handle(request, 1))
        assert.isAtMost(simulation.ledger.totals.acceptedSubmits, 1)
        return [answer.status, Object.keys(answer.json), answer.headers["retry-after"]]
      })
    }
    const forms = (hint?: string) => [
      [429, ["error"], hint],
      [429, ["code", "msg", "data"], hint],
      [429, ["error"], hint]
    ]
    assert.deepStrictEqual(limited(), forms())
    assert.deepStrictEqual(limited(3), forms("3"))
    assert.deepStrictEqual(limited(undefined, { retryAfter: "9" }), forms("9"))
    assert.deepStrictEqual(limited(3, { retryAfter: "9" }), forms("3"))
  })

  it("says nothing of concurrency, which it does not limit", () => {
    const simulation = simulate({ limits: [{ operation: "chat", requests: 1, window: 60_000 }] })
    simulation.handle(chat(), 0)
    assert.notMatch(whole(simulation.handle(chat(), 1)).text, /concurrency/)
  })

  it("comes before faults, and is told apart from them in the ledger", () => {
    const simulation = simulate({
      limits: [{ operation: "status", requests: 1, window: 1_000 }],
      faults: [{ fault: "server-error" }]
    })
    assert.deepStrictEqual([statusAt(simulation, 0), statusAt(simulation, 1)], [500, 429])
    assert.deepStrictEqual(
      simulation.ledger.entries.map((it) => [it.fault, it.isOverLimit]),
      [
        ["server-error", false],
        [null, true]
      ]
    )
  })

  it("does not count a connection that was refused", () => {
    const simulation = simulate({
      limits: [{ operation: "status", requests: 1, window: 1_000 }],
      faults: [{ fault: "refused", times: 1 }]
    })
    simulation.handle(recordInfo("?taskId=1"), 0)
    assert.strictEqual(statusAt(simulation, 1), 200)
    assert.deepStrictEqual(
      simulation.ledger.entries.map((it) => it.countedAt),
      [null, 0]
    )
    assert.strictEqual(simulation.ledger.totals.overLimit, 0)
  })

  it("remembers what came when the script changes, and nothing after a reset", () => {
    const simulation = simulate()
    statusAt(simulation, 0)
    const limits = [{ operation: "status", requests: 1, window: 1_000 }]
    simulation.setScript(Schema.decodeUnknownSync(Script)({ limits }))
    assert.strictEqual(statusAt(simulation, 999), 429)
    simulation.reset()
    assert.strictEqual(statusAt(simulation, 999), 200)
  })
})
