/**
 * Reads server-sent events out of bytes that may be cut anywhere: inside a letter, a line end, a word. Comments
 * (`: keep-alive`) and blank lines give nothing.
 *
 * **Gotchas** The parser is an unstable module of Effect; nothing else of the library knows of it.
 *
 * **Source** WHATWG HTML, "Server-sent events", section 9.2.6.
 */
import * as Sse from "effect/encoding/Sse"

/** The events so far. **Units** `maximumEventLength` in UTF-16 code units of one event. */
export class EventStream {
  readonly #utf8 = new TextDecoder()
  readonly #parser: Sse.Parser
  #events: Array<string> = []

  constructor(maximumEventLength: number) {
    this.#parser = Sse.makeParser(
      (event) => {
        if (event._tag === "Event") this.#events.push(event.data)
      },
      { maxEventSize: maximumEventLength }
    )
  }

  /** The data of the events that these bytes complete; `undefined` where one is longer than allowed. */
  feed(bytes: Uint8Array): ReadonlyArray<string> | undefined {
    return this.#take(this.#utf8.decode(bytes, { stream: true }))
  }

  /** The data of an event whose closing blank line did not come any more. It may be cut. */
  end(): ReadonlyArray<string> | undefined {
    return this.#take(`${this.#utf8.decode()}\n\n`)
  }

  #take(text: string): ReadonlyArray<string> | undefined {
    if (this.#parser.feed(text) !== undefined) return undefined
    const events = this.#events
    this.#events = []
    return events
  }
}
