import { assert, describe, it } from "@effect/vitest"
import { inspect } from "node:util"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { layer as memoryImages } from "../../../mock-layers/image/MemoryImageStore.ts"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import { type ImageDownloadInput, makeImageDownload } from "../../../src/image/ImageDownload.ts"
import { ImageStore } from "../../../src/image/ImageStore.ts"
import { recover } from "../../../src/policy/recovery/Recovery.ts"
import { TransportFailed } from "../../../src/transport/TransportFailed.ts"
import { pieces, sha256Of } from "../../layers/image/ImageStoreContract.ts"
import { type FakeAnswer, type FakeDownloads, fakeDownloads } from "./FakeDownloads.ts"
import { html, png } from "./SampleImages.ts"

const fox = png(16, 16)
const secret = "X-Signature=canary-4711"
const first = `https://results.example/fox.png?${secret}`
const second = `https://cdn.example/fox.png?${secret}`

const hop = (number: number): string => `https://h${number}.example/?${secret}`
const redirect = (number: number): FakeAnswer => ({ status: 302, headers: { location: hop(number) } })

const fetchWith = (fake: FakeDownloads, fields: Partial<ImageDownloadInput> = {}) =>
  Effect.gen(function* () {
    const download = yield* makeImageDownload
    return yield* download.fetch({
      url: first,
      allowLoopback: false,
      resultHosts: ["results.example"],
      target: { root: "images", label: "job_1" },
      attempt: { number: 1, timeout: Duration.seconds(60) },
      ...fields
    })
  }).pipe(Effect.provide(Layer.merge(fake.layer, memoryImages)))

const fetch = (script: Readonly<Record<string, FakeAnswer>>, fields: Partial<ImageDownloadInput> = {}) =>
  fetchWith(fakeDownloads(script), fields)

/** The failure, after a look that no part of the URL but its host is in it. */
const failureOf = (
  script: Readonly<Record<string, FakeAnswer>>,
  fields: Partial<ImageDownloadInput> = {}
): Effect.Effect<AttemptFailed> =>
  Effect.gen(function* () {
    const exit = yield* Effect.exit(fetch(script, fields))
    if (Exit.isSuccess(exit)) throw new Error("it succeeded")
    const failure = Cause.squash(exit.cause) as AttemptFailed
    const prints = [
      inspect(exit.cause, { depth: 10 }),
      Cause.pretty(exit.cause),
      JSON.stringify(failure),
      String(failure)
    ]
    for (const print of prints) assert.notInclude(print, "canary")
    assert.strictEqual(failure._tag, "AttemptFailed")
    assert.deepInclude(failure, { provider: "nanobanana", operation: "download" })
    return failure
  })

