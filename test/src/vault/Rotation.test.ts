import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import { HeldKeys, type HeldKey } from "../../../src/vault/HeldKeys.ts"
import { keyOf, wish } from "./SampleKeys.ts"

const textOf = (id: string) => `text of ${id}`

/** The vault's keys in plain memory, and the requests that hold one. */
class World {
  readonly held = new HeldKeys()
  readonly requests: Array<{ readonly lent: HeldKey; readonly id: string }> = []
  newest = 0

  constructor() {
    this.held.open([{ record: keyOf("key-0"), key: Redacted.make(textOf("key-0")) }])
  }

  lend(): void {
    const lent = this.held.lend(wish)
    if (lent === undefined) return
    this.requests.push({ lent, id: lent.id })
  }

  end(index: number): void {
    const [request] = this.requests.splice(index, 1)
    if (request === undefined) return
    const drained = this.held.giveBack(request.lent)
    if (drained !== undefined) this.held.decide({ _tag: "LastLeaseEnded", id: drained.id }, 1)
  }

  rotate(): void {
    this.newest += 1
    const record = keyOf(`key-${this.newest}`, { version: this.newest + 1 })
    this.held.provide([{ record, key: Redacted.make(textOf(record.id)) }])
    this.held.decide({ _tag: "Add", key: record, replaces: "all" }, 1)
    for (const idle of this.held.idleDraining()) this.held.decide({ _tag: "LastLeaseEnded", id: idle.id }, 1)
  }

  refuse(): void {
    const lent = this.requests[0]?.lent
    if (lent !== undefined) this.held.decide({ _tag: "Refused", id: lent.id, verdict: "unconfirmed" }, 1)
  }

  retire(): void {
    const chosen = this.held.choose(wish)
    if (chosen !== undefined) this.held.decide({ _tag: "Retire", id: chosen.id }, 1)
  }
}

const steps: ReadonlyArray<readonly [string, (world: World) => void]> = [
  ["a request begins", (it) => it.lend()],
  ["the oldest request ends", (it) => it.end(0)],
  ["the newest request ends", (it) => it.end(it.requests.length - 1)],
  ["the key is rotated", (it) => it.rotate()],
  ["the oldest request is refused", (it) => it.refuse()],
  ["the key is retired", (it) => it.retire()]
]

/** What holds after every step, whatever went before. */
const check = (world: World, story: ReadonlyArray<string>): void => {
  for (const { id, lent } of world.requests) {
    assert.strictEqual(lent.id, id, story.join(", "))
    assert.strictEqual(Redacted.value(lent.key), textOf(id), story.join(", "))
  }
  for (const { id, state } of world.held.ring) {
    const holders = world.requests.filter((it) => it.id === id).length
    const key = world.held.get(id)
    assert.strictEqual(key?.leases ?? 0, holders, story.join(", "))
    if (state._tag === "Draining") assert.isAbove(holders, 0, `${id} drains for nobody: ${story.join(", ")}`)
    if (state._tag === "Retired" && holders === 0)
      assert.isUndefined(key, `the text of ${id} is kept: ${story.join(", ")}`)
  }
  const chosen = world.held.choose(wish)
  if (chosen !== undefined) assert.include(["Active", "SetAside"], chosen.record.state._tag)
}

describe("keys that are rotated under load", () => {
  it("are never seen half: every interleaving of requests, ends, rotations and refusals up to six steps", () => {
    let stories = 0
    const explore = (prefix: ReadonlyArray<number>): void => {
      const world = new World()
      const story = prefix.map((step) => steps[step]?.[0] ?? "")
      for (const step of prefix) steps[step]?.[1](world)
      check(world, story)
      stories += 1
      if (prefix.length < 6) for (const step of steps.keys()) explore([...prefix, step])
    }
    explore([])
    assert.strictEqual(stories, (6 ** 7 - 1) / 5)
  })

  it("end with the last request that holds them, and the next request has the new one", () => {
    const world = new World()
    world.lend()
    world.lend()
    world.rotate()
    world.lend()
    assert.deepStrictEqual(
      world.requests.map((it) => it.id),
      ["key-0", "key-0", "key-1"]
    )
    world.end(0)
    assert.strictEqual(world.held.ring.find((it) => it.id === "key-0")?.state._tag, "Draining")
    world.end(0)
    assert.strictEqual(world.held.ring.find((it) => it.id === "key-0")?.state._tag, "Retired")
    assert.isUndefined(world.held.get(keyOf("key-0").id))
  })
})
