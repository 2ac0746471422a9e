/**
 * Server-sent events (WHATWG HTML, section 9.2): values as events, with a comment now and then so that nobody in between
 * takes the connection for dead.
 */
import * as Duration from "effect/Duration"
import * as Stream from "effect/Stream"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { HttpProblem } from "../../schemas/http-face/Problem.ts"

/** One event. `data` holds no line break: it is JSON. */
export interface ServerEvent {
  readonly id?: string
  readonly event?: string
  readonly data: string
}

/** How often a comment is sent. */
export const keepAlive: Duration.Duration = Duration.seconds(15)

const text = ({ data, event, id }: ServerEvent): string =>
  `${id === undefined ? "" : `id: ${id}\n`}${event === undefined ? "" : `event: ${event}\n`}data: ${data}\n\n`

/**
 * The response. The stream ends with its events; a failure is told as the event `problem`, and ends it too. Whoever leaves
 * interrupts it.
 */
export const eventStreamResponse = (
  events: Stream.Stream<ServerEvent, HttpProblem>
): HttpServerResponse.HttpServerResponse => {
  const told = Stream.catch(events, (problem) =>
    Stream.succeed<ServerEvent>({ event: "problem", data: JSON.stringify(problem) })
  )
  const comments = Stream.drop(Stream.tick(keepAlive), 1).pipe(Stream.map(() => ": keep-alive\n\n"))
  const body = Stream.merge(Stream.map(told, text), comments, { haltStrategy: "left" })
  return HttpServerResponse.stream(Stream.encodeText(body), {
    contentType: "text/event-stream",
    headers: { "cache-control": "no-store", "x-accel-buffering": "no" }
  })
}

/** Events without the first one, where that is what the caller has seen last. */
export const afterLastSeen = <E>(
  events: Stream.Stream<ServerEvent, E>,
  lastEventId: string | undefined
): Stream.Stream<ServerEvent, E> =>
  lastEventId === undefined
    ? events
    : Stream.suspend(() => {
        let isFirst = true
        return Stream.filter(events, ({ id }) => {
          const isSeen = isFirst && id === lastEventId
          isFirst = false
          return !isSeen
        })
      })
