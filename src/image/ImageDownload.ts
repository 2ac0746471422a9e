/**
 * One attempt to fetch a result and store it: follow its redirects, judge the status, see that it came whole, hand the
 * bytes to the store. Trying again, and asking the provider for another URL, is decided by the image generator.
 *
 * A result URL is a bearer of its own: it is fetched without any credential of ours, every hop is checked anew (here its
 * form, in the transport its address), and of a URL only the host is ever told.
 */
import { createHash } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { AttemptFailed } from "../../schemas/Failures.ts"
import type { StoredImage } from "../../schemas/Image.ts"
import type { Outcome } from "../../schemas/Provider.ts"
import type { ApiReason, ImageRejected } from "../../schemas/Reason.ts"
import { isLoopbackHost } from "../../schemas/Settings.ts"
import type { Attempt } from "../pipeline/Attempt.ts"
import { answerFacts } from "../provider/AnswerFacts.ts"
import { failedExchange } from "../provider/FailedExchange.ts"
import { requestIdOf } from "../provider/RequestId.ts"
import { type AnswerHead, type Download, Transport } from "../transport/Transport.ts"
import { maximumImageBytes } from "./ImageBytes.ts"
import { classifyDownload, declaredBytes, isRedirect } from "./ImageDownloadStatus.ts"
import { ImageStore, type ImageTarget } from "./ImageStore.ts"

/** What is fetched, and where it goes. */
export interface ImageDownloadInput {
  readonly url: string
  /** Plain `http:` on this machine may be fetched: only where the provider itself is on loopback. */
  readonly allowLoopback: boolean
  /** Hosts the protocol is known to put results on. */
  readonly resultHosts: ReadonlyArray<string>
  readonly target: ImageTarget
  readonly attempt: Attempt
}

/**
 * The downloader. `attempt.timeout` covers all hops, the whole body, and storing it.
 *
 * **Errors** `AttemptFailed` with `ResultExpired` (ask for the URL again), `RateLimited`, `ServerFailed`,
 * `ServiceUnavailable`, `IncompleteResponse`, `EmptyResponse` (nothing, or white space) or a network reason (try again), `RequestRejected` (a
 * status nobody expects), `ImageRejected` or `StorageFailed` (the URL, the picture or our disk is not as it must be).
 */
export interface ImageDownload {
  readonly fetch: (input: ImageDownloadInput) => Effect.Effect<StoredImage, AttemptFailed>
}

/** The most redirects one attempt follows. */
export const maximumRedirects = 3

/** Builds the downloader over the transport and the store. */
export const makeImageDownload: Effect.Effect<ImageDownload, never, Transport | ImageStore> = Effect.gen(function* () {
  const transport = yield* Transport
  const store = yield* ImageStore

  const save = Effect.fnUntraced(function* (download: Download, target: ImageTarget) {
    const reason = classifyDownload(download, yield* Clock.currentTimeMillis)
    if (reason !== undefined) return yield* failed(reason, download.status >= 500 ? "Unknown" : "Refused", download)
    const received = new ReceivedBody()
    return yield* Effect.catchIf(
      store.put(wholeBody(download, received), target),
      (error) => error._tag !== "AttemptFailed",
      (error) => {
        const isNoImage = error._tag === "ImageRejected" && error.problem === "NotAnImage"
        return failed(isNoImage && received.isBlank ? emptyResponse(download, received) : error, "Done", download)
      }
    )
  })

  /** One exchange: the stored picture, or where the answer sends us. Its socket is closed when it ends. */
  const visit = Effect.fnUntraced(function* (input: ImageDownloadInput, url: URL, isFirst: boolean) {
    if (isFirst) input.attempt.observer?.onSend()
    const download = yield* Effect.mapError(
      transport.download({
        provider: "nanobanana",
        url: url.href,
        allowLoopback: input.allowLoopback,
        resultHosts: input.resultHosts,
        timeout: input.attempt.timeout,
        // One more, so that it is the store that says which picture is too large.
        maximumBytes: maximumImageBytes + 1
      }),
      (error) => failedExchange("nanobanana", "download", "free", error)
    )
    if (isFirst) input.attempt.observer?.onFirstByte()
    const location = isRedirect(download.status) ? download.headers["location"] : undefined
    return location === undefined
      ? yield* save(download, input.target)
      : yield* checkedUrl(location, url, input.allowLoopback)
  }, Effect.scoped)

  const follow = Effect.fnUntraced(function* (input: ImageDownloadInput) {
    let url = yield* checkedUrl(input.url, undefined, input.allowLoopback)
    for (let redirects = 0; redirects <= maximumRedirects; redirects++) {
      const result = yield* visit(input, url, redirects === 0)
      if (!(result instanceof URL)) return result
      url = result
    }
    return yield* failed(
      imageRejected("TooManyRedirects", `more than ${maximumRedirects}, the last to ${url.hostname}`),
      "Done"
    )
  })

  return {
    fetch: (input) =>
      Effect.timeoutOrElse(follow(input), {
        duration: input.attempt.timeout,
        orElse: () => failed({ _tag: "TimedOut", phase: "body", limit: input.attempt.timeout }, "Unknown")
      })
  }
})

