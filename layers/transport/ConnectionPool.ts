/**
 * The connections of one transport: those in use, and those that wait for the next exchange to their origin. It sets no
 * limit of its own, that is the bulkhead's matter; an idle connection is closed by undici after some seconds.
 */
import { type Connect, Connection } from "./Connection.ts"

/** Connections by origin; the one used last is taken first, so that the others can go. */
export class ConnectionPool {
  readonly #connect: Connect
  readonly #now: () => number
  readonly #idle = new Map<string, Array<Connection>>()
  readonly #connections = new Set<Connection>()

  /** **Units** `now` in milliseconds of the monotonic clock. */
  constructor(connect: Connect, now: () => number = () => 0) {
    this.#connect = connect
    this.#now = now
  }

  /** An idle connection to the origin, else a new one. */
  take(origin: string): Connection {
    return this.#idle.get(origin)?.pop() ?? this.open(origin)
  }

  /** A connection that nobody has used before. */
  open(origin: string): Connection {
    const connection = new Connection(origin, this.#connect, (closed) => this.#removeIdle(closed), this.#now)
    this.#connections.add(connection)
    return connection
  }

  /** Takes back a connection whose exchange came to its end. */
  giveBack(connection: Connection): void {
    if (!connection.isOpen) return this.close(connection, () => undefined)
    const idle = this.#idle.get(connection.origin)
    if (idle === undefined) this.#idle.set(connection.origin, [connection])
    else idle.push(connection)
  }

  /** Closes a connection that is in use. */
  close(connection: Connection, onClosed: () => void): void {
    this.#connections.delete(connection)
    connection.close(onClosed)
  }

  /** Closes all connections. */
  closeAll(onClosed: () => void): void {
    let open = this.#connections.size
    if (open === 0) return onClosed()
    for (const connection of this.#connections) {
      this.close(connection, () => {
        open -= 1
        if (open === 0) onClosed()
      })
    }
  }

  #removeIdle(connection: Connection): void {
    const idle = this.#idle.get(connection.origin)
    const index = idle?.indexOf(connection) ?? -1
    if (idle === undefined || index < 0) return
    idle.splice(index, 1)
    if (idle.length === 0) this.#idle.delete(connection.origin)
    this.close(connection, () => undefined)
  }
}
