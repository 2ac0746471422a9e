/**
 * `npm run test:live`: the contract suites on the real providers, with the keys in the environment or `.env`, spending at
 * most `LUDENG_LIVE_BUDGET` dollars (default 0.10). Without keys it says what is missing and succeeds.
 */
import * as Effect from "effect/Effect"
import { inspectSettings } from "../layers/settings/EnvironmentSettings.ts"
import { Provider } from "../schemas/Provider.ts"
import { keyVariableOf } from "../src/settings/RequireKeys.ts"
import { run } from "./command.ts"
import { budgetOf } from "./live-budget.ts"

const { problems, settings } = await Effect.runPromise(inspectSettings())
for (const { expected, name, problem } of problems) console.error(`${name}: ${problem}, expected ${expected}`)
if (budgetOf(process.env["LUDENG_LIVE_BUDGET"]) === undefined) {
  console.error("LUDENG_LIVE_BUDGET: expected dollars such as 0.10")
  process.exit(5)
}
if (problems.length > 0) process.exit(5)

const missing = Provider.literals.filter((provider) => settings[provider].apiKey === undefined)
const present = Provider.literals.filter((provider) => !missing.includes(provider))
for (const provider of missing) console.log(`${keyVariableOf(provider)} is missing: ${provider} is not tested live`)
if (present.length === 0) process.exit(0)

const ended = await run("vitest", ["run", "--config", "vitest.live.config.ts"], {
  seconds: 1800,
  environment: { LUDENG_PROVIDERS: present.join(",") }
})
process.exit(ended.code)
