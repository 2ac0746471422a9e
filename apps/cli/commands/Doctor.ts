/**
 * `ludeng doctor`: what the program would run with, where each value comes from, and whether the providers answer.
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../Flags.ts"

/** The command. */
export const doctor = Command.make(
  "doctor",
  {
    offline: Flag.Boolean("offline").pipe(
      Flag.withDescription("Open no connection"),
      Flag.withDefault(false),
      Flag.withoutNegation
    ),
    leaks: Flag.Boolean("leaks").pipe(
      Flag.withDescription("Plant keys and prompts in a simulation, and search all that is said and written"),
      Flag.withDefault(false),
      Flag.withoutNegation
    ),
    json: json()
  },
  Effect.fnUntraced(function* ({ leaks, offline }) {
    if (leaks) {
      const { runLeakSweep } = yield* Effect.promise(() => import("../LeakReport.ts"))
      return yield* runLeakSweep
    }
    const { runDoctor } = yield* Effect.promise(() => import("../Diagnosis.ts"))
    yield* runDoctor(offline)
  })
).pipe(Command.withDescription("Show settings with their sources, keys present or not, and whether providers answer"))
