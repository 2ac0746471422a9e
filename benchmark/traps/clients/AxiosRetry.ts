/**
 * axios with axios-retry, told to retry a 429 of a POST too.
 */
import { create } from "axios"
import axiosRetry, { exponentialDelay } from "axios-retry"

/** Opens it. */
export const openClient = (baseURL: string) => {
  const client = create({ baseURL })
  axiosRetry(client, {
    retries: 3,
    retryDelay: exponentialDelay,
    retryCondition: ({ response }) => response?.status === 429
  })
  return Promise.resolve((text: string) => client.post("/chat/completions", { text }))
}
