/**
 * Recognises a refusal by content policy in a provider's words. The wording is all there is: no protocol has a code that
 * means nothing else.
 */

const wordings =
  /\b(content|usage|safety)[ _-]polic(y|ies)\b|\bviolat\w*\b.{0,60}\bpolic|\bpolicy violation\b|\bflagged\b|\bmoderation\b|\bprohibited content\b|\bsafety (filter|system|check)s?\b/i

/**
 * Whether the text says that the content is not allowed.
 *
 * **Source** "Your prompt has been flagged for violating content policy": docs.nanobananaapi.ai, callbacks page, read
 * 2026-11-23. The other wordings are those of the same models elsewhere.
 */
export const mentionsContentPolicy = (text: string | undefined): boolean => text !== undefined && wordings.test(text)
