import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { canaryOf, canarySearch } from "../../../mock-layers/leaks/Canaries.ts"
import { everyWorld, sweepForLeaks } from "../../../mock-layers/leaks/LeakSweep.ts"
import { composeLive, type Composition } from "../../../mock-layers/leaks/LeakWorld.ts"
import { type ExchangeRequest, Transport } from "../../../src/transport/Transport.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

/** The live composition, whose transport tells what it should not. */
const tellingTransport =
  (
    tell: (bearer: string, body: string, folder: string) => Effect.Effect<unknown>,
    method: "exchange" | "stream" = "exchange"
  ): Composition =>
  (world) =>
    composeLive({
      ...world,
      transport: Layer.effect(
        Transport,
        Effect.gen(function* () {
          const transport = yield* Transport
          const told = (request: ExchangeRequest) =>
            tell(
              request.credential === undefined ? "" : Redacted.value(request.credential.key),
              request.body ?? "",
              world.folder
            )
          return Transport.of(
            method === "stream"
              ? { ...transport, stream: (request) => Effect.andThen(told(request), transport.stream(request)) }
              : { ...transport, exchange: (request) => Effect.andThen(told(request), transport.exchange(request)) }
          )
        })
      ).pipe(Layer.provide(world.transport))
    })

const healthy = [["healthy providers", { scenario: "healthy" }]] as const

const sweep = (compose?: Composition) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    return yield* sweepForLeaks({ folder, worlds: healthy, ...(compose === undefined ? {} : { compose }) })
  })

describe("the sweep for leaks", () => {
  it.live("finds nothing where the live composition runs over providers that fail in some ways", () =>
    Effect.gen(function* () {
      const some = ["scenario flaky", "fault unauthorized", "fault bad-json", "fault content-blocked", "fault reset"]
      const worlds = everyWorld.filter(([name]) => some.includes(name))
      assert.strictEqual(worlds.length, some.length)
      const { leaks, searched } = yield* sweepForLeaks({ folder: yield* temporaryFolder, worlds })
      assert.deepStrictEqual(leaks, [])
      for (const sink of ["log", "span", "metric", "event", "error", "audit row", "file"] as const) {
        assert.isAbove(searched[sink] ?? 0, worlds.length, sink)
      }
    })
  )

  it.live.each<readonly [string, string, string, Composition]>([
    ["a key in a log", "log", "key", tellingTransport((bearer) => Effect.logDebug(`sent with ${bearer}`))],
    [
      "the tail of a key",
      "log",
      "key",
      tellingTransport((bearer) => Effect.logInfo(`key ending in ${bearer.slice(-12)}`))
    ],
    [
      "a prompt in a span",
      "span",
      "prompt",
      tellingTransport((_, body) => Effect.withSpan(Effect.void, "ask", { attributes: { body } }))
    ],
    [
      "a prompt in a log, while it is streamed",
      "log",
      "prompt",
      tellingTransport((_, body) => Effect.logDebug(body), "stream")
    ],
    [
      "a key in a file, as base64",
      "file",
      "key",
      tellingTransport((bearer, _, folder) =>
        Effect.promise(() => fs.writeFile(path.join(folder, "debug.bin"), Buffer.from(`x${bearer}`).toString("base64")))
      )
    ],
    [
      "a secret in an error",
      "error",
      "vault secret",
      (world) =>
        Layer.merge(
          composeLive(world),
          Layer.effectDiscard(Effect.die(new Error(`bad settings: ${JSON.stringify(world.settings)}`)))
        )
    ],
    [
      "a prompt that is printed",
      "output",
      "prompt",
      tellingTransport((_, body) =>
        Effect.sync(() => process.stdout.write(`${/zebracanary\w+/.exec(body)?.[0] ?? ""}\n`))
      )
    ],
    [
      "a vault secret in a file",
      "file",
      "vault secret",
      (world) =>
        Layer.merge(
          composeLive(world),
          Layer.effectDiscard(
            Effect.promise(() => fs.writeFile(path.join(world.folder, "settings.json"), JSON.stringify(world.settings)))
          )
        )
    ]
  ])("would find %s", ([_, sink, kind, compose]) =>
    Effect.gen(function* () {
      const { leaks } = yield* sweep(compose)
      assert.isTrue(
        leaks.some((it) => it.sink === sink && it.kind === kind),
        JSON.stringify(leaks)
      )
      // What was found is told without being told.
      assert.notMatch(JSON.stringify(leaks), /canary[0-9a-f]{6}/)
    })
  )
})

describe("a canary", () => {
  it("is known in whatever form it comes out", () => {
    const key = canaryOf("key", "1")
    const prompt = canaryOf("prompt", "1")
    const canariesIn = canarySearch([key, prompt])
    for (const { text } of [key, prompt]) {
      const forms = [
        text,
        text.toUpperCase(),
        Buffer.from(text).toString("hex"),
        ...["", "a", "ab", "abc"].map((before) => Buffer.from(`${before}${text} and more`).toString("base64url")),
        Buffer.from(text, "utf16le").toString("latin1")
      ]
      for (const form of forms) assert.strictEqual(canariesIn(`>${form}<`).length, 1, form)
    }
    assert.deepStrictEqual(canariesIn("sk-canary and zebracanary"), [])
  })
})
