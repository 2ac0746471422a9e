/**
 * The simulated providers: takes a request, answers by script, keeps jobs and the ledger. Each of its two steps is
 * synchronous: what is drawn when a request is sent, and what is done when it arrives; who waits, and how bytes travel, is
 * the player's matter.
 *
 * The same seed, script and requests give the same answers and the same ledger: chance is drawn by service, operation
 * and the count of its requests, so that it does not matter how requests of different kinds interleave.
 */
import type { Operation } from "../../schemas/Provider.ts"
import { deepSeekHandler } from "./deepseek/DeepSeekHandler.ts"
import { chooseFault, isRefusal, preventsProcessing } from "./Faults.ts"
import { type Handled, jsonOf, type SimulatedHandler, type World } from "./Handler.ts"
import { InstantLog, nanosPerMilli } from "./InstantLog.ts"
import { drawLatencyMillis, drawTransitMillis } from "./Latency.ts"
import { SimulatedLedger } from "./Ledger.ts"
import {
  json,
  type PlainAnswer,
  providerOf,
  type ScriptedAnswer,
  type SimulatedRequest,
  type SimulatedService
} from "./Messages.ts"
import { filesHandler } from "./nanobanana/FilesHandler.ts"
import { genericHandler } from "./nanobanana/GenericHandler.ts"
import { nanoBananaApiHandler } from "./nanobanana/NanoBananaApiHandler.ts"
import { exceededLimit, type RequestLimit } from "./RequestLimit.ts"
import type { FaultKind, Script, SimulationOptions } from "./Script.ts"
import { type Chance, chanceOf } from "./SeededRandom.ts"
import type { SimulatedJob } from "./SimulatedJob.ts"
import { onTheWire } from "./Wire.ts"

const handlers: Readonly<Record<SimulatedService, SimulatedHandler>> = {
  deepseek: deepSeekHandler,
  nanobananaapi: nanoBananaApiHandler,
  generic: genericHandler,
  files: filesHandler
}

const nothing: PlainAnswer = json(200, null)

/** A request on its way: what will go wrong with it is drawn. **Units** `thereMillis` until it arrives. */
export interface UnderwayRequest {
  readonly request: SimulatedRequest
  readonly chance: Chance
  readonly fault: FaultKind | undefined
  readonly thereMillis: number
}

/** The providers of one program. */
export class Simulation {
  /** What was asked, counted and charged. */
  readonly ledger = new SimulatedLedger()
  readonly #seed: number
  #script: Script
  #jobs = new Map<string, SimulatedJob>()
  #cachedPrefixes = new Set<string>()
  #letThrough = new InstantLog()
  #requests = new Map<string, number>()
  #scriptedRequests = new Map<Operation, number>()
  #ruleCounts = new Map<Operation, Array<number>>()

  constructor({ seed, ...script }: SimulationOptions) {
    this.#seed = seed
    this.#script = script
  }

  get script(): Script {
    return this.#script
  }

  /** Plays another script from the next request on; the counts of its rules begin anew. Jobs and charges stay. */
  setScript(script: Script): void {
    this.#script = script
    this.#scriptedRequests.clear()
    this.#ruleCounts.clear()
  }

