/**
 * Undoes a content coding (gzip, deflate, br) of a whole body. We ask for none, and a server that reads the standard to
 * the letter may use one all the same (RFC 9110 section 12.5.3): then an answer that was paid for must not be lost.
 *
 * What unpacks to more than the limit is refused while it unpacks.
 */
import * as Result from "effect/Result"
import * as zlib from "node:zlib"

const decoders: Readonly<Record<string, (body: Uint8Array, options: zlib.ZlibOptions) => Uint8Array>> = {
  gzip: zlib.gunzipSync,
  "x-gzip": zlib.gunzipSync,
  deflate: zlib.inflateSync,
  br: zlib.brotliDecompressSync
}

/** The coding of a body; `undefined` where it is plain. */
export const contentCoding = (headers: Readonly<Record<string, string>>): string | undefined => {
  const coding = headers["content-encoding"]?.trim().toLowerCase()
  return coding === undefined || coding === "" || coding === "identity" ? undefined : coding
}

/**
 * The plain body.
 *
 * **Errors** What is wrong, in words for a log: an unknown coding, a damaged body, or more than `maximumBytes`.
 */
export const decodeBody = (
  coding: string,
  body: Uint8Array,
  maximumBytes: number
): Result.Result<Uint8Array, string> => {
  const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined
  if (decode === undefined) return Result.fail("an unknown content coding")
  try {
    return Result.succeed(decode(body, { maxOutputLength: maximumBytes }))
  } catch {
    return Result.fail(`a ${coding} body that is damaged or unpacks to more than ${maximumBytes} bytes`)
  }
}
