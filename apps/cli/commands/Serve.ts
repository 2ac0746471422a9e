/**
 * `ludeng serve`: the library over HTTP, until it is stopped.
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { SettingsWatch } from "../../../layers/settings/SettingsWatch.ts"
import { isOrigin } from "../../../layers/server/CrossOrigin.ts"
import { durationOf } from "../DurationText.ts"
import { callFlags } from "../Flags.ts"

/** The command. */
export const serve = Command.make(
  "serve",
  {
    port: Flag.Int("port").pipe(
      Flag.filter(
        (port) => port >= 0 && port <= 65_535,
        () => "a port from 0 to 65535"
      ),
      Flag.withDescription("TCP port; 0 takes a free one (default 8080)"),
      Flag.withDefault(8080)
    ),
    host: Flag.String("host").pipe(
      Flag.withDescription("Address to listen on (default 127.0.0.1); others than this machine need a token"),
      Flag.withDefault("127.0.0.1")
    ),
    maxOpenRequests: Flag.Int("max-open-requests").pipe(
      Flag.filter(
        (count) => count >= 1 && count <= 100_000,
        () => "a number from 1 to 100000"
      ),
      Flag.withDescription("How many requests may be open at once; further ones are told to come again (default 2000)"),
      Flag.withDefault(2_000)
    ),
    drain: Flag.String("drain").pipe(
      Flag.filterMap(durationOf, () => "a time from 1 ms to 24 h, as milliseconds or like 30s, 2m, 500ms"),
      Flag.withDescription(
        "How long it goes on accepting after SIGTERM while /health/ready says 503, for a load balancer (default 0)"
      ),
      Flag.optional
    ),
    corsOrigins: Flag.String("cors-origin").pipe(
      Flag.filter(isOrigin, () => "an exact origin, like https://app.example"),
      Flag.withDescription(
        "A web origin whose pages may call, with a token; may be given several times (default none)"
      ),
      Flag.atLeast(0)
    ),
    json: callFlags.json
  },
  Effect.fnUntraced(function* ({ corsOrigins, drain, host, maxOpenRequests, port }) {
    const { runServer } = yield* Effect.promise(() => import("../ServeCommand.ts"))
    yield* Effect.provideService(
      runServer({
        host,
        port,
        corsOrigins,
        maximumOpenRequests: maxOpenRequests,
        ...(Option.isSome(drain) ? { drain: drain.value } : {})
      }),
      SettingsWatch,
      true
    )
  })
).pipe(
  Command.withDescription("Serve the library over HTTP"),
  Command.withExamples([{ command: "USE_MOCK_APIS=true ludeng serve --port 0" }])
)
