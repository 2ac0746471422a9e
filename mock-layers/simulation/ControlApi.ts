/**
 * The simulator's own paths, below `/__simulator`: they watch and steer, and are no part of any provider.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { ServerResponse } from "node:http"
import { Operation } from "../../schemas/Provider.ts"
import { problemText } from "../../src/input/SchemaProblem.ts"
import { jsonOf } from "./Handler.ts"
import { Milliseconds } from "./Latency.ts"
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
  const [place = "", query = ""] = path.split("?")
  switch (`${method} ${place}`) {
    case "GET /__simulator/ledger":
      return answer(200, { ...simulation.ledger.totals, entries: simulation.ledger.entries })
    case "GET /__simulator/totals":
      return answer(200, simulation.ledger.totals)
    case "GET /__simulator/instants": {
      const asked = askedIn(query, InstantsQuery)
      if (Result.isFailure(asked)) return answer(400, { error: asked.failure })
      const { operation } = asked.success
      return answer(200, { operation, countedAt: simulation.ledger.countedAt(operation) })
    }
    case "GET /__simulator/windows": {
      const asked = askedIn(query, WindowsQuery)
      if (Result.isFailure(asked)) return answer(400, { error: asked.failure })
      const { operation, window } = asked.success
      const largestCount = simulation.ledger.largestCountInWindow(operation, window)
      return answer(200, { operation, windowMillis: window, largestCount })
    }
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

const InstantsQuery = Schema.Struct({ operation: Operation })
const WindowsQuery = Schema.Struct({ operation: Operation, window: Milliseconds })

const askedIn = <A, I>(query: string, schema: Schema.Codec<A, I>): Result.Result<A, string> => {
  const fields = Object.fromEntries(new URLSearchParams(query))
  const decoded = Schema.decodeUnknownResult(schema)(fields, { onExcessProperty: "error" })
  return Result.mapError(decoded, (error) => problemText(error.issue, schema.ast))
}

const changedScript = (script: Script, change: unknown): Result.Result<Script, string> => {
  if (typeof change !== "object" || change === null || Array.isArray(change))
    return Result.fail("expected a JSON object")
  const decoded = Schema.decodeUnknownResult(Script)({ ...script, ...change }, { onExcessProperty: "error" })
  return Result.mapError(decoded, (error) => problemText(error.issue, Script.ast))
}
