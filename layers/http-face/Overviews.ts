/**
 * Handles the overview: one snapshot, or one a second.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../schemas/http-face/Api.ts"
import { CurrentBearer } from "../../schemas/http-face/Middleware.ts"
import { defaultOwner } from "../../schemas/Identifiers.ts"
import { OverviewReport } from "../../schemas/Overview.ts"
import { eventStreamResponse } from "../../src/http-face/EventStream.ts"
import { refusalOf } from "../../src/http-face/Refuse.ts"
import { Overview } from "../../src/overview/Overview.ts"

const encodeReport = Schema.encodeSync(Schema.fromJsonString(Schema.toCodecJson(OverviewReport)))

/** The handlers. */
export const layer = HttpApiBuilder.group(
  Api,
  "overview",
  Effect.fnUntraced(function* (handlers) {
    const overview = yield* Overview
    // Counting begins with the first snapshot: whoever opens the page later finds the minutes before.
    yield* Effect.ignore(overview.snapshot(defaultOwner))
    return handlers
      .handle("snapshot", () => Effect.flatMap(CurrentBearer, ({ owner }) => refusalOf(overview.snapshot(owner))))
      .handle("events", () =>
        Effect.map(CurrentBearer, ({ owner }) =>
          eventStreamResponse(
            overview.snapshots(owner).pipe(
              Stream.map((report) => ({ data: encodeReport(report) })),
              Stream.catch((reason) => Stream.fromEffect(refusalOf(Effect.fail(reason))))
            )
          )
        )
      )
  })
)