describe("ImageDownload", () => {
  it.effect("stores the picture and answers what it holds", () =>
    Effect.gen(function* () {
      const fake = fakeDownloads({
        [first]: { body: fox, headers: { "content-length": String(fox.length), "content-type": "text/html" } }
      })
      const image = yield* fetchWith(fake)
      assert.deepInclude(image, { sha256: sha256Of(fox), bytes: fox.length, width: 16, height: 16, format: "png" })
      assert.strictEqual(fake.closed, 1)
    })
  )

  it.effect("asks without any credential, with the limits of the attempt", () =>
    Effect.gen(function* () {
      const fake = fakeDownloads({ [first]: { body: fox } })
      yield* fetchWith(fake, {
        attempt: { number: 1, timeout: Duration.seconds(60), key: Redacted.make("canary-key") }
      })
      assert.deepStrictEqual(fake.requests, [
        {
          provider: "nanobanana",
          url: first,
          allowLoopback: false,
          resultHosts: ["results.example"],
          timeout: Duration.seconds(60),
          maximumBytes: 67_108_865
        }
      ])
    })
  )

  it.effect("tells the observer once that it sends and once that an answer begins, over all redirects", () =>
    Effect.gen(function* () {
      const heard: Array<string> = []
      yield* fetch(
        { [first]: { status: 302, headers: { location: second } }, [second]: { body: fox } },
        {
          attempt: {
            number: 1,
            timeout: Duration.seconds(60),
            observer: { onSend: () => heard.push("send"), onFirstByte: () => heard.push("first byte") }
          }
        }
      )
      assert.deepStrictEqual(heard, ["send", "first byte"])
    })
  )

  it.effect.each([301, 302, 303, 307, 308])("follows a %s, and closes the socket before the next is opened", (status) =>
    Effect.gen(function* () {
      const fake = fakeDownloads({
        [first]: { status, headers: { location: second } },
        [second]: { status, headers: { location: "/moved.png" } },
        "https://cdn.example/moved.png": { body: fox }
      })
      yield* fetchWith(fake)
      assert.deepStrictEqual(
        fake.requests.map((it) => it.url),
        [first, second, "https://cdn.example/moved.png"]
      )
      assert.strictEqual(fake.closed, 3)
    })
  )

  it.effect("follows three redirects and refuses the fourth", () =>
    Effect.gen(function* () {
      const script = { [first]: redirect(1), [hop(1)]: redirect(2), [hop(2)]: redirect(3) }
      yield* fetch({ ...script, [hop(3)]: { body: fox } })
      const failure = yield* failureOf({ ...script, [hop(3)]: redirect(4) })
      assert.deepStrictEqual(failure.reason, {
        _tag: "ImageRejected",
        problem: "TooManyRedirects",
        detail: "more than 3, the last to h4.example"
      })
    })
  )

  it.effect.each([
    "http://results.example/fox.png",
    "ftp://results.example/fox.png",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "http://127.0.0.1/fox.png",
    "https://user:canary@results.example/fox.png",
    "not a url",
    "//results.example/fox.png",
    ""
  ])("refuses the URL %j before anything is asked, at first and after a redirect", (url) =>
    Effect.gen(function* () {
      const refused = yield* failureOf({}, { url })
      assert.strictEqual(refused.outcome, "NotSent")
      assert.deepInclude(refused.reason, { _tag: "ImageRejected", problem: "HostNotAllowed" })
      if (URL.canParse(url)) {
        const redirected = yield* failureOf({ [first]: { status: 302, headers: { location: url } } })
        assert.deepInclude(redirected.reason, { _tag: "ImageRejected", problem: "HostNotAllowed" })
      }
    })
  )

  it.effect("fetches plain http from this machine only where the provider is on it, and from nowhere else", () =>
    Effect.gen(function* () {
      const local = "http://127.0.0.1:4000/fox.png"
      yield* fetch({ [local]: { body: fox } }, { url: local, allowLoopback: true })
      const elsewhere = yield* failureOf({}, { url: "http://results.example/fox.png", allowLoopback: true })
      assert.deepInclude(elsewhere.reason, { problem: "HostNotAllowed" })
    })
  )

  it.effect("what the transport refuses or loses keeps its reason, and says whether it was sent", () =>
    Effect.gen(function* () {
      const refused = yield* failureOf({
        [first]: { failure: { _tag: "ConnectionRefused", host: "results.example" }, wasSent: false }
      })
      assert.deepInclude(refused, {
        reason: { _tag: "ConnectionRefused", host: "results.example" },
        outcome: "NotSent"
      })
      const lost = yield* failureOf({
        [first]: { failure: { _tag: "ConnectionLost", phase: "headers", code: "ECONNRESET" }, wasSent: true }
      })
      assert.deepInclude(lost, { outcome: "Unknown" })
    })
  )

  it.effect("a body that is cut is lost, and nothing is stored", () =>
    Effect.gen(function* () {
      const cut = Stream.concat(
        pieces(fox),
        Stream.fail(
          new TransportFailed({
            reason: { _tag: "ConnectionLost", phase: "body", code: "UND_ERR_SOCKET" },
            wasSent: true,
            status: 200
          })
        )
      )
      const failure = yield* failureOf({ [first]: { body: cut } })
      assert.deepStrictEqual(failure.reason, { _tag: "ConnectionLost", phase: "body", code: "UND_ERR_SOCKET" })
      assert.strictEqual(failure.status, 200)
    })
  )

  it.effect("a body shorter than announced is incomplete, with its type, length and hash", () =>
    Effect.gen(function* () {
      const headers = {
        "content-length": String(fox.length + 1),
        "content-type": "image/png; charset=x",
        "x-request-id": "r-1"
      }
      const failure = yield* failureOf({ [first]: { body: fox, headers } })
      assert.deepStrictEqual(failure.reason, {
        _tag: "IncompleteResponse",
        contentType: "image/png",
        bytes: fox.length,
        sha256: sha256Of(fox),
        problem: `${fox.length + 1} bytes announced`
      })
      assert.deepInclude(failure, { outcome: "Done", status: 200, providerRequestId: "r-1" })
    })
  )

  it.effect("an announced length of an encoded or nonsensical kind is not held against the body", () =>
    Effect.gen(function* () {
      yield* fetch({ [first]: { body: fox, headers: { "content-length": "999999", "content-encoding": "gzip" } } })
      yield* fetch({ [first]: { body: fox, headers: { "content-length": "-5" } } })
      yield* fetch({ [first]: { body: fox, headers: { "content-length": "3" } } })
    })
  )

  it.effect("an empty body is empty, or incomplete where something was announced", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* failureOf({ [first]: {} })).reason._tag, "EmptyResponse")
      assert.strictEqual(
        (yield* failureOf({ [first]: { headers: { "content-length": "0" } } })).reason._tag,
        "EmptyResponse"
      )
      assert.strictEqual(
        (yield* failureOf({ [first]: { headers: { "content-length": "9" } } })).reason._tag,
        "IncompleteResponse"
      )
    })
  )

  it.effect("a body of white space is empty, and may be fetched again", () =>
    Effect.gen(function* () {
      const { outcome, reason } = yield* failureOf({
        [first]: { body: new TextEncoder().encode("\n\r\n \n"), headers: { "content-type": "application/json" } }
      })
      assert.strictEqual(outcome, "Done")
      assert.deepInclude(reason, { _tag: "EmptyResponse", contentType: "application/json", bytes: 5 })
      assert.strictEqual(recover(reason, "free", outcome).retry, "backoff")
    })
  )

  it.effect("a page instead of a picture, and a name that is not allowed, are failures after the work was done", () =>
    Effect.gen(function* () {
      const page = yield* failureOf({ [first]: { body: html, headers: { "content-type": "image/png" } } })
      assert.deepInclude(page, { outcome: "Done", status: 200 })
      assert.deepInclude(page.reason, { _tag: "ImageRejected", problem: "NotAnImage" })
      const name = yield* failureOf(
        { [first]: { body: fox } },
        { target: { root: "images", label: "job_1", fileName: "../fox.png" } }
      )
      assert.deepInclude(name.reason, { _tag: "StorageFailed", problem: "PathNotAllowed" })
      assert.strictEqual(name.outcome, "Done")
    })
  )

  it.effect("a length beyond the limit is refused before the body is read", () =>
    Effect.gen(function* () {
      const body = Stream.suspend(() => Stream.die(new Error("the body was read")))
      const failure = yield* failureOf({ [first]: { body, headers: { "content-length": "67108865" } } })
      assert.deepInclude(failure.reason, { _tag: "ImageRejected", problem: "TooManyBytes" })
    })
  )

  it.effect("the attempt's time covers every hop, the whole body and storing it", () =>
    Effect.gen(function* () {
      const drip = Stream.fromEffectRepeat(Effect.as(Effect.sleep("7 seconds"), fox))
      const fake = fakeDownloads({ [first]: { status: 302, headers: { location: second } }, [second]: { body: drip } })
      const fiber = yield* Effect.forkChild(Effect.flip(fetchWith(fake)))
      yield* TestClock.adjust("59 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 second")
      const failure = yield* Fiber.join(fiber)
      assert.deepStrictEqual(failure.reason, { _tag: "TimedOut", phase: "body", limit: Duration.seconds(60) })
      assert.strictEqual(failure.outcome, "Unknown")
      assert.strictEqual(fake.closed, 2)
    })
  )

  it.effect("a server that never answers is given the attempt's time and no more", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(failureOf({ [first]: "hangs" }))
      yield* TestClock.adjust("60 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).reason._tag, "TimedOut")
    })
  )

  it.effect("an interruption closes the socket and stores nothing", () =>
    Effect.gen(function* () {
      const stuck = Stream.concat(pieces(fox), Stream.never)
      const fake = fakeDownloads({ [first]: { body: stuck } })
      const fiber = yield* Effect.forkChild(fetchWith(fake))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(fake.closed, 1)
    })
  )

  it.effect("a failure of the store that is no picture's fault is told as it is", () =>
    Effect.gen(function* () {
      const full = Layer.effect(
        ImageStore,
        ImageStore.use((store) =>
          Effect.succeed({
            ...store,
            put: () => Effect.fail({ _tag: "StorageFailed", problem: "DiskFull", detail: "writing: ENOSPC" } as const)
          })
        )
      ).pipe(Layer.provide(memoryImages))
      const download = yield* makeImageDownload.pipe(
        Effect.provide(Layer.merge(fakeDownloads({ [first]: { body: fox } }).layer, full))
      )
      const failure = yield* Effect.flip(
        download.fetch({
          url: first,
          allowLoopback: false,
          resultHosts: [],
          target: { root: "images", label: "job_1" },
          attempt: { number: 1, timeout: Duration.seconds(60) }
        })
      )
      assert.deepStrictEqual(failure.reason, { _tag: "StorageFailed", problem: "DiskFull", detail: "writing: ENOSPC" })
    })
  )
})
