/**
 * What a replacement of a file comes to, as those see it who kill it between two steps.
 */
export const stepsOfReplacing: ReadonlyArray<string> = [
  "open the new file",
  "write the rest of the new file",
  "sync the new file",
  "rename",
  "sync the folder"
]
