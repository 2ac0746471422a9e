/**
 * What was asked and what was given, read from the stored file and not from promises. Pure.
 */
import type { Deviation, ImagePlan, ImageRequest, StoredImage } from "../../schemas/Image.ts"

/** The side that is meant where only the other one is given. **Units** pixels. */
export const defaultSide = 1024

const sizeText = (size: { readonly width: number; readonly height: number }): string => `${size.width}x${size.height}`

/** The wishes that were named and not granted. */
export const deviationsOf = (request: ImageRequest, plan: ImagePlan, image: StoredImage): ReadonlyArray<Deviation> => {
  const { format, height, width } = request.parameters ?? {}
  const deviations: Array<Deviation> = plan.deviations.filter((it) => it.field === "quality")
  if (width !== undefined || height !== undefined) {
    const asked = sizeText({ width: width ?? defaultSide, height: height ?? defaultSide })
    const given = sizeText(image)
    if (asked !== given) deviations.push({ field: "size", asked, given })
  }
  if (format !== undefined && format !== image.format) {
    deviations.push({ field: "format", asked: format, given: image.format })
  }
  return deviations
}
