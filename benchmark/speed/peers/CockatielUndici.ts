/**
 * cockatiel's four policies around undici: retry, circuit breaker, timeout, bulkhead. It has no limiter, no cache, no
 * metrics, no spans.
 */
import { Pool } from "undici"
import { fourPolicies } from "../../policy/CockatielPolicies.ts"
import type { OpenPeer } from "../SpeedPeer.ts"
import { loopOf } from "../SpeedPeer.ts"
import { bodyText, chatPath, contentOf, headers } from "../Workload.ts"

/** Opens it. */
export const open: OpenPeer = (baseUrl, workers) => {
  const pool = new Pool(baseUrl, { connections: workers })
  const policies = fourPolicies()
  return Promise.resolve({
    loop: loopOf(() =>
      policies.execute(async ({ signal }) => {
        const { body, statusCode } = await pool.request({
          method: "POST",
          path: chatPath,
          headers,
          body: bodyText,
          signal
        })
        if (statusCode !== 200) throw new Error(`status ${statusCode}`)
        return contentOf(JSON.parse(await body.text()))
      })
    )
  })
}
