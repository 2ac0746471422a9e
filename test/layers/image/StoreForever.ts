/**
 * A program that stores pictures until it is killed, one line on stdout for each that it is sure of. Its last argument
 * `hang` makes it stop in the middle of a picture, when all bytes are written and the stream has not ended.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { layer } from "../../../layers/image/FileImageStore.ts"
import { ImageStore } from "../../../src/image/ImageStore.ts"
import { join, png } from "../../src/image/SampleImages.ts"

const root = process.argv[2] ?? ""
const hangs = process.argv[3] === "hang"

/** A megabyte, so that a kill has time to hit the middle of one. */
const picture = (index: number) =>
  join(png((index % 4_000) + 1, Math.floor(index / 4_000) + 1), new Uint8Array(1_048_576))

const say = (line: string) => Effect.sync(() => process.stdout.write(`${line}\n`))

await Effect.runPromise(
  Effect.gen(function* () {
    const store = yield* ImageStore
    for (let index = 0; index < 10_000; index++) {
      const whole = Stream.rechunk(Stream.fromIterable([picture(index)]), 1)
      const bytes = hangs
        ? Stream.concat(whole, Stream.fromEffectDrain(Effect.andThen(say("written"), Effect.sleep("1 hour"))))
        : whole
      const image = yield* store.put(bytes, { root, label: `job_${index}`, directory: "pictures" })
      yield* say(image.path)
    }
  }).pipe(Effect.provide(layer))
)
