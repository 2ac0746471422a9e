/**
 * Makes equal requests at the same time one: the first begins a flight, the others join it, and all get its end.
 *
 * A flight is a fiber of the service, not of any joiner: no joiner's interruption, deadline, owner or trace binds it. It
 * has the latest deadline and the highest priority among those who wait for it, and is interrupted when the last of them
 * leaves. Nothing of it is kept: after its end the next to come begins a new one.
 *
 * **Gotchas** Whose requests are equal is said by the key: it must hold the owner. A joiner whose own time is over, or who
 * is interrupted, leaves alone; the others stay.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import type { Priority } from "../../schemas/CallOptions.ts"
import type { Timeout, TimeoutList } from "../policy/deadline/TimeoutList.ts"
import { JoinedWishes, type Wish } from "./JoinedWishes.ts"

/**
 * What a flight knows of its joiners, as it is now: read it again after every wait.
 *
 * **Units** `deadlineAt` in milliseconds of the monotonic clock.
 */
export interface Flight {
  readonly deadlineAt: number
  readonly priority: Priority
  /** Calls the listener in the step in which a joiner raises one of the two; returns how to stop. It must not throw. */
  readonly onRaised: (listener: () => void) => () => void
}

/** What a joiner wants to hear of. */
export interface JoinHooks<E> {
  /** There was a flight already. Called in the step of joining; it must not throw. */
  readonly onJoined?: () => void
  /** The flight has ended, and of all who wait for it this joiner came first. It must not throw. */
  readonly onFirst?: () => void
  /** What the joiner fails with if the flight goes on beyond the deadline of its own wish. */
  readonly overdue?: () => E
}

/** The flights of one kind of request. */
export interface SingleFlight<A, E> {
  /**
   * Waits for the flight of a key; begins it with `run` where there is none, and then in the same step.
   *
   * **Errors** those of the flight, defects included, for all who wait for it.
   */
  readonly join: (
    key: string,
    wish: Wish,
    run: (flight: Flight) => Effect.Effect<A, E>,
    hooks?: JoinHooks<E>
  ) => Effect.Effect<A, E>
  /** How many flights somebody waits for. */
  readonly inFlight: () => number
}

class Joiner<A, E> implements Wish {
  readonly deadlineAt: number
  readonly priority: Priority
  readonly resume: (effect: Effect.Effect<A, E>) => void
  readonly hooks: JoinHooks<E>
  timeout: Timeout | undefined

  constructor(wish: Wish, resume: (effect: Effect.Effect<A, E>) => void, hooks: JoinHooks<E>) {
    this.deadlineAt = wish.deadlineAt
    this.priority = wish.priority
    this.resume = resume
    this.hooks = hooks
    this.timeout = undefined
  }
}

/**
 * Where a flight is found by its key. It is emptied when the flight is no longer to be found: V8 may keep what was
 * deleted from a busy `Map` until the next full collection, and then that shall be this and nothing else.
 */
interface Place<A, E> {
  flight: OpenFlight<A, E> | undefined
}

class OpenFlight<A, E> implements Flight {
  readonly key: string
  readonly place: Place<A, E> = { flight: this }
  readonly joiners: JoinedWishes<Joiner<A, E>>
  listeners: Set<() => void> | undefined
  /** Those with the latest deadline: the flight's own end is theirs. */
  latest: Array<Joiner<A, E>>
  fiber: Fiber.Fiber<A, E> | undefined

  constructor(key: string, first: Joiner<A, E>) {
    this.key = key
    this.joiners = new JoinedWishes(first)
    this.latest = [first]
  }

  get deadlineAt(): number {
    return this.joiners.deadlineAt
  }

  get priority(): Priority {
    return this.joiners.priority
  }

  onRaised(listener: () => void): () => void {
    // A listener that is registered twice is told twice.
    const own = () => listener()
    const listeners = (this.listeners ??= new Set())
    listeners.add(own)
    return () => listeners.delete(own)
  }
}

const noHooks: JoinHooks<never> = {}

/**
 * Makes a place for flights, which run in the context in which it is made and end with its scope. `timeouts` is where
 * joiners wait for their own deadlines, where the flight has a later one.
 */
