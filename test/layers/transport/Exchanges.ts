/**
 * Requests, and what came of them, for the transport tests.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { LookupFunction } from "node:net"
import { type DownloadRequest, type ExchangeRequest, Transport } from "../../../src/transport/Transport.ts"
import type { TransportFailed } from "../../../src/transport/TransportFailed.ts"

export const limit = Duration.seconds(5)

export const get = (url: string, more: Partial<ExchangeRequest> = {}): ExchangeRequest => ({
  provider: "deepseek",
  operation: "probe",
  method: "GET",
  url,
  timeout: limit,
  maximumBytes: 1_000_000,
  ...more
})

export const post = (url: string, more: Partial<ExchangeRequest> = {}): ExchangeRequest =>
  get(url, { operation: "chat", method: "POST", body: '{"question":1}', ...more })

export const exchange = (request: ExchangeRequest) => Transport.use((transport) => transport.exchange(request))
export const failure = (request: ExchangeRequest) => Effect.flip(exchange(request))
export const text = (body: Uint8Array) => Buffer.from(body).toString()
export const facts = (error: TransportFailed) => ({ ...error.reason, wasSent: error.wasSent })

/** A resolver that finds these addresses for every name. */
export const lookupTo =
  (...addresses: ReadonlyArray<string>): LookupFunction =>
  (_hostname, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))
    )

/** A resolver that fails. */
export const failingLookup =
  (code: string): LookupFunction =>
  (_hostname, _options, callback) =>
    callback(Object.assign(new Error("lookup"), { code }), "")

/** The request of a file; this machine may be fetched from. */
export const file = (url: string, more: Partial<DownloadRequest> = {}): DownloadRequest => ({
  provider: "nanobanana",
  url,
  allowLoopback: true,
  resultHosts: [],
  timeout: limit,
  maximumBytes: 10_000_000,
  ...more
})

export const download = (request: DownloadRequest) => Transport.use((transport) => transport.download(request))
