/**
 * The proxy variables as settings: whether they can be used, told with the other settings and not when the first request
 * is sent. What they mean is decided in `src/transport/ProxyRules.ts`.
 */
import * as Result from "effect/Result"
import type { SettingProblem } from "../../schemas/Settings.ts"
import { type ProxyEnvironment, proxyRules } from "../../src/transport/ProxyRules.ts"

/** A problem when `HTTPS_PROXY` can not be used. Its value is not told: it may hold a password. */
export const proxyProblems = (environment: ProxyEnvironment): ReadonlyArray<SettingProblem> => {
  const rules = proxyRules(environment)
  if (Result.isSuccess(rules)) return []
  return [{ name: rules.failure, problem: "the value can not be used", expected: "an http or https URL" }]
}
