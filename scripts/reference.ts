/**
 * `npm run reference`: writes the reference of the public interface, `docs/reference/`, from the docstrings. With
 * `--check` it writes nothing, and fails where a page is not what the sources say.
 *
 * What is public is what the package exports: the names of `src/index.ts`, and the files of `schemas`, `layers` and
 * `mock-layers`.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { root } from "./command.ts"
import { type Declaration, readModule, type SourceModule } from "./reference-declarations.ts"

/** A page by its name, and its text. */
export type Pages = ReadonlyMap<string, string>

interface Section {
  readonly file: string
  readonly specifier: string
  readonly header: string
  readonly declarations: ReadonlyArray<Declaration>
}

const read = (file: string): SourceModule => readModule(file, fs.readFileSync(path.join(root, file), "utf8"))

/** The names of the package itself, by the file that declares them. */
const sectionsOfIndex = (): ReadonlyArray<Section> => {
  const names = new Map<string, Array<string>>()
  for (const { from, name } of read("src/index.ts").reexports) {
    const file = path.posix.join("src", from)
    names.set(file, [...(names.get(file) ?? []), name])
  }
  return [...names].map(([file, exported]) => {
    const { declarations, header } = read(file)
    const found = declarations.filter((it) => exported.includes(it.name))
    return { file, specifier: "@ludeng/providers", header, declarations: found }
  })
}

const sectionsOfRoom = (pattern: string): ReadonlyArray<Section> =>
  fs
    .globSync(pattern, { cwd: root })
    .toSorted()
    .map((file) => {
      const { declarations, header } = read(file)
      return { file, specifier: `@ludeng/providers/${file.replace(/\.ts$/, "")}`, header, declarations }
    })
    .filter((it) => it.declarations.length > 0)

/** The page that a file stands on: its room and its concern. */
const pageOf = (file: string): string => file.split("/").slice(0, -1).slice(0, 2).join("-")

const anchorOf = (name: string): string => name.toLowerCase()

const sectionText = ({ declarations, file, header, specifier }: Section): string =>
  [
    `## ${path.basename(file, ".ts")}`,
    `\`import { … } from "${specifier}"\` · [source](../../${file})`,
    header,
    ...declarations.flatMap((it) => [`### ${it.name}`, it.docstring, `\`\`\`typescript\n${it.declaration}\n\`\`\``])
  ]
    .filter((it) => it !== "")
    .join("\n\n")

/** All pages, made of the sources. */
export const referencePages = (): Pages => {
  const sections = [
    ...sectionsOfIndex(),
    ...sectionsOfRoom("schemas/**/*.ts"),
    ...sectionsOfRoom("layers/**/*.ts"),
    ...sectionsOfRoom("mock-layers/**/*.ts")
  ]
  const byPage = Map.groupBy(sections, (it) => pageOf(it.file))
  const names = [...byPage.keys()].toSorted()
  const pages = new Map<string, string>()
  for (const name of names) {
    const title = `# ${name.replace("-", "/").replace("mock/layers", "mock-layers")}`
    pages.set(`${name}.md`, `${[title, ...(byPage.get(name) ?? []).map(sectionText)].join("\n\n")}\n`)
  }
  const list = names.map((name) => {
    const exported = (byPage.get(name) ?? []).flatMap((it) => it.declarations.map((found) => found.name))
    const links = [...new Set(exported)].map((it) => `[\`${it}\`](${name}.md#${anchorOf(it)})`)
    return `## [${name}](${name}.md)\n\n${links.join(" · ")}`
  })
  const about =
    "Every public name, with its docstring and its declaration, written by `npm run reference` from the sources."
  return pages.set("README.md", `${["# Reference", about, ...list].join("\n\n")}\n`)
}

/** The folder of the pages. */
export const referenceFolder = path.join(root, "docs/reference")

/** The pages that are not what the sources say, those that are missing or too many among them. */
export const stalePages = (pages: Pages): ReadonlyArray<string> => {
  const there = fs.existsSync(referenceFolder) ? fs.readdirSync(referenceFolder) : []
  const changed = [...pages].filter(([name, text]) => {
    const file = path.join(referenceFolder, name)
    return !fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text
  })
  return [...changed.map(([name]) => name), ...there.filter((name) => !pages.has(name))].toSorted()
}

if (import.meta.main) {
  const pages = referencePages()
  const stale = stalePages(pages)
  if (process.argv.includes("--check")) {
    for (const name of stale) console.error(`docs/reference/${name} is not what the sources say: npm run reference`)
    process.exit(stale.length === 0 ? 0 : 1)
  }
  fs.mkdirSync(referenceFolder, { recursive: true })
  for (const name of stale) {
    const text = pages.get(name)
    if (text === undefined) fs.rmSync(path.join(referenceFolder, name))
    else fs.writeFileSync(path.join(referenceFolder, name), text)
  }
  console.log(`${pages.size} pages, ${stale.length} written anew`)
}
