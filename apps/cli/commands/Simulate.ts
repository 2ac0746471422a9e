/**
 * `ludeng simulate`: serves the simulated providers over TCP on this machine, until it is stopped.
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { given } from "../Flags.ts"

/** The command. */
export const simulate = Command.make(
  "simulate",
  {
    port: Flag.Int("port").pipe(Flag.withDescription("TCP port on 127.0.0.1; 0 takes a free one"), Flag.withDefault(0)),
    seed: Flag.Int("seed").pipe(Flag.withDescription("What all chance is drawn from (default 1)"), Flag.optional),
    scenario: Flag.String("scenario").pipe(Flag.withDescription("The situation the providers are in (default healthy)"), Flag.optional),
    failureRate: Flag.Finite("failure-rate").pipe(
      Flag.withDescription("Share of requests that fail, 0 to 1"),
      Flag.optional
    ),
    latency: Flag.String("latency").pipe(
      Flag.withDescription("How long every answer takes: milliseconds, or like \"2 seconds\""),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ port, ...script }) {
    const { runSimulator } = yield* Effect.promise(() => import("../Simulator.ts"))
    yield* runSimulator(port, given(script))
  })
).pipe(
  Command.withDescription("Serve the simulated providers on this machine"),
  Command.withExamples([{ command: "ludeng simulate --port 0 --seed 1 --scenario flaky" }])
)
