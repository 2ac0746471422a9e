/**
 * The program itself over HTTP, for whoever operates it.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type {
  CircuitView,
  ExplanationView,
  KeyView,
  SettingsView,
  VerificationView
} from "../../../schemas/http-face/AdminGroup.ts"
import type { ProblemDocument } from "../../../schemas/http-face/Problem.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { as, asked, askedInTime, makeFace, namedAccess, post } from "./Face.ts"

describe("/admin", () => {
  it.effect("is closed to who may only use", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace(namedAccess)
      for (const path of ["settings", "circuits", "keys", "audit", "audit/verification", "audit/calls/call_1"]) {
        const { json, status } = yield* asked<ProblemDocument>(ask, `/admin/${path}`, { headers: as("ada") })
        assert.strictEqual(status, 403, path)
        assert.strictEqual(json.reason, "ScopeMissing")
      }
      const change = yield* asked(ask, "/admin/settings", { method: "PATCH", body: {}, headers: as("ada") })
      assert.strictEqual(change.status, 403)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("isolates a circuit, resets it, and lets it look on", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const act = (what: string, body: object = {}) =>
        asked<CircuitView>(ask, `/admin/circuits/deepseek/chat/${what}`, post(body))
      assert.strictEqual((yield* act("isolate")).json.state, "Isolated")
      const refused = yield* asked<ProblemDocument>(ask, "/v1/enhancements", post({ prompt: "a red fox" }))
      assert.strictEqual(refused.status, 503)
      assert.strictEqual(refused.json.reason, "Isolated")
      assert.strictEqual((yield* act("reset")).json.state, "Closed")
      assert.isTrue((yield* act("observe", { observeOnly: true })).json.isObserveOnly)
      const { json } = yield* asked<ReadonlyArray<CircuitView>>(ask, "/admin/circuits")
      assert.isTrue(json.find(({ operation, scope }) => scope === "deepseek" && operation === "chat")?.isObserveOnly)
      const unknown = yield* asked<ProblemDocument>(ask, "/admin/circuits/deepseek/submit/isolate", post({}))
      assert.strictEqual(unknown.status, 404)
      const wrong = yield* asked<ProblemDocument>(ask, "/admin/circuits/deepseek/dance/isolate", post({}))
      assert.strictEqual(wrong.status, 400)
      assert.strictEqual(wrong.json.errors?.[0]?.field, "path.operation")
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("shows the settings without a secret, changes them whole, and refuses them whole", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const patch = (body: object) =>
        asked<SettingsView & ProblemDocument>(ask, "/admin/settings", {
          method: "PATCH",
          body,
          headers: { "content-type": "application/merge-patch+json" }
        })
      const refused = yield* patch({ deepseek: { retryLimit: 99 }, nanobanana: { retryLimit: -1 } })
      assert.strictEqual(refused.status, 422)
      assert.strictEqual(refused.json.reason, "SettingsRejected")
      assert.sameMembers(refused.json.errors?.map(({ field }) => field) ?? [], [
        "deepseek.retryLimit",
        "nanobanana.retryLimit"
      ])
      const changed = yield* patch({ deepseek: { retryLimit: 1 } })
      assert.strictEqual(changed.status, 200)
      const line = changed.json.settings.find(({ path }) => path === "deepseek.retryLimit")
      assert.strictEqual(line?.value, "1")
      assert.strictEqual(line?.source, "file")
      const key = changed.json.settings.find(({ path }) => path === "deepseek.apiKey")
      assert.strictEqual(key?.value, "set")
      assert.strictEqual((yield* patch([])).status, 400)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("names keys and tells how they stand, and nothing else of them", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const { json } = yield* asked<ReadonlyArray<KeyView>>(ask, "/admin/keys")
      assert.deepStrictEqual(
        json.map((key) => Object.keys(key).toSorted()),
        json.map(() => ["id", "scope", "source", "state"])
      )
      assert.isAtLeast(json.length, 2)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("explains a call by the audit, and tells whether that is whole", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const made = yield* askedInTime<{ readonly callId: string }>(
        ask,
        "/v1/enhancements",
        post({ prompt: "a red fox" })
      )
      const told = yield* asked<ExplanationView>(ask, `/admin/audit/calls/${made.json.callId}`)
      assert.strictEqual(told.json.attempts, 1)
      assert.isAtLeast(told.json.decisions.length, 2)
      const { json } = yield* asked<VerificationView>(ask, "/admin/audit/verification")
      assert.isTrue(json.isWhole)
      const rows = yield* asked<ReadonlyArray<unknown>>(ask, "/admin/audit?limit=1")
      assert.lengthOf(rows.json, 1)
      const unknown = yield* asked<ProblemDocument>(ask, "/admin/audit/calls/call_none")
      assert.strictEqual(unknown.status, 404)
      assert.strictEqual(unknown.json.reason, "CallNotFound")
    }).pipe(Effect.provide(Mock.layer))
  )
})