export const makeSingleFlight = <A, E>(timeouts?: TimeoutList): Effect.Effect<SingleFlight<A, E>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const runFork = Effect.runForkWith(Context.omit(Tracer.ParentSpan)(yield* Effect.context<never>()))
    const flights = new Map<string, Place<A, E>>()
    /** Those that are being interrupted: nobody waits for them any more. */
    const leftAlone = new Set<Fiber.Fiber<A, E>>()
    let isClosed = false
    yield* Effect.addFinalizer(() => {
      isClosed = true
      const fibers = [...flights.values()].flatMap(({ flight }) => flight?.fiber ?? [])
      return Fiber.interruptAll([...fibers, ...leftAlone])
    })

    const forget = ({ key, place }: OpenFlight<A, E>): void => {
      place.flight = undefined
      if (flights.get(key) === place) flights.delete(key)
    }

    const land = (flight: OpenFlight<A, E>, exit: Exit.Exit<A, E>): void => {
      forget(flight)
      const waiting = flight.joiners.removeAll()
      waiting[0]?.hooks.onFirst?.()
      for (const { resume, timeout } of waiting) {
        timeout?.cancel()
        resume(exit)
      }
    }

    const interrupt = (flight: OpenFlight<A, E>): void => {
      const { fiber } = flight
      if (fiber === undefined || fiber.pollUnsafe() !== undefined) return
      leftAlone.add(fiber)
      fiber.interruptUnsafe()
    }

    /** The flight goes on without a joiner whose own deadline passes. */
    const limit = (flight: OpenFlight<A, E>, joiner: Joiner<A, E>): void => {
      const overdue = joiner.hooks.overdue?.bind(joiner.hooks)
      if (timeouts === undefined || overdue === undefined || !flight.joiners.has(joiner)) return
      joiner.timeout = timeouts.schedule(joiner.deadlineAt, () => {
        if (!remove(flight, joiner)) return
        if (flight.joiners.size === 0) interrupt(flight)
        joiner.resume(Effect.failSync(overdue))
      })
    }

    /** Tells whether the joiner was there. A flight without joiners is joined by nobody any more. */
    const remove = (flight: OpenFlight<A, E>, joiner: Joiner<A, E>): boolean => {
      if (!flight.joiners.remove(joiner)) return false
      joiner.timeout?.cancel()
      // Before the interruption: who comes while the flight is being ended must not join it.
      if (flight.joiners.size === 0) forget(flight)
      return true
    }

    const begin = (key: string, joiner: Joiner<A, E>, run: (flight: Flight) => Effect.Effect<A, E>) => {
      const flight = new OpenFlight(key, joiner)
      flights.set(key, flight.place)
      const fiber = runFork(Effect.suspend(() => run(flight)))
      flight.fiber = fiber
      fiber.addObserver((exit) => {
        leftAlone.delete(fiber)
        land(flight, exit)
      })
      return flight
    }

    const enter = (flight: OpenFlight<A, E>, joiner: Joiner<A, E>): void => {
      const latestBefore = flight.deadlineAt
      const isRaised = flight.joiners.add(joiner)
      if (joiner.deadlineAt < latestBefore) limit(flight, joiner)
      else if (joiner.deadlineAt === latestBefore) flight.latest.push(joiner)
      else {
        for (const earlier of flight.latest) limit(flight, earlier)
        flight.latest = [joiner]
      }
      if (!isRaised) return
      const listeners = [...(flight.listeners ?? [])]
      for (const listener of listeners) {
        try {
          listener()
        } catch (defect) {
          land(flight, Exit.die(defect))
          interrupt(flight)
          return
        }
      }
    }

    /** Ends when the flight has, if the joiner was the last. */
    const leave = (flight: OpenFlight<A, E>, joiner: Joiner<A, E>): Effect.Effect<void> => {
      if (!remove(flight, joiner) || flight.joiners.size > 0 || flight.fiber === undefined) return Effect.void
      interrupt(flight)
      return Effect.asVoid(Fiber.await(flight.fiber))
    }

    return {
      join: (key, wish, run, hooks = noHooks) =>
        Effect.callback<A, E>((resume) => {
          if (isClosed) return resume(Effect.interrupt)
          const joiner = new Joiner(wish, resume, hooks)
          const underWay = flights.get(key)?.flight
          if (underWay !== undefined) {
            hooks.onJoined?.()
            enter(underWay, joiner)
          }
          const flight = underWay ?? begin(key, joiner, run)
          return Effect.suspend(() => leave(flight, joiner))
        }),
      inFlight: () => flights.size
    }
  })