/** What has come of a body. **Units** `bytes`. */
class ReceivedBody {
  readonly #hash = createHash("sha256")
  bytes = 0
  /** Nothing but white space: a gateway's empty page, no picture that a person would have to look at. */
  isBlank = true

  add(chunk: Uint8Array): void {
    this.#hash.update(chunk)
    this.bytes += chunk.length
    this.isBlank &&= chunk.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))
  }

  get sha256(): string {
    return this.#hash.copy().digest("hex")
  }
}

const factsOf = (head: AnswerHead, { bytes, sha256 }: ReceivedBody) => {
  const { contentType } = answerFacts({ ...head, body: new Uint8Array() })
  return { contentType, bytes, sha256 }
}

const emptyResponse = (head: AnswerHead, received: ReceivedBody): ApiReason => ({
  ...factsOf(head, received),
  _tag: "EmptyResponse"
})

/** The body, which fails where it ends before the announced length, or is empty. */
const wholeBody = (download: Download, received: ReceivedBody): Stream.Stream<Uint8Array, AttemptFailed> =>
  Stream.suspend(() => {
    const ended = Effect.suspend(() => {
      const announced = declaredBytes(download)
      if (received.bytes > 0 && received.bytes >= (announced ?? 0)) return Effect.void
      const problem = `${announced} bytes announced`
      const reason: ApiReason =
        (announced ?? 0) > 0
          ? { ...factsOf(download, received), _tag: "IncompleteResponse", problem }
          : emptyResponse(download, received)
      return failed(reason, "Done", download)
    })
    return download.body.pipe(
      Stream.mapError((error) => failedExchange("nanobanana", "download", "free", error)),
      Stream.tap((chunk) => Effect.sync(() => received.add(chunk))),
      Stream.concat(Stream.fromEffectDrain(ended))
    )
  })

/** **Gotchas** A URL with a user in it is refused: it would be a credential that we hand to a stranger. */
const checkedUrl = (text: string, base: URL | undefined, allowLoopback: boolean): Effect.Effect<URL, AttemptFailed> => {
  const url = URL.parse(text, base?.href)
  if (url === null) return failed(imageRejected("HostNotAllowed", "not a URL"), "NotSent")
  if (url.username !== "" || url.password !== "") {
    return failed(imageRejected("HostNotAllowed", `${url.hostname}, with a user`), "NotSent")
  }
  const isAllowed =
    url.protocol === "https:" || (url.protocol === "http:" && allowLoopback && isLoopbackHost(url.hostname))
  return isAllowed
    ? Effect.succeed(url)
    : failed(imageRejected("HostNotAllowed", `${url.hostname}, not over https`), "NotSent")
}

const imageRejected = (problem: (typeof ImageRejected.Type)["problem"], detail: string): typeof ImageRejected.Type => ({
  _tag: "ImageRejected",
  problem,
  detail
})

const failed = (reason: ApiReason, outcome: Outcome, head?: AnswerHead): Effect.Effect<never, AttemptFailed> => {
  const providerRequestId = head === undefined ? undefined : requestIdOf(head.headers)
  return Effect.fail(
    new AttemptFailed({
      provider: "nanobanana",
      operation: "download",
      reason,
      outcome,
      ...(head === undefined ? {} : { status: head.status }),
      ...(providerRequestId === undefined ? {} : { providerRequestId })
    })
  )
}
