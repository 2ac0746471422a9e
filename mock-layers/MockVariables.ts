/**
 * The environment variables of the simulation, read where the settings are read: the environment over `.env`.
 *
 * | variable            | meaning                                    | default   |
 * | ------------------- | ------------------------------------------ | --------- |
 * | `USE_MOCK_APIS`     | whether the providers are simulated        | not said  |
 * | `MOCK_SEED`         | what all chance is drawn from              | 1         |
 * | `MOCK_SCENARIO`     | the situation the providers are in         | `healthy` |
 * | `MOCK_FAILURE_RATE` | share of requests that fail, 0 to 1        | 0         |
 * | `MOCK_LATENCY`      | milliseconds, or a duration: `"2 seconds"` | realistic |
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { lookupIn, variableSources } from "../layers/settings/VariableSources.ts"
import { ConfigurationError, type SettingProblem } from "../schemas/Settings.ts"
import { booleanWord } from "../src/settings/VariableForm.ts"
import { Scenario, type SimulationDocument, SimulationOptions } from "./simulation/Script.ts"

/** The variables, read. What is not set is left out. */
export interface MockVariables {
  readonly useMockApis: boolean | undefined
  readonly simulation: SimulationDocument
}

/**
 * Reads the variables.
 *
 * **Errors** `ConfigurationError` with every value that can not be used.
 */
export const mockVariables: Effect.Effect<MockVariables, ConfigurationError> = Effect.gen(function* () {
  const lookup = yield* lookupIn(yield* variableSources, ["USE_MOCK_APIS", ...simulationVariables.map((it) => it.name)])
  const problems: Array<SettingProblem> = []
  const refuse = (name: string, expected: string) =>
    problems.push({ name, problem: "the value can not be used", expected })
  const switchText = lookup("USE_MOCK_APIS")?.text.trim()
  const useMockApis = switchText === undefined ? undefined : booleanWord(switchText)
  if (switchText !== undefined && useMockApis === undefined) refuse("USE_MOCK_APIS", "true or false")
  const fields: Array<SimulationDocument> = []
  for (const { expected, name, read } of simulationVariables) {
    const text = lookup(name)?.text.trim()
    if (text === undefined) continue
    const field = read(text)
    if (Result.isSuccess(decode(field))) fields.push(field)
    else refuse(name, expected)
  }
  return problems.length === 0
    ? { useMockApis, simulation: Object.assign({}, ...fields) as SimulationDocument }
    : yield* new ConfigurationError({ problems })
})

const decode = Schema.decodeUnknownResult(SimulationOptions)

const numberIn = (text: string): number => (/^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN)

const simulationVariables: ReadonlyArray<{
  readonly name: string
  readonly expected: string
  readonly read: (text: string) => SimulationDocument
}> = [
  { name: "MOCK_SEED", expected: "a whole number", read: (text) => ({ seed: numberIn(text) }) },
  {
    name: "MOCK_SCENARIO",
    expected: `one of ${Scenario.literals.join(", ")}`,
    read: (text) => ({ scenario: text as Scenario })
  },
  { name: "MOCK_FAILURE_RATE", expected: "a ratio from 0 to 1", read: (text) => ({ failureRate: numberIn(text) }) },
  {
    name: "MOCK_LATENCY",
    expected: 'milliseconds from 0 to 86400000, or a duration as "2 seconds"',
    read: (text) => ({ latency: text })
  }
]
