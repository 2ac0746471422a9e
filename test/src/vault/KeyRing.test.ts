import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { KeyId, KeyState } from "../../../schemas/Key.ts"
import { chooseKey } from "../../../src/vault/ChooseKey.ts"
import { decideRing, type KeyRing, type RingEvent } from "../../../src/vault/KeyRing.ts"
import { keyOf, origin, wish } from "./SampleKeys.ts"

const decide = (ring: KeyRing, event: RingEvent, now = 7) => Result.getOrThrow(decideRing(ring, event, now))
const refusalOf = (decided: ReturnType<typeof decideRing>) => Result.getOrThrow(Result.flip(decided))
const states = (ring: KeyRing) => Object.fromEntries(ring.map(({ id, state }) => [id, state._tag]))
const id = (name: string) => KeyId.make(name)

describe("the ring of keys", () => {
  it("lets a key that is added stand by, and a key that replaces go first while the others drain", () => {
    const two = decide([keyOf("a")], { _tag: "Add", key: keyOf("b"), replaces: "none" })
    assert.strictEqual<string | undefined>(chooseKey(two.ring, wish)?.id, "a")
    assert.deepStrictEqual(states(two.ring), { a: "Active", b: "Active" })
    const three = decide(two.ring, { _tag: "Add", key: keyOf("c"), replaces: "all" })
    assert.strictEqual(chooseKey(three.ring, wish)?.id, "c")
    assert.deepStrictEqual(states(three.ring), { c: "Active", a: "Draining", b: "Draining" })
    assert.deepStrictEqual(
      three.happened.map((it) => it._tag),
      ["KeyAdded", "KeyActivated", "KeyRotated"]
    )
  })

  it("takes a draining key back, and never a retired one", () => {
    const rotated = decide([keyOf("a")], { _tag: "Add", key: keyOf("b"), replaces: "all" }).ring
    const back = decide(rotated, { _tag: "Activate", id: id("a") }).ring
    assert.deepStrictEqual(states(back), { a: "Active", b: "Draining" })
    const retired = decide(back, { _tag: "LastLeaseEnded", id: id("b") }).ring
    assert.deepStrictEqual<unknown>(refusalOf(decideRing(retired, { _tag: "Activate", id: id("b") }, 8)), {
      _tag: "KeyIsRetired",
      id: "b"
    })
  })

  it("retires a key that the free endpoint does not know, and keeps one that it knows", () => {
    const rejected = decide([keyOf("a")], { _tag: "Refused", id: id("a"), verdict: "rejected" })
    assert.deepStrictEqual(rejected.ring[0]?.state, { _tag: "Retired", at: 7, because: "Rejected" })
    assert.deepInclude(rejected.happened[0], { _tag: "KeyRetired", provider: "deepseek", keyId: id("a") })
    assert.include(JSON.stringify(rejected.happened), "ludeng keys rotate deepseek")
    const kept = decide([keyOf("a")], { _tag: "Refused", id: id("a"), verdict: "accepted" })
    assert.deepStrictEqual(states(kept.ring), { a: "Active" })
    assert.deepStrictEqual(
      kept.happened.map((it) => it._tag),
      ["KeyRefused"]
    )
  })

  it("sets a key aside that nobody can be asked about, and retires it at its second refusal in a row", () => {
    const refused = { _tag: "Refused", id: id("a"), verdict: "unconfirmed" } as const
    const ring = [keyOf("a"), keyOf("b")]
    const once = decide(ring, refused).ring
    assert.deepStrictEqual(states(once), { a: "SetAside", b: "Active" })
    assert.strictEqual(chooseKey(once, wish)?.id, "b")
    assert.deepStrictEqual(states(decide(once, refused).ring), { a: "Retired", b: "Active" })
    const between = decide(once, { _tag: "Accepted", id: id("a") }).ring
    assert.deepStrictEqual(states(decide(between, refused).ring), { a: "SetAside", b: "Active" })
  })

  it("never retires a key because the free endpoint could not be reached", () => {
    const refused = { _tag: "Refused", id: id("a"), verdict: "unreachable" } as const
    const once = decide([keyOf("a")], refused).ring
    assert.deepStrictEqual(states(decide(once, refused).ring), { a: "SetAside" })
  })

  it("uses what is set aside where nothing else is, and gives no key to another origin", () => {
    const ring = [keyOf("a", { state: { _tag: "SetAside", since: 1 } })]
    assert.strictEqual(chooseKey(ring, wish)?.id, "a")
    assert.isUndefined(chooseKey(ring, { ...wish, origin: "https://elsewhere.example" }))
    assert.isUndefined(chooseKey(ring, { ...wish, except: [id("a")] }))
  })

  it("refuses an account that stands behind another door already: it would be asked for twice its quota", () => {
    const ring = [keyOf("a", { scope: "nanobanana", account: "ours" })]
    const other = keyOf("b", { scope: "nanobanana-fallback", account: "ours" })
    const added = decideRing(ring, { _tag: "Add", key: other, replaces: "none" }, 1)
    assert.deepStrictEqual<unknown>(refusalOf(added), {
      _tag: "AccountInOtherScope",
      account: "ours",
      scope: "nanobanana"
    })
  })

  it("takes the vault as it was read again, and forgets no refusal that the vault has not been told of", () => {
    const ring = [
      keyOf("a", { state: { _tag: "Retired", at: 1, because: "Rejected" } }),
      keyOf("b", { state: { _tag: "SetAside", since: 1 } }),
      keyOf("c"),
      keyOf("d"),
      keyOf("environment-deepseek", { source: "settings" })
    ]
    const read = [keyOf("e"), keyOf("a"), keyOf("b"), keyOf("c", { state: { _tag: "Draining", since: 5 } })]
    const { happened, ring: after } = decide(ring, { _tag: "Reload", keys: read })
    assert.deepStrictEqual(states(after), {
      a: "Retired",
      b: "SetAside",
      c: "Draining",
      d: "Retired",
      e: "Active",
      "environment-deepseek": "Active"
    })
    assert.deepStrictEqual(
      happened.map((it) => `${it._tag} ${it.keyId}`),
      ["KeyAdded e", "KeyRotated e", "KeyRetired d"]
    )
  })
})

