/**
 * What may be told of an answer that we could not use: its media type, its length, its hash. Never a byte of it.
 *
 * With these three a person can find the same answer in a recording, or see that two failures had the same cause.
 */
import { hash } from "node:crypto"
import type { Answer } from "../transport/Transport.ts"

/** **Units** `contentType` is the media type alone, at most 100 characters; `sha256` in hex. */
export interface AnswerFacts {
  readonly contentType: string
  readonly bytes: number
  readonly sha256: string
}

const longestContentType = 100

/** The facts of an answer. `contentType` is empty where the answer names none. */
export const answerFacts = (answer: Answer): AnswerFacts => ({
  contentType: mediaType(answer.headers["content-type"] ?? ""),
  bytes: answer.whole?.bytes ?? answer.body.length,
  sha256: answer.whole?.sha256 ?? hash("sha256", answer.body, "hex")
})

const mediaType = (header: string): string => {
  const name = (header.split(";", 1)[0] ?? "").trim().toLowerCase()
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(name) ? name.slice(0, longestContentType) : ""
}
