/**
 * A transport that answers downloads from a script, and counts what is asked and what is closed.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import { type DownloadRequest, Transport } from "../../../src/transport/Transport.ts"
import { TransportFailed, type TransportReason } from "../../../src/transport/TransportFailed.ts"
import { pieces } from "../../layers/image/ImageStoreContract.ts"

export type FakeAnswer =
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: Uint8Array | Stream.Stream<Uint8Array, TransportFailed>
    }
  | { readonly failure: TransportReason; readonly wasSent: boolean }
  | "hangs"

export interface FakeDownloads {
  readonly requests: Array<DownloadRequest>
  closed: number
  readonly layer: Layer.Layer<Transport>
}

/** Answers `script[url]`; a URL that is not in the script is a defect. */
export const fakeDownloads = (script: Readonly<Record<string, FakeAnswer>>): FakeDownloads => {
  const fake: FakeDownloads = {
    requests: [],
    closed: 0,
    layer: Layer.succeed(Transport, {
      isSimulated: true,
      exchange: () => Effect.die(new Error("a download is no exchange")),
      stream: () => Effect.die(new Error("a download is no exchange")),
      download: (request) =>
        Effect.suspend(() => {
          fake.requests.push(request)
          const answer = script[request.url]
          if (answer === undefined) return Effect.die(new Error(`nobody expects ${request.url}`))
          if (answer === "hangs") return Effect.never
          if ("failure" in answer)
            return Effect.fail(new TransportFailed({ reason: answer.failure, wasSent: answer.wasSent }))
          const { body = new Uint8Array(), headers = {}, status = 200 } = answer
          const download = { status, headers, body: body instanceof Uint8Array ? pieces(body, 100) : body }
          return Effect.acquireRelease(Effect.succeed(download), () =>
            Effect.sync(() => {
              fake.closed += 1
            })
          )
        })
    })
  }
  return fake
}
