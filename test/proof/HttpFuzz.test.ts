/**
 * Thousands of requests made from the OpenAPI document, while the providers fail in every way they know.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Scenario } from "../../mock-layers/simulation/Script.ts"
import { compareAnswers } from "../layers/server/DocumentedAnswers.ts"
import { startServer } from "../layers/server/RunningServer.ts"

const settings = {
  deepseek: { rateLimit: [], timeout: 500, retryLimit: 0 },
  nanobanana: { rateLimit: [], timeout: 500, retryLimit: 0, pollFirst: 5, pollCap: 10, submitGrace: 100 }
}

describe("whatever is made from the OpenAPI document", () => {
  Scenario.literals.forEach((scenario, index) => {
    it.live(`is answered as documented while the providers are in the scenario ${scenario}`, () =>
      Effect.gen(function* () {
        const { token, url } = yield* startServer({}, { latency: 1, scenario, settings })
        const everything = yield* token("ann", "use", "operate")
        const { sent, wrong } = yield* compareAnswers(url, everything, 15, index + 1)
        assert.isAbove(sent, 300)
        assert.deepStrictEqual(wrong, [])
      })
    )
  })
})
