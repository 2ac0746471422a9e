/**
 * `npm run build`: `dist`, made anew from the sources, with the files of the dashboard.
 */
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { root, runOrExit } from "./command.ts"

await fs.rm(path.join(root, "dist"), { recursive: true, force: true })
await runOrExit("tsc", ["-p", "tsconfig.build.json"], { seconds: 180 })
// The page is served as it is written.
await fs.cp(path.join(root, "apps/dashboard"), path.join(root, "dist/apps/dashboard"), { recursive: true })
