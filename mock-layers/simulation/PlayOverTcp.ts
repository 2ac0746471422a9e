/**
 * Plays the script of an answer on a socket. Interrupting it stops the playing; the socket is then gone already.
 */
import * as Effect from "effect/Effect"
import type { ServerResponse } from "node:http"
import type { ScriptedAnswer } from "./Messages.ts"

/** Plays it to its end. A connection that is to be refused is closed without a word: TCP itself was accepted long ago. */
export const playOverTcp = (answer: ScriptedAnswer, outgoing: ServerResponse): Effect.Effect<void> =>
  Effect.gen(function* () {
    const drop = () => outgoing.socket?.destroy()
    if (answer._tag === "Refused") return drop()
    if (answer._tag === "Silence") return yield* Effect.never
    yield* pause(answer.afterMillis)
    if (answer._tag === "Reset") return drop()
    outgoing.writeHead(answer.status, answer.headers)
    outgoing.flushHeaders()
    for (const chunk of answer.chunks) {
      yield* pause(chunk.afterMillis)
      yield* write(outgoing, chunk.bytes)
    }
    const { end } = answer
    switch (end._tag) {
      case "Complete":
        outgoing.end()
        return
      case "Lost":
        return drop()
      case "BlankLines":
        return yield* Effect.forever(Effect.andThen(Effect.sleep(end.everyMillis), write(outgoing, end.line ?? "\n")))
    }
  })

const pause = (millis: number): Effect.Effect<void> => (millis <= 0 ? Effect.void : Effect.sleep(millis))

/** Waits until the bytes are handed to the system, so that a drop after them does not swallow them. */
const write = (outgoing: ServerResponse, bytes: Uint8Array | string): Effect.Effect<void> =>
  Effect.callback((resume) => {
    outgoing.write(bytes, () => resume(Effect.void))
  })
