/**
 * Prefix codes of bounded length, as WebP's lossless format wants them: canonical, so that the lengths say all.
 *
 * **Source** D. A. Huffman, 1952; canonical order as in RFC 1951, section 3.2.2. Where the tree grows deeper than allowed,
 * rare symbols are counted as less rare and it is built again, which is not optimal, and simple.
 */

/** The length of each symbol's code, and its bits in the order in which they are written. */
export interface HuffmanCode {
  readonly lengths: Uint8Array
  readonly bits: Uint16Array
  /** The one symbol that occurs, where there is only one: its code has length 0. */
  readonly only: number | undefined
}

/** The longest code. **Units** bits. */
export const longestCode = 15

/** The code for symbols that occur as often as `counts` says; a symbol that never occurs has length 0. */
export const huffmanCode = (counts: ReadonlyArray<number>): HuffmanCode => {
  let floor = 1
  let lengths = codeLengths(counts, floor)
  while (lengths.some((length) => length > longestCode)) {
    floor *= 2
    lengths = codeLengths(counts, floor)
  }
  const used = [...counts.keys()].filter((symbol) => counts[symbol] !== 0)
  return { lengths, bits: canonicalBits(lengths), only: used.length > 1 ? undefined : (used[0] ?? 0) }
}

interface Node {
  readonly count: number
  readonly symbols: ReadonlyArray<number>
}

const codeLengths = (counts: ReadonlyArray<number>, floor: number): Uint8Array => {
  const lengths = new Uint8Array(counts.length)
  let nodes: Array<Node> = counts.flatMap((count, symbol) =>
    count === 0 ? [] : [{ count: Math.max(count, floor), symbols: [symbol] }]
  )
  while (nodes.length > 1) {
    nodes = nodes.toSorted((left, right) => right.count - left.count)
    const [first, second] = [nodes.pop(), nodes.pop()]
    if (first === undefined || second === undefined) break
    const symbols = [...first.symbols, ...second.symbols]
    for (const symbol of symbols) lengths[symbol] = (lengths[symbol] ?? 0) + 1
    nodes.push({ count: first.count + second.count, symbols })
  }
  return lengths
}

const canonicalBits = (lengths: Uint8Array): Uint16Array => {
  const bits = new Uint16Array(lengths.length)
  let code = 0
  for (let length = 1; length <= longestCode; length++) {
    lengths.forEach((it, symbol) => {
      if (it === length) bits[symbol] = reversed(code++, length)
    })
    code <<= 1
  }
  return bits
}

const reversed = (code: number, length: number): number => {
  let result = 0
  for (let bit = 0; bit < length; bit++) result |= ((code >> bit) & 1) << (length - 1 - bit)
  return result
}
