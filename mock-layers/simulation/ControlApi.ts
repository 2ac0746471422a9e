/**
 * The simulator's own paths, below `/__simulator`: they watch and steer, and are no part of any provider.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { ServerResponse } from "node:http"
import { problemText } from "../../src/input/SchemaProblem.ts"
import { jsonOf } from "./Handler.ts"
import { Script } from "./Script.ts"
import type { Simulation } from "./Simulation.ts"

/** Answers a request that is for none of the providers. */
export const answerControl = (
  simulation: Simulation,
  method: string,
  path: string,
  body: string,
  outgoing: ServerResponse
): void => {
  const answer = (status: number, value: unknown): void => {
    outgoing.writeHead(status, { "content-type": "application/json" })
    outgoing.end(JSON.stringify(value))
  }
  switch (`${method} ${path.split("?", 1)[0]}`) {
    case "GET /__simulator/ledger":
      return answer(200, { ...simulation.ledger.totals, entries: simulation.ledger.entries })
    case "GET /__simulator/script":
      return answer(200, simulation.script)
    case "POST /__simulator/script": {
      const change = changedScript(simulation.script, jsonOf(body))
      if (Result.isFailure(change)) return answer(400, { error: change.failure })
      simulation.setScript(change.success)
      return answer(200, simulation.script)
    }
    case "POST /__simulator/reset":
      simulation.reset()
      return answer(200, simulation.ledger.totals)
    default:
      return answer(404, {
        error: "no such path; see /deepseek, /nanobananaapi, /generic, /__simulator/ledger, /__simulator/script"
      })
  }
}

const changedScript = (script: Script, change: unknown): Result.Result<Script, string> => {
  if (typeof change !== "object" || change === null || Array.isArray(change))
    return Result.fail("expected a JSON object")
  const decoded = Schema.decodeUnknownResult(Script)({ ...script, ...change }, { onExcessProperty: "error" })
  return Result.mapError(decoded, (error) => problemText(error.issue, Script.ast))
}
