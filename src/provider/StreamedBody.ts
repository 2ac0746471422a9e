/**
 * What is remembered of a body that is read as it comes: its beginning, its length, and the hash of all of it. However
 * long the stream is, no more memory than for the beginning is used.
 */
import { createHash } from "node:crypto"
import type { Answer } from "../transport/Transport.ts"

/** The body so far. **Units** `keptBytes` from its beginning are kept. */
export class StreamedBody {
  readonly #keptBytes: number
  readonly #kept: Array<Uint8Array> = []
  readonly #hash = createHash("sha256")
  #keptLength = 0
  #length = 0

  constructor(keptBytes: number) {
    this.#keptBytes = keptBytes
  }

  /** Takes the next bytes. */
  add(bytes: Uint8Array): void {
    this.#length += bytes.length
    this.#hash.update(bytes)
    const room = this.#keptBytes - this.#keptLength
    if (room <= 0) return
    // A copy where it is cut: a part would hold on to the whole.
    const kept = bytes.length <= room ? bytes : bytes.slice(0, wholeLetters(bytes, room))
    this.#kept.push(kept)
    this.#keptLength = kept === bytes ? this.#keptLength + bytes.length : this.#keptBytes
  }

  /** What is kept, and what all of it was. */
  take(): Pick<Answer, "body" | "whole"> {
    const sha256 = this.#hash.copy().digest("hex")
    return { body: Buffer.concat(this.#kept), whole: { bytes: this.#length, sha256 } }
  }
}

/** The length of a beginning that cuts no letter in two. */
const wholeLetters = (bytes: Uint8Array, length: number): number => {
  let end = length
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return end
}
