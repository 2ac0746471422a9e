/**
 * What a file may import and use, by the room it stands in: schemas <- src <- layers <- mock-layers <- programs.
 */
import * as path from "node:path"
import { type SourceFile, withoutComments } from "./SourceFiles.ts"

const rooms = ["schemas", "src", "layers", "mock-layers", "apps", "examples", "benchmark", "scripts", "test"]

/** Rooms by how far up they stand; a room imports from itself and from below. Programs do not import each other. */
const height = (room: string): number => Math.min(rooms.indexOf(room), 4)

const roomOf = (file: string): string => file.split("/")[0] ?? ""

/** An import or re-export: from where, and which names. */
export interface Import {
  readonly specifier: string
  readonly clause: string
}

/** Every import of a text: static, dynamic, re-exports, types. */
export const importsOf = (text: string): ReadonlyArray<Import> => {
  const code = withoutComments(text)
  const named = code.matchAll(/(?:^|[;\n])\s*(?:import|export)\s+([\w\s{},*$]*?)\s*\bfrom\s*["']([^"'\n]+)["']/g)
  const bare = code.matchAll(/(?:^|[;\n])\s*import\s*["']([^"'\n]+)["']/g)
  const dynamic = code.matchAll(/\b(?:import|require)\s*\(\s*["'`]([^"'`]+)["'`]\s*[,)]/g)
  return [
    ...[...named].map((it) => ({ clause: (it[1] ?? "").trim(), specifier: it[2] ?? "" })),
    ...[...bare, ...dynamic].map((it) => ({ clause: "", specifier: it[1] ?? "" }))
  ]
}

/** Packages that compute and do no input or output. */
const pureLibraries = new Set(["ipaddr.js", "image-size"])

const bareProblem = (room: string, { clause, specifier }: Import): string | undefined => {
  if (specifier === "effect") return "imports the barrel of effect"
  if (room !== "schemas" && room !== "src") return undefined
  if (specifier === "effect/Layer") return "imports Layer"
  if (specifier.startsWith("effect/")) return undefined
  if (room === "schemas") return `imports ${specifier}`
  if (specifier === "node:crypto" && /^\{\s*(?:(?:hash|createHash|createHmac)\s*,?\s*)+\}$/.test(clause))
    return undefined
  return pureLibraries.has(specifier.split("/")[0] ?? "") ? undefined : `imports ${specifier}`
}

const relativeProblem = (file: string, specifier: string): string | undefined => {
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier))
  const from = roomOf(file)
  const to = roomOf(target)
  if (!/\.(ts|mjs|json)$/.test(specifier)) return `imports ${specifier} without its extension`
  if (from === to || target === "package.json") return undefined
  if (to === "test" || to === "scripts") return from === "test" ? undefined : `${from} imports ${to}`
  return height(to) < height(from) || from === "test" ? undefined : `${from} imports ${to}`
}

const bans: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bDate\.now\b/, "reads the clock (Date.now)"],
  [/\bnew Date\(\s*\)|[^.\w]Date\(\s*\)/, "reads the clock (new Date)"],
  [/\bperformance\.now\b/, "reads the clock (performance.now)"],
  [/\bMath\.random\b/, "makes chance (Math.random)"],
  [/\brandomUUID\b|\bgetRandomValues\b|\brandomBytes\b/, "makes chance (crypto)"],
  [/(?<![.\w])(?:setTimeout|setInterval|setImmediate)\b/, "sets a timer"],
  [/\bAbortSignal\.timeout\b/, "sets a timer (AbortSignal.timeout)"],
  [/(?<![.\w"])process\./, "reads the process"],
  [/(?<![.\w])fetch\(|\bglobalThis\.fetch\b/, "calls fetch"]
]

/** What a file does that its room forbids, each with the file's path. */
export const violationsOf = (file: SourceFile): ReadonlyArray<string> => {
  const room = roomOf(file.path)
  const ofImports = importsOf(file.text).map((it) =>
    it.specifier.startsWith(".") ? relativeProblem(file.path, it.specifier) : bareProblem(room, it)
  )
  const code = withoutComments(file.text)
  const ofBans =
    room === "schemas" || room === "src" ? bans.filter(([pattern]) => pattern.test(code)).map((it) => it[1]) : []
  return [...ofImports.filter((it) => it !== undefined), ...ofBans].map((problem) => `${file.path}: ${problem}`)
}
