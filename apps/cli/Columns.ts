/**
 * Rows of cells as lines of a table. Pure.
 */

/** Each column as wide as its widest cell. */
export const columnLines = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = rows.reduce<ReadonlyArray<number>>(
    (before, row) => row.map((cell, index) => Math.max(cell.length, before[index] ?? 0)),
    []
  )
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd()
  )
}
