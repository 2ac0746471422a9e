/**
 * `ludeng simulate`: serves the simulated providers over TCP on this machine, until it is stopped.
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Latency } from "../../../mock-layers/simulation/Latency.ts"
import { Ratio, Scenario } from "../../../mock-layers/simulation/Script.ts"
import { given } from "../Flags.ts"

const decodeLatency = Schema.decodeUnknownOption(Latency)

/** The command. */
export const simulate = Command.make(
  "simulate",
  {
    port: Flag.Int("port").pipe(
      Flag.filter(
        (port) => port >= 0 && port <= 65_535,
        () => "a port from 0 to 65535"
      ),
      Flag.withDescription("TCP port on 127.0.0.1; 0 takes a free one"),
      Flag.withDefault(0)
    ),
    seed: Flag.Int("seed").pipe(Flag.withDescription("What all chance is drawn from (default 1)"), Flag.optional),
    scenario: Flag.Literals("scenario", Scenario.literals).pipe(
      Flag.withDescription("The situation the providers are in (default healthy)"),
      Flag.optional
    ),
    failureRate: Flag.Finite("failure-rate").pipe(
      Flag.filter(Schema.is(Ratio), () => "a ratio from 0 to 1"),
      Flag.withDescription("Share of requests that fail, 0 to 1"),
      Flag.optional
    ),
    latency: Flag.String("latency").pipe(
      Flag.filter(
        (text) => Option.isSome(decodeLatency(text)),
        () => 'milliseconds, or like "2 seconds"'
      ),
      Flag.withDescription('How long every answer takes: milliseconds, or like "2 seconds"'),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ port, ...script }) {
    const { runSimulator } = yield* Effect.promise(() => import("../Simulator.ts"))
    yield* runSimulator({ port, ...given(script) })
  })
).pipe(
  Command.withDescription("Serve the simulated providers on this machine"),
  Command.withExamples([{ command: "ludeng simulate --port 0 --seed 1 --scenario flaky" }])
)
