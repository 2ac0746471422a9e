/**
 * The results a person takes, as they are typed: `live,cached,other-provider`.
 */
import * as Option from "effect/Option"
import { AcceptedProvenance } from "../../schemas/CallOptions.ts"

const plain = (name: string): string => name.replaceAll("-", "").toLowerCase()

const byName = new Map(AcceptedProvenance.literals.map((name) => [plain(name), name]))

/** Reads names of provenances with commas between them, in any case; nothing where one of them is not known. */
export const acceptedOf = (text: string): Option.Option<ReadonlyArray<AcceptedProvenance>> => {
  const names = text.split(",").map((name) => byName.get(plain(name.trim())))
  return names.every((name) => name !== undefined) ? Option.some([...new Set(names)]) : Option.none()
}
