/**
 * Reads the fields of a protobuf message without its definition, for tests of what others are sent.
 *
 * **Source** protobuf.dev/programming-guides/encoding, read 2026-11-24.
 */

/** A field as it stands in a message: a number, or bytes (a text, or a message inside). */
export interface ProtobufField {
  readonly number: number
  readonly value: bigint | Uint8Array
}

/** The fields of a message, in their order. Throws at bytes that are no message. */
export const protobufFields = (bytes: Uint8Array): ReadonlyArray<ProtobufField> => {
  const fields: Array<ProtobufField> = []
  let at = 0
  const byte = (): number => {
    const next = bytes[at]
    if (next === undefined) throw new RangeError("the message breaks off")
    at += 1
    return next
  }
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const next = byte()
      value |= BigInt(next & 0x7f) << shift
      if (next < 0x80) return value
    }
  }
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError("the message breaks off")
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const key = varint()
    const number = Number(key >> 3n)
    const wire = Number(key & 7n)
    if (wire === 0) fields.push({ number, value: varint() })
    else if (wire === 1) fields.push({ number, value: take(8) })
    else if (wire === 2) fields.push({ number, value: take(Number(varint())) })
    else if (wire === 5) fields.push({ number, value: take(4) })
    else throw new RangeError(`no wire type ${wire}`)
  }
  return fields
}

/** The messages at a path of field numbers, each level repeated or not. */
export const protobufAt = (bytes: Uint8Array, path: ReadonlyArray<number>): ReadonlyArray<Uint8Array> =>
  path.reduce<ReadonlyArray<Uint8Array>>(
    (messages, number) =>
      messages.flatMap((message) =>
        protobufFields(message).flatMap((it) =>
          it.number === number && it.value instanceof Uint8Array ? [it.value] : []
        )
      ),
    [bytes]
  )

/** The texts at a path. */
export const protobufTexts = (bytes: Uint8Array, path: ReadonlyArray<number>): ReadonlyArray<string> =>
  protobufAt(bytes, path).map((it) => new TextDecoder().decode(it))
