import { assert, describe, it } from "@effect/vitest"
import { chat, download, fileBaseUrl, generic, recordInfo, request, simulate, submit, whole } from "./Ask.ts"

const conversation = (seed: number) => {
  const simulation = simulate({ seed, scenario: "flaky", failureRate: 0.3 })
  const answers = []
  for (let step = 0; step < 40; step++) {
    answers.push(simulation.handle(chat({ messages: [{ role: "user", content: `json, picture ${step}` }] }), step * 10))
    answers.push(simulation.handle(submit({ prompt: `picture ${step}` }), step * 10 + 1))
    answers.push(simulation.handle(recordInfo("?taskId=1"), step * 10 + 2))
  }
  return { answers, entries: simulation.ledger.entries }
}

describe("Simulation", () => {
  it("gives the same answers and the same ledger for the same seed", () => {
    assert.deepStrictEqual(conversation(7), conversation(7))
  })

  it("gives other faults for another seed", () => {
    assert.notDeepEqual(
      conversation(7).entries.map((it) => it.fault),
      conversation(8).entries.map((it) => it.fault)
    )
  })

  it("draws what a request meets from its own kind alone, however kinds interleave", () => {
    const options = { seed: 3, scenario: "flaky", failureRate: 0.5 } as const
    const alone = simulate(options)
    const mixed = simulate(options)
    for (let step = 0; step < 50; step++) {
      alone.handle(submit(), step)
      if (step % 3 === 0) mixed.handle(chat(), step)
      mixed.handle(submit(), step)
      mixed.handle(recordInfo("?taskId=1"), step)
    }
    const faultsOf = (simulation: typeof alone) =>
      simulation.ledger.entries.filter((it) => it.operation === "submit").map((it) => [it.fault, it.jobId])
    assert.deepStrictEqual(faultsOf(mixed), faultsOf(alone))
  })

  it("fails the given share of requests", () => {
    const simulation = simulate({ failureRate: 0.1 })
    for (let count = 0; count < 5_000; count++) simulation.handle(recordInfo("?taskId=1"), 0)
    const failed = simulation.ledger.entries.filter((it) => it.fault !== null).length
    assert.isAbove(failed, 430)
    assert.isBelow(failed, 570)
  })

  it("is flaky at a tenth of the requests, and never fails in health", () => {
    const flaky = simulate({ scenario: "flaky" })
    const healthy = simulate()
    for (let count = 0; count < 1_000; count++) {
      flaky.handle(recordInfo("?taskId=1"), 0)
      healthy.handle(recordInfo("?taskId=1"), 0)
    }
    const kinds = new Set(flaky.ledger.entries.flatMap((it) => it.fault ?? []))
    assert.sameMembers(
      [...kinds],
      ["rate-limited", "server-error", "unavailable", "reset", "blank-200", "truncated-body"]
    )
    assert.isTrue(healthy.ledger.entries.every((it) => it.fault === null))
  })

  it("fails submits at random only in the ways that the script gives for them", () => {
    const simulation = simulate({ scenario: "flaky", submitFaults: ["rate-limited", "unavailable", "refused"] })
    for (let count = 0; count < 1_000; count++) {
      simulation.handle(submit(), 0)
      simulation.handle(recordInfo("?taskId=1"), 0)
    }
    const { entries, totals } = simulation.ledger
    const faultsAt = (operation: "submit" | "status") =>
      entries.filter((it) => it.operation === operation).flatMap((it) => it.fault ?? [])
    assert.sameMembers([...new Set(faultsAt("submit"))], ["rate-limited", "unavailable", "refused"])
    assert.include(faultsAt("status"), "truncated-body")
    assert.closeTo(faultsAt("submit").length, 100, 30)
    assert.strictEqual(totals.acceptedSubmits, 1_000 - faultsAt("submit").length)
  })

  it("spares submits from random failures that are not possible at them", () => {
    const simulation = simulate({ failureRate: 1, submitFaults: ["code-fence"] })
    assert.strictEqual(whole(simulation.handle(submit(), 0)).status, 200)
  })

  it("charges each accepted submit once, also where its answer is lost, and nothing for a refused one", () => {
    const simulation = simulate({ imageUsdMicros: 39_000 })
    const charge = (
      fault: "lost-answer" | "truncated-body" | "silence" | "reset" | "unavailable" | "no-balance" | undefined
    ) => {
      simulation.setScript({ ...simulation.script, faults: fault === undefined ? [] : [{ fault }] })
      simulation.handle(submit(), 0)
      return simulation.ledger.entries.at(-1)?.usdMicros
    }
    assert.deepStrictEqual(
      [charge(undefined), charge("lost-answer"), charge("truncated-body"), charge("silence")],
      [39_000, 39_000, 39_000, 39_000]
    )
    assert.deepStrictEqual([charge("reset"), charge("unavailable"), charge("no-balance")], [0, 0, 0])
    const { acceptedSubmits, chargedUsdMicros, requests } = simulation.ledger.totals
    assert.deepStrictEqual(
      { acceptedSubmits, chargedUsdMicros, requests },
      { acceptedSubmits: 4, chargedUsdMicros: 156_000, requests: 7 }
    )
  })

  it("does not charge again for polls and downloads", () => {
    const simulation = simulate({ latency: 0 })
    const taskId = whole(simulation.handle(submit(), 0)).json.data?.taskId
    const state = whole(simulation.handle(recordInfo(`?taskId=${taskId}`), 5)).json.data
    whole(simulation.handle(download(`${state?.response?.resultImageUrl}`), 6))
    whole(simulation.handle(download(`${state?.response?.resultImageUrl}`), 7))
    assert.strictEqual(simulation.ledger.totals.chargedUsdMicros, 20_000)
  })

  it("skips and counts the requests of a rule by operation", () => {
    const simulation = simulate({ faults: [{ fault: "unavailable", operation: "status", skip: 1, times: 2 }] })
    const statuses = [0, 1, 2, 3].map(() => {
      const answer = simulation.handle(recordInfo("?taskId=1"), 0)
      return answer._tag === "Answered" ? answer.status : answer._tag
    })
    assert.deepStrictEqual(statuses, [200, 503, 503, 200])
    simulation.setScript(simulation.script)
    assert.strictEqual(whole(simulation.handle(recordInfo("?taskId=1"), 0)).status, 200)
    assert.strictEqual(whole(simulation.handle(recordInfo("?taskId=1"), 0)).status, 503)
  })

  it("sends the scripted retry hint with 429 and 503, and with nothing else", () => {
    const hintOf = (scenario: "rate-limited" | "down" | "unauthorized") =>
      whole(simulate({ scenario, retryAfter: "7" }).handle(submit(), 0)).headers["retry-after"]
    assert.deepStrictEqual([hintOf("rate-limited"), hintOf("down"), hintOf("unauthorized")], ["7", "7", undefined])
  })

  it("forgets jobs and charges on reset, and begins chance anew", () => {
    const simulation = simulate({ scenario: "flaky", failureRate: 0.4 })
    const play = () => Array.from({ length: 20 }, (_, at) => simulation.handle(submit(), at))
    const first = play()
    const entries = simulation.ledger.entries
    simulation.reset()
    assert.strictEqual(simulation.ledger.totals.requests, 0)
    assert.deepStrictEqual(play(), first)
    assert.deepStrictEqual(simulation.ledger.entries, entries)
  })

  it("keeps the newest entries and counts all", () => {
    const simulation = simulate()
    for (let count = 0; count < 20_500; count++) simulation.handle(generic("GET", "/jobs/none"), count)
    assert.strictEqual(simulation.ledger.entries.length, 10_000)
    assert.strictEqual(simulation.ledger.entries.at(-1)?.number, 20_500)
    assert.strictEqual(simulation.ledger.totals.requests, 20_500)
    assert.strictEqual(simulation.ledger.countedAt("status").length, 20_500)
    assert.strictEqual(simulation.ledger.largestCountInWindow("status", 20_499), 20_499)
  })

  it("refuses a request without a key in each provider's own form", () => {
    const simulation = simulate()
    const refusals = [chat(), submit(), generic("POST", "/generate", { prompt: "a cat" })].map((it) =>
      whole(simulation.handle({ ...it, hasKey: false }, 0))
    )
    assert.deepStrictEqual(
      refusals.map((it) => it.status),
      [401, 401, 401]
    )
    assert.deepStrictEqual(
      refusals.map((it) => Object.keys(it.json)),
      [["error"], ["code", "msg", "data"], ["error"]]
    )
    assert.strictEqual(simulation.ledger.totals.acceptedSubmits, 0)
  })

  it("gives a file to nobody who does not know its URL", () => {
    assert.strictEqual(whole(simulate().handle(download(`${fileBaseUrl}/abc_1.png`), 0)).status, 404)
    assert.strictEqual(
      whole(simulate().handle(request({ service: "files", operation: "download", path: "/", method: "GET" }), 0))
        .status,
      404
    )
  })
})
