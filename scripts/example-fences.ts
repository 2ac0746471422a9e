/**
 * Finds the examples in documents and docstrings, and turns each into a module that checks itself: every line that ends
 * in `// => value` becomes a comparison of what stands before it with `value`.
 *
 * A fence opened with `ts` is type-checked and run; one opened with `ts types` only type-checked (it needs a key, say, or
 * a test runner). Lines keep their numbers, so that an error in the module is an error in the document.
 */

/** One example. **Units** `line` of the document on which its first line stands, from 1. */
export interface Example {
  readonly file: string
  readonly line: number
  readonly isRun: boolean
  readonly lines: ReadonlyArray<string>
}

const opening = /^(\s*(?:\* ?)?)```ts( types)?\s*$/

/** The examples of a document or source file, in order. */
export const examplesOf = (file: string, text: string): ReadonlyArray<Example> => {
  const examples: Array<Example> = []
  const lines = text.split("\n")
  for (let index = 0; index < lines.length; index++) {
    const open = opening.exec(lines[index] ?? "")
    if (open === null) continue
    const prefix = (open[1] ?? "").trimEnd()
    const body: Array<string> = []
    const line = index + 2
    while (++index < lines.length && !/^\s*(?:\* ?)?```\s*$/.test(lines[index] ?? "")) {
      const raw = lines[index] ?? ""
      body.push(prefix.trim() === "*" ? raw.replace(/^\s*\* ?/, "") : raw.slice(prefix.length))
    }
    examples.push({ file, line, isRun: open[2] === undefined, lines: body })
  }
  return examples
}

const indentation = (line: string): number => line.length - line.trimStart().length

/** The line on which the statement that ends on line `last` begins. */
const statementStart = (lines: ReadonlyArray<string>, last: number): number => {
  let first = last
  while (first > 0 && /^\s*[)\]}.?:]/.test(lines[first] ?? "")) {
    const depth = indentation(lines[first] ?? "")
    first--
    while (first > 0 && (lines[first]?.trim() === "" || indentation(lines[first] ?? "") > depth)) first--
  }
  return first
}

/**
 * The module of an example: its lines, with the comparisons worked in. It imports `expectation` (actual, expected,
 * place) from `checker`.
 */
export const moduleOf = (example: Example, checker: string): string => {
  const lines = [...example.lines]
  for (let last = 0; last < lines.length; last++) {
    const found = /^(.*?)\s*\/\/ => (.*)$/.exec(lines[last] ?? "")
    if (found === null) continue
    const first = statementStart([...lines.slice(0, last), found[1] ?? ""], last)
    lines[last] = found[1] ?? ""
    const at = JSON.stringify(`${example.file}:${example.line + last}`)
    const name = /^\s*(?:const|let) (\w+)\b/.exec(lines[first] ?? "")
    if (name !== null) {
      lines[last] += `;expectation(${name[1]}, ${found[2]}, ${at})`
    } else {
      lines[first] = (lines[first] ?? "").replace(/^(\s*)(?:console\.log(?=\())?/, "$1;expectation((")
      lines[last] = (lines[last] ?? "").replace(/;$/, "") + `), ${found[2]}, ${at})`
    }
  }
  const imports = `import { expectation } from ${JSON.stringify(checker)};`
  return [imports, ...Array.from({ length: Math.max(0, example.line - 2) }, () => ""), ...lines, "export {}", ""].join(
    "\n"
  )
}
