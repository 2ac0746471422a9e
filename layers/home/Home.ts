/**
 * The folder of everything that must outlive the program: databases, keys. Only its owner can read it, and what is in it
 * is kept out of version control.
 */
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ConfigurationError, type Settings } from "../../schemas/Settings.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { settingVariables } from "../../src/settings/Variables.ts"

/** The folder. */
export class Home extends Context.Service<
  Home,
  {
    /** Its absolute path; the folder exists. */
    readonly folder: string
  }
>()("@ludeng/providers/home/Home") {}

/**
 * The problem of a home that can not be used, told by the variable that names it.
 *
 * **Details** `problem` and `expected` as in `SettingProblem`: what is wrong there, and what would help.
 */
export const homeProblem = (problem: string, expected: string): ConfigurationError =>
  new ConfigurationError({ problems: [{ name: settingVariables.home.name, problem, expected }] })

/**
 * The home of the settings, or a folder below it: simulated runs keep their jobs apart from those that were paid for.
 *
 * **Errors** `ConfigurationError` where the folder can not be made.
 */
const layerBelow = (...below: ReadonlyArray<string>): Layer.Layer<Home, ConfigurationError, LiveSettings> =>
  Layer.effect(
    Home,
    Effect.gen(function* () {
      const { settings } = yield* LiveSettings.use((it) => it.current)
      return { folder: yield* privateHome(settings, ...below) }
    })
  )

/** The home of live programs. */
export const layer: Layer.Layer<Home, ConfigurationError, LiveSettings> = layerBelow()

/** The home of simulated ones. */
export const layerSimulated: Layer.Layer<Home, ConfigurationError, LiveSettings> = layerBelow("simulated")

/** Makes the home of the settings, or a folder below it, and gives its path. **Errors** as the layers. */
export const privateHome = (
  { home }: Pick<Settings, "home">,
  ...below: ReadonlyArray<string>
): Effect.Effect<string, ConfigurationError> => {
  const root = path.resolve(home)
  const folder = path.join(root, ...below)
  return Effect.as(
    Effect.tryPromise({
      try: () => makePrivateFolder(root, folder),
      catch: (error) => homeProblem(`can not be made at ${folder}: ${codeOf(error)}`, "a folder that can be written to")
    }),
    folder
  )
}

const makePrivateFolder = async (root: string, folder: string): Promise<void> => {
  await makeFolder(folder)
  await fs.writeFile(path.join(root, ".gitignore"), "*\n", { flag: "wx", mode: 0o600 }).catch((error: unknown) => {
    if (codeOf(error) !== "EEXIST") throw error
  })
}

// Not `recursive`: where a file system lets nobody make a folder (`/proc`), Node tries for ever.
const makeFolder = async (folder: string): Promise<void> => {
  const parent = path.dirname(folder)
  try {
    await makeOneFolder(folder)
  } catch (error) {
    if (codeOf(error) !== "ENOENT" || parent === folder) throw error
    await makeFolder(parent)
    await makeOneFolder(folder)
  }
}

/** Several programs may make it at the same time. */
const makeOneFolder = async (folder: string): Promise<void> => {
  try {
    await fs.mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== "EEXIST" || !(await fs.stat(folder)).isDirectory()) throw error
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown"
