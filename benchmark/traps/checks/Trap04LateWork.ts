/**
 * Trap 4: a timeout frees the place, and the work goes on behind it.
 */
import { pause, Running, unwatched } from "../Running.ts"
import { type Check, type Trap, verdict } from "../Trap.ts"

const limit = 50
const closing = 150
const callers = 5

/** Work that takes long; told to stop, it takes a while to close what it has open. */
const workOf = (running: Running) => async (signal: AbortSignal | undefined) => {
  running.begin()
  const told = Promise.withResolvers<void>()
  if (signal?.aborted === true) told.resolve()
  signal?.addEventListener("abort", () => told.resolve())
  await Promise.race([told.promise, pause(600)])
  await pause(closing)
  running.end()
}

/** Runs a door that puts a time limit on what passes it. */
const measured =
  (
    open: (work: (signal: AbortSignal | undefined) => Promise<void>) => () => Promise<unknown>,
    details?: string
  ): Check =>
  async () => {
    const running = new Running()
    const call = open(workOf(running))
    for (let caller = 0; caller < callers; caller++) {
      unwatched(call())
      // Where a full door refuses instead of letting wait, the next caller comes when the last one was told.
      await pause(limit + 10)
    }
    await pause(callers * (limit + closing) + 100)
    return verdict(running.most === 1, `${running.most} at once`, details)
  }

const ours: Check = async () => {
  const { withTimeLimit } = await import("../../ours/TrapTimeLimit.ts")
  const guarded = await withTimeLimit(limit)
  return guarded === undefined ? undefined : measured((work) => () => guarded(work))()
}

const effect: Check = async () => {
  const Effect = await import("effect/Effect")
  const Semaphore = await import("effect/Semaphore")
  const { closingEffect } = await import("../EffectCall.ts")
  const semaphore = Semaphore.makeUnsafe(1)
  return measured(
    (work) => () => Effect.runPromise(semaphore.withPermits(1)(Effect.timeout(closingEffect(work), limit)))
  )()
}

const cockatiel: Check = async () => {
  const { bulkhead, timeout, TimeoutStrategy, wrap } = await import("cockatiel")
  const policy = wrap(bulkhead(1, 10), timeout(limit, TimeoutStrategy.Cooperative))
  return measured(
    (work) => () => policy.execute(({ signal }) => work(signal)),
    "The cooperative strategy; the aggressive one frees the place at once"
  )()
}

const opossum: Check = async () => {
  const { default: CircuitBreaker } = await import("opossum")
  return measured((work) => {
    const controller = new AbortController()
    const circuit = new CircuitBreaker(() => work(controller.signal), {
      capacity: 1,
      timeout: limit,
      volumeThreshold: 100,
      abortController: controller
    })
    return () => circuit.fire()
  }, "Its one signal is for all calls")()
}

const bottleneck: Check = async () => {
  const { default: Bottleneck } = await import("bottleneck")
  const limiter = new Bottleneck({ maxConcurrent: 1 })
  return measured((work) => () => limiter.schedule({ expiration: limit }, () => work(undefined)))()
}

const pQueue: Check = async () => {
  const { default: PQueue } = await import("p-queue")
  const queue = new PQueue({ concurrency: 1, timeout: limit })
  return measured((work) => () => queue.add(({ signal }) => work(signal)))()
}

/** The trap. */
export const lateWork: Trap = {
  number: 4,
  title: "A timeout frees the place too early",
  question: `One place, a time limit of ${limit} ms, ${callers} callers; work that is told to stop takes ${closing} ms to close its socket. Measured: the most that run at once. Kept: 1.`,
  checks: { ours, Effect: effect, cockatiel, opossum, bottleneck, "p-queue": pQueue },
  without: {}
}
