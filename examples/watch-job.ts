/**
 * A picture as a job: submit it, watch its states, and take it up again after a caller that did not wait long enough.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Duration from "effect/Duration"
import * as Stream from "effect/Stream"
import { ImageGenerator } from "@ludeng/providers"
import * as Mock from "@ludeng/providers/mock-layers/Mock"

const program = Effect.gen(function* () {
  const generator = yield* ImageGenerator
  const job = yield* generator.submit({ prompt: "a red fox in the snow" })

  // This caller is impatient: its deadline ends the waiting, not the job.
  const impatient = yield* generator.await(job.id, { deadline: Duration.millis(100) }).pipe(
    Effect.as("done already"),
    Effect.catchReason("ApiError", "GenerationTimedOut", () => Effect.succeed("not done yet, the job goes on"))
  )
  yield* Console.log(impatient)

  yield* generator.watch(job.id).pipe(Stream.runForEach((it) => Console.log(`job ${it.state._tag}`)))
  const { image } = yield* generator.resume(job.id)
  yield* Console.log(`${image.path}, ${image.bytes} bytes`)
})

await Effect.runPromise(program.pipe(Effect.provide(Mock.layer)))
