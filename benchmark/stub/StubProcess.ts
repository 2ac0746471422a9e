/**
 * Starts the stub server and ends it.
 */
import { endChild, firstMessage, startChild } from "../process/Child.ts"

/** The stub as its clients see it. **Units** `delay` in milliseconds, 0 or 20. */
export interface Stub {
  readonly baseUrl: (delay: number) => string
}

/** Uses a stub that runs as long as `use` does. */
export const withStub = async <A>(use: (stub: Stub) => Promise<A>): Promise<A> => {
  const child = startChild("stub/Server.ts", {})
  try {
    const ports = (await firstMessage(child, "stub", 20)) as Readonly<Record<string, number>>
    return await use({ baseUrl: (delay) => `http://127.0.0.1:${ports[delay]}` })
  } finally {
    await endChild(child)
  }
}