  /** Forgets all jobs, requests and charges; the script stays. */
  reset(): void {
    this.ledger.forget()
    this.#letThrough.forget()
    this.#jobs.clear()
    this.#cachedPrefixes.clear()
    this.#requests.clear()
    this.setScript(this.#script)
  }

  /** Takes a request that is being sent. A connection that is refused is so at once. */
  send(request: SimulatedRequest): UnderwayRequest {
    const chance = this.#chanceFor(request)
    const fault = this.#faultFor(request.operation, chance)
    const thereMillis = fault === "refused" ? 0 : drawTransitMillis(this.#script, "there", chance)
    return { request, chance, fault, thereMillis }
  }

  /**
   * Answers a request that has arrived.
   *
   * **Units** `now` in milliseconds since 1970, `nanos` in nanoseconds of a clock that never steps back.
   */
  process(underway: UnderwayRequest, now: number, nanos: number): ScriptedAnswer {
    const { chance, request } = underway
    const { operation, service } = request
    const isCounted = underway.fault !== "refused"
    const countedAt = isCounted ? this.ledger.count(operation, nanos) : null
    const limit = isCounted ? this.#limitFor(operation, nanos) : undefined
    const fault = limit === undefined ? underway.fault : undefined
    const world = { now, script: this.#script, chance, fault, jobs: this.#jobs, cachedPrefixes: this.#cachedPrefixes }
    const handled = limit === undefined ? this.#handled(request, world) : overLimit(service, limit)
    if (handled.job !== undefined) this.#jobs.set(handled.job.id, handled.job)
    for (const prefix of handled.newPrefixes ?? []) this.#cachedPrefixes.add(prefix)
    const answer = onTheWire(this.#hinted(handled.answer), {
      service,
      fault,
      latencyMillis: drawLatencyMillis(this.#script, operation, chance),
      backMillis: drawTransitMillis(this.#script, "back", chance),
      chance
    })
    this.ledger.enter({
      at: now,
      countedAt,
      provider: providerOf(service),
      service,
      operation,
      method: request.method,
      path: request.path,
      body: (jsonOf(request.body) ?? null) as SimulatedBody,
      status: answer._tag === "Answered" ? answer.status : null,
      fault: fault ?? null,
      isOverLimit: limit !== undefined,
      isAccepted: handled.isAccepted === true,
      jobId: handled.job?.id ?? null,
      usdMicros: handled.usdMicros ?? 0
    })
    return answer
  }

  /** Answers a request that arrives as it is sent. **Units** `now` in milliseconds since 1970. */
  handle(request: SimulatedRequest, now: number): ScriptedAnswer {
    return this.process(this.send(request), now, now * nanosPerMilli)
  }

  #handled(request: SimulatedRequest, world: World): Handled {
    const handler = handlers[request.service]
    if (isRefusal(world.fault)) return { answer: handler.refuse(world.fault) }
    if (preventsProcessing(world.fault, request.operation)) return { answer: nothing }
    return handler.handle(request, world)
  }

  #limitFor(operation: Operation, nanos: number): RequestLimit | undefined {
    const limit = exceededLimit(this.#script.limits, operation, this.#letThrough, nanos)
    if (limit === undefined) this.#letThrough.enter(operation, nanos)
    return limit
  }

  #chanceFor({ operation, service }: SimulatedRequest): Chance {
    const place = `${service}/${operation}`
    const count = this.#requests.get(place) ?? 0
    this.#requests.set(place, count + 1)
    return chanceOf(this.#seed, `${place}/${count}`)
  }

  #faultFor(operation: Operation, chance: Chance) {
    const ordinal = this.#scriptedRequests.get(operation) ?? 0
    this.#scriptedRequests.set(operation, ordinal + 1)
    const ruleCounts = this.#ruleCounts.get(operation) ?? []
    const chosen = chooseFault(this.#script, { operation, ordinal, ruleCounts, chance })
    if (chosen?.rule !== undefined) ruleCounts[chosen.rule] = (ruleCounts[chosen.rule] ?? 0) + 1
    this.#ruleCounts.set(operation, ruleCounts)
    return chosen?.fault
  }

  #hinted(answer: PlainAnswer): PlainAnswer {
    const { retryAfter } = this.#script
    if (retryAfter === undefined || (answer.status !== 429 && answer.status !== 503)) return answer
    return { ...answer, headers: { "retry-after": retryAfter, ...answer.headers } }
  }
}

const overLimit = (service: SimulatedService, { retryAfter }: RequestLimit): Handled => {
  const answer = handlers[service].refuse("over-limit")
  if (retryAfter === undefined) return { answer }
  return { answer: { ...answer, headers: { ...answer.headers, "retry-after": String(retryAfter) } } }
}

type SimulatedBody = Parameters<SimulatedLedger["enter"]>[0]["body"]
