import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"

interface ServerEvent {
  readonly event: string
  readonly data: string
}

/** A module of the page is no TypeScript. */
const { eventsOf, waitOf } = (await import(new URL("../../../apps/dashboard/Connection.js", import.meta.url).href)) as {
  readonly eventsOf: (text: string) => { readonly rest: string; readonly events: ReadonlyArray<ServerEvent> }
  readonly waitOf: (failures: number, chance: number) => number
}

const Chance = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Failures = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000 }))
const Values = Schema.Array(Schema.Struct({ text: Schema.String }))
const Cut = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2_000 }))

describe("the stream of snapshots", () => {
  it.prop("reads the same events wherever the stream is cut", { values: Values, cut: Cut }, ({ cut, values }) => {
    const sent = values.map((value) => `: keep-alive\n\nid: 1\ndata: ${JSON.stringify(value)}\n\n`).join("")
    const first = eventsOf(sent.slice(0, cut))
    const second = eventsOf(first.rest + sent.slice(cut))
    assert.deepStrictEqual(
      [...first.events, ...second.events].map(({ data }) => JSON.parse(data) as unknown),
      [...values]
    )
    assert.strictEqual(second.rest, "")
  })

  it("tells a problem from a snapshot, and takes lines that end as on the wire", () => {
    assert.deepStrictEqual(eventsOf('event: problem\r\ndata: {"status":503}\r\n\r\ndata: {"at"'), {
      events: [{ event: "problem", data: '{"status":503}' }],
      rest: 'data: {"at"'
    })
  })

  it.prop("waits from a quarter of a second to fifteen more", { failures: Failures, chance: Chance }, (it) => {
    const wait = waitOf(it.failures, it.chance)
    assert.isAtLeast(wait, 250)
    assert.isAtMost(wait, 15_250)
    assert.isAtMost(wait, waitOf(it.failures, 1))
    assert.strictEqual(waitOf(0, 1), 750)
  })
})
