/**
 * The limit: `Pool.request` and `JSON.parse`, and nothing around them.
 */
import { Pool } from "undici"
import type { OpenPeer } from "../SpeedPeer.ts"
import { loopOf } from "../SpeedPeer.ts"
import { bodyText, chatPath, contentOf, headers } from "../Workload.ts"

/** Opens it. */
export const open: OpenPeer = (baseUrl, workers) => {
  const pool = new Pool(baseUrl, { connections: workers })
  return Promise.resolve({
    loop: loopOf(async () => {
      const { body } = await pool.request({ method: "POST", path: chatPath, headers, body: bodyText })
      contentOf(JSON.parse(await body.text()))
    })
  })
}
