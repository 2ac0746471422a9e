/**
 * The whole job in one program: a prompt becomes an enhanced prompt becomes a picture. It runs on the simulated
 * providers; with `Live.layer` in place of `Mock.layer` it runs on the real ones.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Illustrator } from "@ludeng/providers"
import * as Mock from "@ludeng/providers/mock-layers/Mock"

const program = Effect.gen(function* () {
  const illustrator = yield* Illustrator
  const { cost, enhanced, generated } = yield* illustrator.illustrate({
    prompt: "a red fox in the snow",
    mode: "creative",
    image: { width: 1024, height: 1024, quality: "medium" }
  })
  yield* Console.log(`prompt  ${enhanced?.prompt}`)
  yield* Console.log(`picture ${generated.image.path}, ${generated.image.width} x ${generated.image.height}`)
  yield* Console.log(`cost    ${cost.usdMicros ?? "not known"} (${cost.basis})`)
})

await Effect.runPromise(
  program.pipe(
    Effect.catchTags({
      Rejection: (rejection) => Console.error(`refused, nothing was paid: ${rejection.message}`),
      ApiError: (error) => Console.error(`${error.message} (callId ${error.callId})`)
    }),
    Effect.provide(Mock.layer)
  )
)
