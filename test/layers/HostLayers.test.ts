/** A host's own services take the place of ours, live as in the simulation; what the host leaves out stays. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Live from "../../layers/Live.ts"
import type * as Services from "../../layers/Services.ts"
import * as MemorySettings from "../../layers/settings/MemorySettings.ts"
import * as MemoryImageStore from "../../mock-layers/image/MemoryImageStore.ts"
import * as Mock from "../../mock-layers/Mock.ts"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import { ImageStore } from "../../src/image/ImageStore.ts"
import { Illustrator } from "../../src/illustration/Illustrator.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { passVirtually } from "../contract/World.ts"

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const proven = <_ extends true>(): void => undefined

class HostConfiguration extends Context.Service<HostConfiguration, { readonly retryLimit: number }>()("host") {}

const settings = Layer.unwrap(
  HostConfiguration.useSync(({ retryLimit }) =>
    MemorySettings.layerFromCode({
      store: "memory",
      deepseek: { apiKey: "host-key", retryLimit },
      nanobanana: { apiKey: "host-key" }
    })
  )
)

const configuration = Layer.succeed(HostConfiguration, { retryLimit: 1 })

const nothing = () => Live.layerOver({})
const needing = () => Live.layerOver({ settings })
proven<Same<ReturnType<typeof nothing>, Layer.Layer<Services.Services, ConfigurationError>>>()
proven<Same<ReturnType<typeof needing>, Layer.Layer<Services.Services, ConfigurationError, HostConfiguration>>>()
// @ts-expect-error What the host's layers need has to be provided.
proven<Same<ReturnType<typeof needing>, Layer.Layer<Services.Services, ConfigurationError>>>()

describe("layerOver", () => {
  it.effect("live: the services are the host's, and its own services are asked for", () =>
    Effect.gen(function* () {
      const store = Context.get(yield* Layer.build(MemoryImageStore.layer), ImageStore)
      const host = { settings, imageStore: Layer.succeed(ImageStore, store) }
      const context = yield* Layer.build(Live.layerOver(host).pipe(Layer.provide(configuration)))
      assert.strictEqual(Context.get(context, ImageStore), store)
      const { settings: current } = yield* Context.get(context, LiveSettings).current
      assert.strictEqual(current.deepseek.retryLimit, 1)
    })
  )

  it.effect("simulated: a picture goes to the host's store, under the host's settings", () =>
    Effect.gen(function* () {
      const store = Context.get(yield* Layer.build(MemoryImageStore.layer), ImageStore)
      const mock = Mock.layerOver({ settings, imageStore: Layer.succeed(ImageStore, store) }, { seed: 7 })
      const { generated } = yield* passVirtually(Illustrator.use((it) => it.illustrate({ prompt: "a red fox" }))).pipe(
        Effect.provide(mock.pipe(Layer.provide(configuration)))
      )
      assert.strictEqual(yield* store.verify(generated.image), "Intact")
    })
  )

  it.effect("a host whose settings can not be used is told so", () =>
    Effect.gen(function* () {
      const bad = MemorySettings.layerFromCode({ deepseek: { retryLimit: 99 } })
      const error = yield* Effect.flip(Layer.build(Live.layerOver({ settings: bad })))
      assert.deepStrictEqual(
        error.problems.map((it) => it.name),
        ["deepseek.retryLimit"]
      )
    })
  )
})
