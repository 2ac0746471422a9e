/**
 * The axios stack: axios, axios-retry, bottleneck, opossum, joi, node-cache, winston. bottleneck's store
 * waits for a timer at each step of a job, which bounds it to some hundred jobs a second whatever its settings are.
 */
import { Writable } from "node:stream"
import * as http from "node:http"
import { create } from "axios"
import axiosRetry, { exponentialDelay } from "axios-retry"
import Bottleneck from "bottleneck"
import Joi from "joi"
import NodeCache from "node-cache"
import CircuitBreaker from "opossum"
import winston from "winston"
import type { OpenPeer } from "../SpeedPeer.ts"
import { loopOf } from "../SpeedPeer.ts"
import { bodyText, chatPath, contentOf, headers } from "../Workload.ts"

const answerSchema = Joi.object({
  choices: Joi.array()
    .items(Joi.object({ message: Joi.object({ content: Joi.string().required() }).unknown() }).unknown())
    .min(1)
    .required(),
  usage: Joi.object({ prompt_tokens: Joi.number(), completion_tokens: Joi.number() }).unknown()
}).unknown()

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })

/** Opens it. */
export const open: OpenPeer = (baseURL, workers) => {
  const client = create({
    baseURL,
    headers,
    timeout: 30_000,
    httpAgent: new http.Agent({ keepAlive: true, maxSockets: workers })
  })
  axiosRetry(client, { retries: 3, retryDelay: exponentialDelay })
  const limiter = new Bottleneck({
    maxConcurrent: 512,
    reservoir: 1_000_000,
    reservoirRefreshAmount: 1_000_000,
    reservoirRefreshInterval: 60_000
  })
  const breaker = new CircuitBreaker(() => client.post<unknown>(chatPath, bodyText), {
    timeout: 30_000,
    errorThresholdPercentage: 50,
    resetTimeout: 30_000
  })
  const cache = new NodeCache({ stdTTL: 60, checkperiod: 0, maxKeys: 1_000_000 })
  const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream: nowhere })] })
  let calls = 0
  return Promise.resolve({
    loop: loopOf(async () => {
      const key = `enhance:${calls++}`
      if (cache.get(key) !== undefined) return
      const { data, status } = await limiter.schedule(() => breaker.fire())
      const { error, value } = answerSchema.validate(data)
      if (error !== undefined) throw error
      cache.set(key, contentOf(value))
      logger.info("enhanced", { key, status })
    })
  })
}
