/**
 * Which fault a request meets: the rules of the script first, then chance by the failure rate, then the scenario.
 *
 * What a fault does to the content of an answer is told by the handlers, what it does to its bytes by `Wire.ts`.
 */
import { Operation } from "../../schemas/Provider.ts"
import type { RefusalFault } from "./Handler.ts"
import { type FaultKind, failureRateOf, type FaultRule, type Scenario, type Script } from "./Script.ts"
import { type Chance, drawOne } from "./SeededRandom.ts"

const all = Operation.literals
const questions = all.filter((it) => it !== "download")
const money: ReadonlyArray<Operation> = ["chat", "submit"]

/**
 * The faults, and the operations they are possible at.
 *
 * - `rate-limited`, `server-error`, `unavailable`, `unauthorized`, `no-balance`: refused in the provider's form.
 * - `refused`: nobody listens. `reset`: lost before anything was processed. `lost-answer`, `silence`: processed, and
 *   then the connection is lost, or nothing comes.
 * - `keep-alive-forever`: 200, and blank lines without end. `blank-200`: 200, blank lines, end (a submit is accepted).
 * - `truncated-body`, `slow-drip`: processed; the body breaks off, or comes byte by byte.
 * - `bad-json`, `missing-fields`, `empty-content`, `interrupted`, `code-fence`, `late-error`: processed; the content is
 *   not as agreed (`interrupted` is `insufficient_system_resource`, `late-error` an error object in a 200).
 * - `stalled-stream`, `malformed-chunk`, `error-chunk`, `missing-done`, `missing-usage`: of a streamed completion alone;
 *   it stalls after some chunks under keep-alive comments, holds a chunk that is no JSON or an error object, ends without
 *   `[DONE]`, or does not tell its usage.
 * - `content-blocked`, `job-fails`, `stuck-job`, `unknown-status`: what becomes of the work.
 * - `expired-url`, `expired-first-url`, `not-an-image`: what becomes of the file.
 */
export const faultOperations: Readonly<Record<FaultKind, ReadonlyArray<Operation>>> = {
  "rate-limited": all,
  "server-error": all,
  unavailable: all,
  unauthorized: questions,
  "no-balance": money,
  refused: all,
  reset: all,
  "lost-answer": all,
  silence: all,
  "keep-alive-forever": questions,
  "blank-200": all,
  "truncated-body": all,
  "slow-drip": all,
  "bad-json": questions,
  "missing-fields": questions,
  "empty-content": ["chat"],
  interrupted: ["chat"],
  "code-fence": ["chat"],
  "late-error": ["chat"],
  "stalled-stream": ["chat"],
  "malformed-chunk": ["chat"],
  "error-chunk": ["chat"],
  "missing-done": ["chat"],
  "missing-usage": ["chat"],
  "content-blocked": money,
  "job-fails": ["submit"],
  "stuck-job": ["submit"],
  "unknown-status": ["status"],
  "expired-url": ["download"],
  "expired-first-url": ["download"],
  "not-an-image": ["download"]
}

/** What goes wrong in each scenario, always; `flaky` differs from `healthy` by its failure rate alone. */
const scenarioFaults: Readonly<
  Record<Scenario, { readonly fault: FaultKind; readonly operations: ReadonlyArray<Operation> } | undefined>
> = {
  healthy: undefined,
  flaky: undefined,
  "rate-limited": { fault: "rate-limited", operations: ["chat", "submit", "status"] },
  "keep-alive-forever": { fault: "keep-alive-forever", operations: ["chat"] },
  "blank-200": { fault: "blank-200", operations: ["chat", "submit", "status"] },
  "truncated-body": { fault: "truncated-body", operations: ["chat", "submit", "status", "download"] },
  "slow-drip": { fault: "slow-drip", operations: all },
  "stuck-job": { fault: "stuck-job", operations: ["submit"] },
  "job-fails": { fault: "job-fails", operations: ["submit"] },
  "content-blocked": { fault: "content-blocked", operations: money },
  "expired-url": { fault: "expired-first-url", operations: ["download"] },
  "bad-json": { fault: "bad-json", operations: questions },
  "missing-fields": { fault: "missing-fields", operations: ["chat", "submit", "status"] },
  "stalled-stream": { fault: "stalled-stream", operations: ["chat"] },
  "malformed-chunk": { fault: "malformed-chunk", operations: ["chat"] },
  "error-chunk": { fault: "error-chunk", operations: ["chat"] },
  "missing-done": { fault: "missing-done", operations: ["chat"] },
  "missing-usage": { fault: "missing-usage", operations: ["chat"] },
  unauthorized: { fault: "unauthorized", operations: questions },
  "no-balance": { fault: "no-balance", operations: money },
  down: { fault: "unavailable", operations: questions }
}

/** The ways in which requests fail at random, where the script says nothing else. */
const flakyFaults: readonly [FaultKind, ...ReadonlyArray<FaultKind>] = [
  "rate-limited",
  "server-error",
  "unavailable",
  "reset",
  "blank-200",
  "truncated-body"
]

/** A request, as far as faults are concerned. **Units** `ordinal` counts the operation's requests under this script from 0. */
export interface FaultQuestion {
  readonly operation: Operation
  readonly ordinal: number
  /** How often each rule has been counted for the operation, by its place in the script. */
  readonly ruleCounts: ReadonlyArray<number>
  readonly chance: Chance
}

/** The fault a request meets, and the place of the rule that says so. */
export interface ChosenFault {
  readonly fault: FaultKind
  readonly rule?: number
}

/** Chooses. */
export const chooseFault = (script: Script, question: FaultQuestion): ChosenFault | undefined => {
  const rule = script.faults.findIndex((it, index) => applies(it, index, question))
  const ruled = script.faults[rule]
  if (ruled !== undefined) return { fault: ruled.fault, rule }
  if (question.chance("failure") < failureRateOf(script)) {
    const fault = drawOne(question.chance, "failure/kind", randomFaults(script, question.operation))
    return faultOperations[fault].includes(question.operation) ? { fault } : undefined
  }
  const scenario = scenarioFaults[script.scenario]
  return scenario?.operations.includes(question.operation) === true ? { fault: scenario.fault } : undefined
}

const randomFaults = ({ submitFaults = flakyFaults }: Script, operation: Operation) =>
  operation === "submit" ? submitFaults : flakyFaults

const applies = (rule: FaultRule, index: number, question: FaultQuestion): boolean =>
  (rule.operation ?? question.operation) === question.operation &&
  faultOperations[rule.fault].includes(question.operation) &&
  question.ordinal >= (rule.skip ?? 0) &&
  (question.ruleCounts[index] ?? 0) < (rule.times ?? Number.POSITIVE_INFINITY) &&
  question.chance(`rule/${index}`) < (rule.rate ?? 1)

const refusals: ReadonlySet<FaultKind> = new Set<RefusalFault>([
  "rate-limited",
  "server-error",
  "unavailable",
  "unauthorized",
  "no-balance"
])

/** Whether a fault is a refusal, told in the provider's own form, with nothing processed. */
export const isRefusal = (fault: FaultKind | undefined): fault is RefusalFault =>
  fault !== undefined && refusals.has(fault)

/** Whether a fault keeps a request from being processed at all. */
export const preventsProcessing = (fault: FaultKind | undefined, operation: Operation): boolean =>
  fault === "refused" ||
  fault === "reset" ||
  fault === "keep-alive-forever" ||
  (fault === "blank-200" && operation === "chat")
