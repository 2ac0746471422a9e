import * as Layer from "effect/Layer"
import * as MemoryDeadLetters from "../../../layers/dead-letter/MemoryDeadLetters.ts"
import * as MemorySettings from "../../../layers/settings/MemorySettings.ts"
import { defaultLetterBounds } from "../../../src/dead-letter/DeadLetters.ts"
import { suite } from "./DeadLettersContract.ts"

suite(
  "MemoryDeadLetters",
  (bounds = defaultLetterBounds, deadLetterPrompts = "sealed") =>
    MemoryDeadLetters.layerWith(bounds).pipe(
      Layer.provide(Layer.orDie(MemorySettings.layerFromCode({ deadLetterPrompts })))
    ),
  200
)
