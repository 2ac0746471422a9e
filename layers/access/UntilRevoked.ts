/**
 * Ends an answer that goes on for long (a stream of events) when whoever asked for it may no longer ask: the token was
 * revoked or has expired, or the first token has closed a face that was open.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** How often it is looked. */
const lookEvery = "1 second"

/** The response; a body that is there at once is left as it is. `isStillLet` is asked as long as the stream runs. */
export const untilRevoked = (
  response: HttpServerResponse.HttpServerResponse,
  isStillLet: Effect.Effect<boolean>
): HttpServerResponse.HttpServerResponse => {
  const { body } = response
  if (body._tag !== "Stream") return response
  const isOver = Effect.repeat(Effect.delay(isStillLet, lookEvery), { until: (isLet) => !isLet })
  const stream = Stream.interruptWhen(body.stream, isOver)
  return HttpServerResponse.setBody(response, HttpBody.stream(stream, body.contentType, body.contentLength))
}
