/**
 * What a token can not do: reach the machine by the settings, a guarded path by another name, or go on reading after it
 * was revoked.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Owner } from "../../../schemas/Identifiers.ts"
import { startServer } from "./RunningServer.ts"

const answered = (url: string, token: string, init: RequestInit = {}) =>
  Effect.promise(async () => {
    const response = await fetch(url, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" }
    })
    return { status: response.status, text: await response.text() }
  })

describe("a server with tokens", () => {
  it.live("changes over HTTP no setting of where things are kept, and says which", () =>
    Effect.gen(function* () {
      const { token, url } = yield* startServer()
      const operator = yield* token("ada", "operate")
      const body = JSON.stringify({ home: "/elsewhere", imageDirectory: "/etc", audit: { enabled: false } })
      const { status, text } = yield* answered(`${url}/admin/settings`, operator, { method: "PATCH", body })
      assert.strictEqual(status, 422)
      const { errors } = JSON.parse(text) as { readonly errors: ReadonlyArray<{ readonly field: string }> }
      assert.deepStrictEqual(
        errors.map(({ field }) => field),
        ["imageDirectory", "home", "audit.enabled"]
      )
      assert.notInclude(text, "/elsewhere")
    })
  )

  it.live("has one name for each of its paths", () =>
    Effect.gen(function* () {
      const { token, url } = yield* startServer()
      const operator = yield* token("ada", "use", "operate")
      assert.strictEqual((yield* answered(`${url}/admin/settings`, operator)).status, 200)
      for (const path of [
        "/ADMIN/settings",
        "/Admin/Settings",
        "/METRICS",
        "/%61dmin/settings",
        "/admin/settings/",
        "/admin//settings",
        "/admin/settings;x=1",
        "/V1/jobs"
      ]) {
        const { status, text } = yield* answered(`${url}${path}`, operator)
        assert.strictEqual(status, 404, path)
        assert.include(text, "RouteNotFound")
      }
    })
  )

  it.live("ends a stream of events whose token was revoked", () =>
    Effect.gen(function* () {
      const { tokens, url } = yield* startServer()
      const { record, token } = yield* tokens.add({ owner: Owner.make("ada"), scopes: ["use", "operate"] })
      const reading = yield* Effect.promise(() =>
        fetch(`${url}/v1/overview/events`, { headers: { authorization: `Bearer ${Redacted.value(token)}` } })
      )
      const reader = reading.body?.getReader()
      assert.isFalse((yield* Effect.promise(async () => await reader?.read()))?.done)
      yield* tokens.revoke(record.id)
      let isDone: boolean | undefined = false
      for (let read = 0; read < 30 && isDone === false; read += 1) {
        isDone = (yield* Effect.promise(async () => await reader?.read()))?.done
      }
      assert.isTrue(isDone)
    })
  )
})
