/**
 * The bodies of several attempts as one text, so that sealing costs little for each: a line that says where each lies, and
 * the texts one after the other. Pure.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { KeptBodies, KeptBody } from "../../schemas/Audit.ts"

const Part = Schema.Struct({ length: Schema.Int, bytes: Schema.Int, isCut: Schema.Boolean })
const Contents = Schema.Array(Schema.Struct({ request: Schema.optionalKey(Part), answer: Schema.optionalKey(Part) }))

/** The page of the bodies. */
export const pageOf = (all: ReadonlyArray<KeptBodies>): string => {
  let texts = ""
  const part = (body: KeptBody) => {
    texts += body.text
    return { length: body.text.length, bytes: body.bytes, isCut: body.isCut }
  }
  const contents = all.map(({ answer, request }) => ({
    ...(request === undefined ? {} : { request: part(request) }),
    ...(answer === undefined ? {} : { answer: part(answer) })
  }))
  return `${JSON.stringify(contents)}\n${texts}`
}

const decodeContents = Schema.decodeUnknownOption(Schema.fromJsonString(Contents))

/** The bodies at an index of a page; `undefined` where it has none. */
export const bodiesAt = (page: string, index: number): KeptBodies | undefined => {
  const line = page.indexOf("\n")
  const contents = Option.getOrUndefined(decodeContents(page.slice(0, line)))
  if (contents?.[index] === undefined) return undefined
  let at = line + 1
  const read = (part: typeof Part.Type | undefined): KeptBody | undefined => {
    if (part === undefined) return undefined
    const text = page.slice(at, (at += part.length))
    return { text, bytes: part.bytes, isCut: part.isCut }
  }
  for (const [place, { answer, request }] of contents.entries()) {
    const [asked, answered] = [read(request), read(answer)]
    if (place !== index) continue
    return {
      ...(asked === undefined ? {} : { request: asked }),
      ...(answered === undefined ? {} : { answer: answered })
    }
  }
  return undefined
}