const names = ["a", "b", "c"] as const
const Name = Schema.Literals(names)
const Event = Schema.Union([
  Schema.TaggedStruct("Add", {
    name: Schema.Literals(["d", "e"]),
    replaces: Schema.Literals(["none", "all", "settings"])
  }),
  Schema.TaggedStruct("Activate", { name: Name }),
  Schema.TaggedStruct("Drain", { name: Name }),
  Schema.TaggedStruct("LastLeaseEnded", { name: Name }),
  Schema.TaggedStruct("Retire", { name: Name }),
  Schema.TaggedStruct("Refused", {
    name: Name,
    verdict: Schema.Literals(["rejected", "accepted", "unconfirmed", "unreachable"])
  }),
  Schema.TaggedStruct("Accepted", { name: Name }),
  Schema.TaggedStruct("Used", { name: Name }),
  // The vault names its own keys: never as those of the settings.
  Schema.TaggedStruct("Reload", { state: KeyState, name: Schema.Literals(["a", "b", "d"]) })
])
const Story = Schema.Array(Event).check(Schema.isMaxLength(40))

const eventOf = (told: typeof Event.Type): RingEvent => {
  if (told._tag === "Add") return { _tag: "Add", key: keyOf(told.name), replaces: told.replaces }
  if (told._tag === "Reload") return { _tag: "Reload", keys: [keyOf(told.name, { state: told.state })] }
  return { ...told, id: KeyId.make(told.name) }
}

describe("the ring, over stories of events", () => {
  const options = { arbitrary: { runs: 1_000 } } as const
  const first: KeyRing = [keyOf("a"), keyOf("b"), keyOf("c", { source: "settings" })]

  const play = (story: typeof Story.Type) => {
    const steps: Array<{ before: KeyRing; event: RingEvent; after: KeyRing; told: number }> = []
    let ring = first
    for (const [index, told] of story.entries()) {
      const event = eventOf(told)
      const decided = decideRing(ring, event, index)
      if (Result.isFailure(decided)) continue
      steps.push({ before: ring, event, after: decided.success.ring, told: decided.success.happened.length })
      ring = decided.success.ring
    }
    return steps
  }

  it.prop(
    "a retired key stays retired, and no key vanishes or comes twice",
    [Story],
    ([story]) => {
      for (const { after, before } of play(story)) {
        const ids = after.map((it) => it.id)
        assert.strictEqual(new Set(ids).size, ids.length)
        for (const key of before) {
          const now = after.find((it) => it.id === key.id)
          assert.isDefined(now)
          if (key.state._tag === "Retired") assert.strictEqual(now?.state._tag, "Retired")
        }
      }
    },
    options
  )

  it.prop(
    "whoever is chosen is usable, and an active one goes before one that is set aside",
    [Story],
    ([story]) => {
      for (const { after } of play(story)) {
        const chosen = chooseKey(after, { scope: "deepseek", origin })
        const usable = after.filter(({ state }) => state._tag === "Active" || state._tag === "SetAside")
        assert.strictEqual(chosen === undefined, usable.length === 0)
        if (chosen === undefined) continue
        assert.include(usable, chosen)
        if (usable.some(({ state }) => state._tag === "Active")) assert.strictEqual(chosen.state._tag, "Active")
      }
    },
    options
  )

  it.prop(
    "a key that changes its state is told of",
    [Story],
    ([story]) => {
      for (const { after, before, event, told } of play(story)) {
        const changed = after.some((it) => {
          const known = before.find((key) => key.id === it.id)
          return it.state._tag === "Retired" && known !== undefined && known.state._tag !== "Retired"
        })
        if (changed) assert.isAbove(told, 0, event._tag)
      }
    },
    options
  )

  it.prop(
    "a key is refused for good by one confirmed or two unconfirmed refusals, never by less",
    [Story],
    ([story]) => {
      for (const { after, before, event } of play(story)) {
        if (event._tag !== "Refused") continue
        const was = before.find((it) => it.id === event.id)?.state._tag
        const is = after.find((it) => it.id === event.id)?.state._tag
        if (was === "Retired" || is !== "Retired") continue
        assert.isTrue(event.verdict === "rejected" || (event.verdict === "unconfirmed" && was === "SetAside"))
      }
    },
    options
  )
})
