/**
 * A preview as its owner may see it. Pure.
 */
import type { AccessScope } from "../../schemas/http-face/Middleware.ts"
import type { CallPreview, IllustrationPreview } from "../../schemas/Preview.ts"
import { visibleBudgets } from "./OwnBudgets.ts"

/** The preview of one part. */
export const previewViewOf = (preview: CallPreview, scopes: ReadonlyArray<AccessScope>): CallPreview => ({
  ...preview,
  budgets: visibleBudgets(preview.budgets, scopes)
})

/** The preview of an illustration. */
export const illustrationPreviewViewOf = (
  { enhancement, image, ...whole }: IllustrationPreview,
  scopes: ReadonlyArray<AccessScope>
): IllustrationPreview => ({
  ...whole,
  enhancement: enhancement === null ? null : previewViewOf(enhancement, scopes),
  image: previewViewOf(image, scopes)
})
