/**
 * The client process: one peer, one number of calls in flight, one delay.
 */
import { answerParent, argumentOf } from "../process/Child.ts"
import { Meter, type SpeedFigures } from "./Meter.ts"
import { speedPeers } from "./Peers.ts"

/** What a client is asked for. **Units** times in milliseconds. */
export interface ClientRequest {
  readonly peer: string
  readonly baseUrl: string
  readonly workers: number
  readonly warmUp: number
  readonly duration: number
}

const request = argumentOf<ClientRequest>()
const peer = speedPeers.find((it) => it.name === request.peer)
if (peer === undefined) throw new Error(`there is no peer ${request.peer}`)
const { loop, spans } = await (await peer.load())(request.baseUrl, request.workers)
const meter = new Meter(request.warmUp, request.duration)
await loop(request.workers, meter)
const figures = meter.figures()
answerParent({
  ...figures,
  ...(spans === undefined ? {} : { spansPerCall: spans() / Math.max(1, meter.allCalls) })
} satisfies SpeedFigures)
