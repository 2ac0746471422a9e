/**
 * bottleneck: spaced by `minTime`, by a reservoir that is filled again, and the two chained.
 */
import Bottleneck from "bottleneck"
import type { OpenLimiter, Start, Tier } from "../Limiter.ts"

const startOf =
  (limiter: Bottleneck): Start =>
  (task) =>
    void limiter.schedule(() => Promise.resolve(task()))

const spaced = ({ limit, window }: Tier) => new Bottleneck({ minTime: window / limit })

// The interval is looked at every `heartbeatInterval`: 250 ms at best, and the refill a multiple of it.
const reservoir = ({ limit, window }: Tier) =>
  new Bottleneck({ reservoir: limit, reservoirRefreshAmount: limit, reservoirRefreshInterval: window })

/** Evenly spaced: no bursts. */
export const openMinTime: OpenLimiter = ([tier]) =>
  Promise.resolve(tier === undefined ? undefined : startOf(spaced(tier)))

/** A reservoir. */
export const openReservoir: OpenLimiter = ([tier]) =>
  Promise.resolve(tier === undefined ? undefined : startOf(reservoir(tier)))

/** The short tier spaced, the long one a reservoir, chained. */
export const openChain: OpenLimiter = ([long, short]) =>
  Promise.resolve(long === undefined || short === undefined ? undefined : startOf(spaced(short).chain(reservoir(long))))
