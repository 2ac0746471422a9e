import { assert, describe, it } from "@effect/vitest"
import { hasOneName } from "../../../src/http-face/OneName.ts"

describe("a path", () => {
  it("has one name as it is written in the routes", () => {
    for (const path of [
      "/",
      "/v1/jobs",
      "/v1/jobs/job_tp0hyxcx_dlywez46f9ov?limit=2&x=%41",
      "/dashboard/panels/Jobs.js"
    ]) {
      assert.isTrue(hasOneName(path), path)
    }
  })

  it("has no second one: escaped, doubled, ended by a slash or a semicolon, longer than any", () => {
    for (const path of [
      "/%61dmin/settings",
      "/admin/settings/",
      "/admin//settings",
      "//admin",
      "/admin/settings;x=1",
      "/admin/%2e%2e/v1",
      "",
      `/v1/jobs/${"a".repeat(600)}`
    ]) {
      assert.isFalse(hasOneName(path), path)
    }
  })
})
