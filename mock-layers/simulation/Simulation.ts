/**
 * The simulated providers: takes a request, answers by script, keeps jobs and the ledger. Everything happens in one
 * synchronous step at the instant a request arrives; who waits, and how bytes travel, is the player's matter.
 *
 * The same seed, script and requests give the same answers and the same ledger: chance is drawn by service, operation
 * and the count of its requests, so that it does not matter how requests of different kinds interleave.
 */
import type { Operation } from "../../schemas/Provider.ts"
import { deepSeekHandler } from "./deepseek/DeepSeekHandler.ts"
import { chooseFault, isRefusal, preventsProcessing } from "./Faults.ts"
import { type Handled, jsonOf, type SimulatedHandler, type World } from "./Handler.ts"
import { drawLatencyMillis } from "./Latency.ts"
import { SimulatedLedger } from "./Ledger.ts"
import {
  json,
  type PlainAnswer,
  type ScriptedAnswer,
  type SimulatedRequest,
  type SimulatedService
} from "./Messages.ts"
import { filesHandler } from "./nanobanana/FilesHandler.ts"
import { genericHandler } from "./nanobanana/GenericHandler.ts"
import { nanoBananaApiHandler } from "./nanobanana/NanoBananaApiHandler.ts"
import type { Script, SimulationOptions } from "./Script.ts"
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

/** The providers of one program. */
export class Simulation {
  readonly #seed: number
  #script: Script
  #ledger = new SimulatedLedger()
  #jobs = new Map<string, SimulatedJob>()
  #cachedPrefixes = new Set<string>()
  #requests = new Map<string, number>()
  #scriptedRequests = new Map<Operation, number>()
  #ruleCounts = new Map<Operation, Array<number>>()

  constructor({ seed, ...script }: SimulationOptions) {
    this.#seed = seed
    this.#script = script
  }

  get ledger(): SimulatedLedger {
    return this.#ledger
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
    this.#ledger = new SimulatedLedger()
    this.#jobs.clear()
    this.#cachedPrefixes.clear()
    this.#requests.clear()
    this.setScript(this.#script)
  }

  /** Answers a request. **Units** `now` in milliseconds since 1970. */
  handle(request: SimulatedRequest, now: number): ScriptedAnswer {
    const chance = this.#chanceFor(request)
    const fault = this.#faultFor(request.operation, chance)
    const world = { now, script: this.#script, chance, fault, jobs: this.#jobs, cachedPrefixes: this.#cachedPrefixes }
    const handled = this.#process(request, world)
    if (handled.job !== undefined) this.#jobs.set(handled.job.id, handled.job)
    for (const prefix of handled.newPrefixes ?? []) this.#cachedPrefixes.add(prefix)
    const latencyMillis = drawLatencyMillis(this.#script, request.operation, chance)
    const answer = onTheWire(this.#hinted(handled.answer), { service: request.service, fault, latencyMillis, chance })
    this.#ledger.enter({
      at: now,
      provider: request.service === "deepseek" ? "deepseek" : "nanobanana",
      service: request.service,
      operation: request.operation,
      method: request.method,
      path: request.path,
      body: (jsonOf(request.body) ?? null) as SimulatedBody,
      status: answer._tag === "Answered" ? answer.status : null,
      fault: fault ?? null,
      isAccepted: handled.isAccepted === true,
      jobId: handled.job?.id ?? null,
      usdMicros: handled.usdMicros ?? 0
    })
    return answer
  }

  #process(request: SimulatedRequest, world: World): Handled {
    const handler = handlers[request.service]
    if (isRefusal(world.fault)) return { answer: handler.refuse(world.fault) }
    if (preventsProcessing(world.fault, request.operation)) return { answer: nothing }
    return handler.handle(request, world)
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
    return { ...answer, headers: { ...answer.headers, "retry-after": retryAfter } }
  }
}

type SimulatedBody = Parameters<SimulatedLedger["enter"]>[0]["body"]
