import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { libraryVersion, userAgent } from "../../../src/transport/UserAgent.ts"

it("the version on the wire is the version of the package", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"))
  assert.strictEqual(libraryVersion, version)
  assert.strictEqual(userAgent, `ludeng-providers/${version}`)
})
