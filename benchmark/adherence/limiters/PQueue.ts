/**
 * p-queue's interval cap, with fixed windows and with its strict sliding window.
 */
import PQueue from "p-queue"
import { nested, type OpenLimiter } from "../Limiter.ts"

/** `strict` is p-queue's own word. Tiers are queues in queues. */
export const openWith =
  (strict: boolean): OpenLimiter =>
  (tiers) =>
    Promise.resolve(
      nested(
        tiers.map(({ limit, window }) => {
          const queue = new PQueue({ intervalCap: limit, interval: window, strict })
          return (task) => void queue.add(task)
        })
      )
    )
