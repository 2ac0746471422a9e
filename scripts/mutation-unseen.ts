/**
 * How a change is named that no test can notice; the lists are `mutation-equivalents.ts` and
 * `mutation-equivalents-of-rate-limit.ts`.
 */
/**
 * A change by the text of the line it begins in, the text that is replaced, and the text it is replaced by; white space
 * counts as one blank each.
 */
export interface EquivalentMutant {
  readonly file: string
  readonly line: string
  readonly from: string
  readonly to: string
  readonly reason: string
}

/** Changes of one file that can not be seen for one reason: the line, what stood there, what replaced it. */
export const unseen = (
  file: string,
  reason: string,
  ...changes: ReadonlyArray<readonly [line: string, from: string, to: string]>
): ReadonlyArray<EquivalentMutant> => changes.map(([line, from, to]) => ({ file, reason, line, from, to }))
