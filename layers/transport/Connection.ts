/**
 * One connection to one origin: an undici `Client` without pipelining, and the sockets it has open. An exchange has a
 * connection for itself, so closing it touches nobody else.
 *
 * **Gotchas** undici gives no way to close a socket that still connects, nor to hear that a socket is closed; therefore
 * every socket is noted here from its first moment.
 */
import type { Socket } from "node:net"
import { type buildConnector, Client, type Dispatcher } from "undici"
import type { OnSocket } from "./Sockets.ts"

/** Connects to a host; every socket made on the way is given to `track` at once. */
export type Connect = (target: buildConnector.Options, track: (socket: Socket) => void, onSocket: OnSocket) => void

/** A connection, ready for one exchange after the other. */
export class Connection {
  readonly origin: string
  readonly #client: Client
  readonly #sockets = new Set<Socket>()
  readonly #onDisconnect: (connection: Connection) => void
  #onConnected: ((millis: number) => void) | undefined

  /** **Units** `now` in milliseconds of the monotonic clock. */
  constructor(origin: string, connect: Connect, onDisconnect: (connection: Connection) => void, now = untimed) {
    this.origin = origin
    this.#onDisconnect = onDisconnect
    this.#client = new Client(origin, {
      connect: (target, callback) => {
        const begunAt = now()
        connect(
          target,
          (socket) => this.#track(socket),
          (...result) => {
            if (result[0] === null) this.#onConnected?.(now() - begunAt)
            callback(...result)
          }
        )
      },
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0
    })
  }

  /** Sends one request, connecting first where needed: `onConnected` is told how long that took. Nothing is retried. */
  dispatch(
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
    onConnected?: (millis: number) => void
  ): void {
    this.#onConnected = onConnected
    this.#client.dispatch(request, handler)
  }

  /** Whether another exchange can use it. */
  get isOpen(): boolean {
    return this.#sockets.size > 0 && [...this.#sockets].every((socket) => !socket.destroyed)
  }

  /** Closes the sockets, also one that still connects; `onClosed` is called when the last one is closed. */
  close(onClosed: () => void): void {
    this.#client.destroy(ignore)
    const sockets = [...this.#sockets]
    if (sockets.length === 0) return onClosed()
    let open = sockets.length
    for (const socket of sockets) {
      socket.once("close", () => {
        open -= 1
        if (open === 0) onClosed()
      })
      socket.destroy()
    }
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once("close", () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size === 0) this.#onDisconnect(this)
    })
    if (this.#client.destroyed) socket.destroy()
  }
}

const untimed = (): number => 0

const ignore = (): void => undefined
