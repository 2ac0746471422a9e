import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"
import { startServer } from "./RunningServer.ts"

const curl = (...args: ReadonlyArray<string>) =>
  Effect.promise(async () => (await promisify(execFile)("curl", ["-sS", "--max-time", "20", ...args])).stdout)

describe("curl", () => {
  it.live("has a picture made and fetches it, whole, in part, and not again", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { token, url } = yield* startServer({}, { settings: { nanobanana: { pollFirst: 5, pollCap: 10 } } })
      const auth = ["-H", `Authorization: Bearer ${yield* token("ann", "use")}`]
      const made = yield* curl(
        ...auth,
        "-H",
        "Prefer: wait=20",
        "--json",
        JSON.stringify({ prompt: "a red fox", parameters: { width: 64, height: 64, quality: "low" } }),
        `${url}/v1/images`
      )
      const { image } = JSON.parse(made) as { readonly image: { readonly url: string; readonly bytes: number } }
      const [whole, part] = [join(folder, "whole"), join(folder, "part")]
      const headers = yield* curl(...auth, "-D", "-", "-o", whole, `${url}${image.url}`)
      const etag = /^etag: (.+)\r$/im.exec(headers)?.[1] ?? ""
      assert.strictEqual(readFileSync(whole).length, image.bytes)
      yield* curl(...auth, "-r", "10-19", "-o", part, `${url}${image.url}`)
      assert.deepStrictEqual(readFileSync(part), readFileSync(whole).subarray(10, 20))
      const again = yield* curl(
        ...auth,
        "-o",
        part,
        "-w",
        "%{http_code}",
        "-H",
        `If-None-Match: ${etag}`,
        `${url}${image.url}`
      )
      assert.strictEqual(again, "304")
      assert.match(yield* curl(...auth, "-I", `${url}${image.url}`), /^HTTP\/1\.1 200 /)
    })
  )

  it.live("hears of a job until it ends, and of what is wrong as a problem document", () =>
    Effect.gen(function* () {
      const { token, url } = yield* startServer({}, { settings: { nanobanana: { pollFirst: 5, pollCap: 10 } } })
      const auth = ["-H", `Authorization: Bearer ${yield* token("ann", "use")}`]
      const begun = yield* curl(...auth, "-H", "Prefer: wait=0", "--json", '{"prompt":"a red fox"}', `${url}/v1/images`)
      const { id } = JSON.parse(begun) as { readonly id: string }
      const events = yield* curl(...auth, "-N", `${url}/v1/jobs/${id}/events`)
      assert.include(events, '"Stored"')
      const problem = yield* curl(
        ...auth,
        "-w",
        "\n%{http_code} %{content_type}",
        "--json",
        '{"prompt":1}',
        `${url}/v1/images`
      )
      assert.match(problem, /\n400 application\/problem\+json$/)
    })
  )
})
