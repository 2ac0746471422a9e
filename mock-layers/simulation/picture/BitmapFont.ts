/**
 * A small font of capital letters, five dots wide and seven high, for the mark on simulated pictures.
 */

/** The size of a letter. **Units** dots; one more column stands between two letters. */
export const letterWidth = 5
export const letterHeight = 7

const letters: Readonly<Record<string, ReadonlyArray<string>>> = {
  S: [".####", "#....", "#....", ".###.", "....#", "....#", "####."],
  I: ["#####", "..#..", "..#..", "..#..", "..#..", "..#..", "#####"],
  M: ["#...#", "##.##", "#.#.#", "#.#.#", "#...#", "#...#", "#...#"],
  U: ["#...#", "#...#", "#...#", "#...#", "#...#", "#...#", ".###."],
  L: ["#....", "#....", "#....", "#....", "#....", "#....", "#####"],
  A: [".###.", "#...#", "#...#", "#####", "#...#", "#...#", "#...#"],
  T: ["#####", "..#..", "..#..", "..#..", "..#..", "..#..", "..#.."],
  E: ["#####", "#....", "#....", "####.", "#....", "#....", "#####"],
  D: ["####.", "#...#", "#...#", "#...#", "#...#", "#...#", "####."]
}

/** Whether the dot of a word at a column and row, counted from the top left, is set. Letters not in the font are blank. */
export const isDotSet = (word: string, column: number, row: number): boolean => {
  const letter = letters[word[Math.floor(column / (letterWidth + 1))] ?? ""]
  return letter?.[row]?.[column % (letterWidth + 1)] === "#"
}

/** The width of a word. **Units** dots. */
export const widthOf = (word: string): number => word.length * (letterWidth + 1) - 1
