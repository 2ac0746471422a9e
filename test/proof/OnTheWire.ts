/**
 * The requests that are on the wire to one server, as undici's own diagnostics tell: counted apart from the library, from
 * the moment a request is handed to its socket to the last byte of its answer, or else to the end of its socket.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as diagnostics from "node:diagnostics_channel"
import type { Socket } from "node:net"
import type { Operation, Provider } from "../../schemas/Provider.ts"
import { providerOf } from "../../mock-layers/simulation/Messages.ts"
import { operationOf, routeOfPath } from "../../mock-layers/simulation/Route.ts"

/** One request. **Units** instants in milliseconds of `performance.now()`. */
export interface WireRequest {
  readonly provider: Provider
  readonly operation: Operation
  readonly sentAt: number
  firstByteAt: number | undefined
  endedAt: number | undefined
  /** Its answer came to its last byte; otherwise its socket was closed. */
  isWhole: boolean
}

/** What is told of one server. */
export interface OnTheWire {
  /** All requests, in the order in which they were sent. */
  readonly requests: ReadonlyArray<WireRequest>
  /** How many are on the wire now, and were at once at the highest. */
  readonly now: (kind: Provider | Operation) => number
  readonly largest: (kind: Provider | Operation) => number
}

interface UndiciRequest {
  readonly origin: string | URL
  readonly method: string
  readonly path: string
}

const counter = () => {
  const counts = new Map<string, number>()
  const highest = new Map<string, number>()
  return {
    add: (kind: string, change: 1 | -1) => {
      const count = (counts.get(kind) ?? 0) + change
      counts.set(kind, count)
      highest.set(kind, Math.max(count, highest.get(kind) ?? 0))
    },
    now: (kind: string) => counts.get(kind) ?? 0,
    largest: (kind: string) => highest.get(kind) ?? 0
  }
}

/** Watches the requests to the server at `origin`, until the scope closes. */
export const watchWire = (origin: string): Effect.Effect<OnTheWire, never, Scope.Scope> =>
  Effect.gen(function* () {
    const requests: Array<WireRequest> = []
    const known = new WeakMap<UndiciRequest, WireRequest>()
    const onSocket = new WeakMap<Socket, WireRequest>()
    const counts = counter()

    const end = (entry: WireRequest, isWhole: boolean) => {
      if (entry.endedAt !== undefined) return
      entry.endedAt = performance.now()
      entry.isWhole = isWhole
      counts.add(entry.provider, -1)
      counts.add(entry.operation, -1)
    }

    const cut = (socket: Socket) => {
      const entry = onSocket.get(socket)
      if (entry !== undefined) end(entry, false)
    }

    const onSend = ({ request, socket }: { readonly request: UndiciRequest; readonly socket: Socket }) => {
      const route = String(request.origin) === origin ? routeOfPath(request.path) : undefined
      if (route === undefined) return
      const entry: WireRequest = {
        provider: providerOf(route.service),
        operation: operationOf(request.method, route),
        sentAt: performance.now(),
        firstByteAt: undefined,
        endedAt: undefined,
        isWhole: false
      }
      requests.push(entry)
      known.set(request, entry)
      counts.add(entry.provider, 1)
      counts.add(entry.operation, 1)
      // A socket carries one request after the other.
      if (!onSocket.has(socket)) socket.once("close", () => cut(socket))
      onSocket.set(socket, entry)
    }
    const onHead = ({ request }: { readonly request: UndiciRequest }) => {
      const entry = known.get(request)
      if (entry !== undefined) entry.firstByteAt ??= performance.now()
    }
    const onEnd = ({ request }: { readonly request: UndiciRequest }) => {
      const entry = known.get(request)
      if (entry !== undefined) end(entry, true)
    }

    const listeners = [
      ["undici:client:sendHeaders", onSend],
      ["undici:request:headers", onHead],
      ["undici:request:trailers", onEnd]
    ] as ReadonlyArray<readonly [string, (message: unknown) => void]>
    yield* Effect.acquireRelease(
      Effect.sync(() => listeners.forEach(([channel, listener]) => diagnostics.subscribe(channel, listener))),
      () => Effect.sync(() => listeners.forEach(([channel, listener]) => diagnostics.unsubscribe(channel, listener)))
    )
    return { requests, now: counts.now, largest: counts.largest }
  })
