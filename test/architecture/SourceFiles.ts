/**
 * The files of the checkout as the architecture tests read them.
 */
import * as fs from "node:fs"
import * as path from "node:path"

/** The root of the checkout. */
export const root = path.resolve(import.meta.dirname, "../..")

/** A source file; `path` is relative to the root, with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** The files that match, sorted by path. */
export const filesOf = (...patterns: ReadonlyArray<string>): ReadonlyArray<SourceFile> =>
  fs
    .globSync(patterns, { cwd: root, exclude: (name) => /^(node_modules|dist|coverage)$/.test(name) })
    .map((file) => file.replaceAll(path.sep, "/"))
    .toSorted()
    .map((file) => ({ path: file, text: fs.readFileSync(path.join(root, file), "utf8") }))

/** The files of the library proper. */
export const library: ReadonlyArray<SourceFile> = filesOf("{schemas,src,layers,mock-layers}/**/*.ts")

/** A text without its comments. */
export const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|[\s;,({])\/\/[^\n]*/g, "$1")
