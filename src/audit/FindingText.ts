/**
 * What a verification found, in words. Pure.
 */
import type { AuditFinding } from "../../schemas/Audit.ts"

const rows = ({ from, through }: { readonly from: number; readonly through: number }): string =>
  from === through ? `row ${from}` : `rows ${from} to ${through}`

/** One finding, as a line. */
export const findingText = (finding: AuditFinding): string => {
  switch (finding._tag) {
    case "RowsMissing":
      return `${rows(finding)}: taken out`
    case "RowChanged":
      return `row ${finding.sequence}: is not what was written behind the row before it: one of the two was edited or moved`
    case "RowsRewritten":
      return `${rows(finding)}: changed, and the chain computed anew behind`
    case "RowsAdded":
      return `${rows(finding)}: stand behind the end, and were not written by this program`
    case "RowMisfiled":
      return `row ${finding.sequence}: its columns do not say what it says`
    case "StartChanged":
      return "the mark of where the rows begin was changed: rows before may have been taken out"
    case "EndChanged":
      return "the mark of where the rows end was changed: rows behind may have been taken out"
    case "BodiesMissing":
      return `row ${finding.sequence}: the page of its bodies was taken out`
    case "BodiesChanged":
      return `row ${finding.sequence}: the page of its bodies does not open: it was changed`
    case "OtherKey":
      return `${rows(finding)}: sealed under a key that is not the one in use, and can not be proven`
    case "FoundBroken":
      return `row ${finding.sequence}: whoever wrote it found the rows before it broken (${finding.found})`
    case "PlaceNotFound":
      return `the noted row ${finding.sequence} is not in the chain: it was put back to an earlier state, or written anew`
  }
}
