/**
 * Shortens a text to what its reader takes: at the end of a word where there is one near, and never inside a character.
 */

/** Where no word ends in the last half (a script without spaces, one long word), the cut is made mid-word. */
const shortestShare = 0.5

/** How far back the beginning of a joined character (an emoji family, an accent on its letter) is looked for. */
const longestCharacter = 32

/**
 * The text, or as much of its beginning as fits.
 *
 * **Units** `maximumCharacters` in UTF-16 units, as `String.length` counts. Empty where not even one character fits.
 */
export const cutAtWord = (text: string, maximumCharacters: number): string => {
  if (text.length <= maximumCharacters) return text
  const head = text.slice(0, characterEnd(text, maximumCharacters))
  // One unit more, so that a word which ends exactly at the limit stays whole.
  const wordEnd = text.slice(0, head.length + 1).search(/\s\S*$/)
  const cut = wordEnd >= maximumCharacters * shortestShare ? head.slice(0, wordEnd) : head
  return cut.replace(/[\s,;:–—-]+$/, "") || cut
}

/** The last place at or before `at` where a character ends; at least not inside a surrogate pair. */
const characterEnd = (text: string, at: number): number => {
  const nearest = isInsidePair(text, at) ? at - 1 : at
  for (let end = nearest; end > Math.max(0, at - longestCharacter); end--) {
    if (!isInsidePair(text, end) && !isJoined(text, end)) return end
  }
  return nearest
}

const isInsidePair = (text: string, at: number): boolean =>
  /^[\udc00-\udfff]$/.test(text.charAt(at)) && /^[\ud800-\udbff]$/.test(text.charAt(at - 1))

const isJoined = (text: string, at: number): boolean =>
  /^[\p{M}\p{Emoji_Modifier}\u200d]$/u.test(String.fromCodePoint(text.codePointAt(at) ?? 0)) ||
  text.charAt(at - 1) === "\u200d"
