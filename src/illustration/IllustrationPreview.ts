/**
 * What the parts of an illustration come to together. Pure.
 */
import { addCosts, noCost } from "../../schemas/Money.ts"
import type { CallPreview, IllustrationPreview } from "../../schemas/Preview.ts"

/** The whole of an enhancement, if one is asked for, and a picture: where either would fail, nothing is paid for it. */
export const illustrationPreview = (enhancement: CallPreview | null, image: CallPreview): IllustrationPreview => {
  const parts = enhancement === null ? [image] : [enhancement, image]
  const paid = parts.some((it) => it.from === null) ? [] : parts
  return {
    enhancement,
    image,
    lowest: paid.map((it) => it.lowest).reduce(addCosts, noCost),
    bound: paid.map((it) => it.bound).reduce(addCosts, noCost)
  }
}
