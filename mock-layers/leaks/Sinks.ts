/**
 * Everything that a program says of itself, listened to: logs, spans, events, what it prints. What is heard is searched at
 * once and not kept.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import { CallEvent } from "../../schemas/CallEvent.ts"
import { CallEvents } from "../../src/telemetry/CallEvents.ts"
import { type Canary, type CanaryKind, canarySearch } from "./Canaries.ts"

/** Where something was said. */
export type Sink = "log" | "span" | "metric" | "event" | "error" | "audit row" | "output" | "file"

/** A canary that came out; `place` says where in its sink: a file's name, a log line's message. */
export interface Leak {
  readonly world: string
  readonly sink: Sink
  readonly place: string
  readonly kind: CanaryKind
}

/** What was heard in one world. **Units** `counts` in texts searched. */
export class Listener {
  readonly leaks: Array<Leak> = []
  readonly counts = new Map<Sink, number>()
  readonly #world: string
  readonly #find: (text: string) => ReadonlyArray<Canary>

  constructor(world: string, canaries: ReadonlyArray<Canary>) {
    this.#world = world
    this.#find = canarySearch(canaries)
  }

  /** Searches a text. */
  hear(sink: Sink, place: string, text: string): void {
    this.counts.set(sink, (this.counts.get(sink) ?? 0) + 1)
    for (const { kind } of this.#find(text)) {
      const isKnown = this.leaks.some((it) => it.sink === sink && it.place === place && it.kind === kind)
      if (!isKnown) this.leaks.push({ world: this.#world, sink, place, kind })
    }
  }

  /** Searches every way in which an ending may be printed, or sent as JSON. */
  hearExit(place: string, exit: Exit.Exit<unknown, unknown>): void {
    if (Exit.isSuccess(exit)) return
    const error = Cause.findErrorOption(exit.cause)
    const value: unknown = error._tag === "Some" ? error.value : Cause.squash(exit.cause)
    const texts = value instanceof Error ? [value.message, value.stack ?? "", String(value)] : [String(value)]
    for (const text of [
      ...texts,
      JSON.stringify(value),
      JSON.stringify(exit),
      inspect(value, { depth: 20, showHidden: true }),
      inspect(exit, { depth: 20 }),
      Cause.pretty(exit.cause)
    ]) {
      this.hear("error", place, text)
    }
  }

  /** What a program is given so that it is heard: loggers at the lowest level, a tracer, an observer. */
  get layer(): Layer.Layer<never> {
    const formats = [Logger.formatJson, Logger.formatLogFmt, Logger.formatSimple]
    const loggers = formats.map((format) => Logger.make((options) => this.hear("log", "a line", format.log(options))))
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    return Layer.mergeAll(
      Logger.layer(loggers),
      Layer.succeed(References.MinimumLogLevel, "Trace"),
      Layer.succeed(CallEvents, (event) => {
        this.hear("event", event._tag, JSON.stringify(encodeEvent(event)))
        this.hear("event", event._tag, inspect(event, { depth: 20, showHidden: true }))
      }),
      Layer.succeed(Tracer.Tracer, tracer),
      // At the end, when their attributes, events and endings are there.
      Layer.effectDiscard(
        Effect.addFinalizer(() =>
          Effect.sync(() => {
            for (const span of spans) this.hear("span", span.name, inspect(spanFacts(span), { depth: 12 }))
          })
        )
      )
    )
  }
}

const encodeEvent = Schema.encodeSync(Schema.toCodecJson(CallEvent))

/** What exporters send. The value a span has succeeded with is the result of its call, and goes to its owner alone. */
const spanFacts = ({ attributes, events, links, name, status }: Tracer.NativeSpan) => ({
  name,
  attributes: [...attributes],
  events,
  links,
  failure: status._tag === "Ended" && Exit.isFailure(status.exit) ? [Cause.pretty(status.exit.cause), status.exit] : []
})

/** Listens to what the process prints, while the scope is open; it is printed all the same. */
export const listenToOutput = (hear: (text: string) => void) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const streams = [process.stdout, process.stderr]
      const writes = streams.map((stream) => stream.write.bind(stream))
      for (const [index, stream] of streams.entries()) {
        const write = writes[index]
        stream.write = ((chunk: string | Uint8Array, ...rest: ReadonlyArray<unknown>) => {
          hear(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("latin1"))
          return Reflect.apply(write ?? (() => true), stream, [chunk, ...rest]) as boolean
        }) as typeof stream.write
      }
      return () => {
        for (const [index, stream] of streams.entries()) {
          const write = writes[index]
          if (write !== undefined) stream.write = write
        }
      }
    }),
    (restore) => Effect.sync(restore)
  )
