/**
 * Signals, counted the way a person means them.
 *
 * **Gotchas** One Ctrl-C can arrive more than once: the terminal sends it to every process of the group, and npm and the
 * start script send it on as well. Repeats of the same signal within 50 ms are one: nobody presses twice so fast.
 */

/** What to do at the first and at the second signal. */
export interface SignalHandlers {
  readonly first: (name: string) => void
  readonly second: (name: string) => void
}

/** How long repeats of one signal may trail behind it. **Units** milliseconds. */
export const echoMillis = 50

/** Counts signals, echoes left out. **Units** `now` in milliseconds. Pure but for its own memory. */
export const makeCounter = (handlers: SignalHandlers): ((name: string, now: number) => void) => {
  let first: { readonly name: string; readonly at: number } | undefined
  return (name, now) => {
    if (first === undefined) {
      first = { name, at: now }
      handlers.first(name)
    } else if (first.name !== name || now - first.at > echoMillis) handlers.second(name)
  }
}

const names = { SIGINT: "Ctrl-C", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP" } as const

/** Listens until it is stopped. */
export const onSignals = (handlers: SignalHandlers): { readonly stop: () => void } => {
  const count = makeCounter(handlers)
  const listeners = (Object.keys(names) as ReadonlyArray<keyof typeof names>).map((signal) => {
    const listener = (): void => count(names[signal], performance.now())
    process.on(signal, listener)
    return { signal, listener }
  })
  return { stop: () => listeners.forEach(({ signal, listener }) => process.off(signal, listener)) }
}
