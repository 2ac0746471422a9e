/**
 * Whether something in an answer can be the address of a picture. Whether it may be fetched (host, address, scheme) is
 * decided by the download; here only what is no address at all is told apart, because then the answer is malformed.
 */

/** Whether the text is an absolute web address. */
export const isFetchable = (text: string | undefined): text is string => {
  const url = text === undefined ? null : URL.parse(text)
  return url !== null && (url.protocol === "https:" || url.protocol === "http:")
}
