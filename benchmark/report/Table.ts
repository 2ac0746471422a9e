/**
 * Markdown tables and numbers as they stand in them.
 */

/** A table; cells are text already. A `|` in a cell is escaped. */
export const table = (heads: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [heads, heads.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`)
    .join("\n")

/** What stands in a cell that has no figure. */
export const noFigure = "–"

/** A number with `digits` after the point, or a dash. */
export const fixed = (value: number | undefined, digits: number): string =>
  value === undefined || !Number.isFinite(value) ? noFigure : value.toFixed(digits)

/** A whole number with thin groups: `1 234 567`. */
export const whole = (value: number | undefined): string =>
  value === undefined || !Number.isFinite(value)
    ? noFigure
    : Math.round(value)
        .toString()
        .replaceAll(/\B(?=(\d{3})+(?!\d))/g, " ")

/** Two significant digits or more, for figures of any size. */
export const significant = (value: number | undefined): string => {
  if (value === undefined || !Number.isFinite(value)) return noFigure
  if (Math.abs(value) >= 1000) return whole(value)
  if (Math.abs(value) >= 100) return value.toFixed(0)
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}
