/**
 * Node's own `fetch`.
 */
import type { OpenPeer } from "../SpeedPeer.ts"
import { loopOf } from "../SpeedPeer.ts"
import { bodyText, chatPath, contentOf, headers } from "../Workload.ts"

/** Opens it. */
export const open: OpenPeer = (baseUrl) =>
  Promise.resolve({
    loop: loopOf(async () => {
      const response = await fetch(`${baseUrl}${chatPath}`, { method: "POST", headers, body: bodyText })
      contentOf(await response.json())
    })
  })
