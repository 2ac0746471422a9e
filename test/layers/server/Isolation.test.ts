import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { documentOf } from "./DocumentedAnswers.ts"
import { operationsOf } from "./RequestsOf.ts"
import { startServer } from "./RunningServer.ts"

const quick = { settings: { deepseek: { retryLimit: 0 }, nanobanana: { retryLimit: 0, pollFirst: 5, pollCap: 10 } } }

const asking =
  (url: string, token: string) =>
  (method: string, path: string, body?: object): Effect.Effect<{ readonly status: number; readonly text: string }> =>
    Effect.promise(async () => {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          prefer: "wait=20",
          ...(body === undefined ? {} : { "content-type": "application/json" })
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      return { status: response.status, text: await response.text() }
    })

const firstEvent = (url: string, token: string, path: string): Effect.Effect<string> =>
  Effect.promise(async () => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
    let text = ""
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.includes("\n\n")) break
    }
    return text
  })

const reasonIn = (text: string) => (JSON.parse(text) as { readonly reason?: string }).reason

describe("one owner and another", () => {
  it.live("never see each other's jobs, pictures, failures or costs, and can not tell that there are any", () =>
    Effect.gen(function* () {
      const { token, url } = yield* startServer(
        {},
        {
          ...quick,
          faults: [{ fault: "unavailable", operation: "chat", times: 1 }]
        }
      )
      const ann = asking(url, yield* token("ann", "use"))
      const bob = asking(url, yield* token("bob", "use"))
      assert.isAtLeast((yield* ann("POST", "/v1/enhancements", { prompt: "a violet fox of ann" })).status, 500)
      const made = yield* ann("POST", "/v1/images", { prompt: "a violet fox of ann" })
      assert.strictEqual(made.status, 200, made.text)
      const { jobId } = JSON.parse(made.text) as { readonly jobId: string }
      const failures = JSON.parse((yield* ann("GET", "/v1/failures")).text) as {
        readonly failures: ReadonlyArray<{ readonly id: string }>
      }
      const letter = failures.failures[0]?.id ?? ""
      const ids: Readonly<Record<string, string>> = { jobs: jobId, images: jobId, failures: letter }

      const document = yield* documentOf(url)
      const ofOneThing = operationsOf(document).filter(({ path }) => path.startsWith("/v1/") && path.includes("{id}"))
      assert.isAtLeast(ofOneThing.length, 6)
      for (const { method, path } of ofOneThing) {
        const kind = path.split("/")[2] ?? ""
        const asked = (id: string) => bob(method, path.replace("{id}", id), path.endsWith("/retry") ? {} : undefined)
        const theirs = yield* asked(ids[kind] ?? "")
        const nobodys = yield* asked("nothing_at_all")
        assert.strictEqual(theirs.status, 404, `${method} ${path}`)
        assert.strictEqual(nobodys.status, 404, `${method} ${path}`)
        assert.strictEqual(reasonIn(theirs.text), reasonIn(nobodys.text))
        assert.notInclude(theirs.text, "violet")
      }
      for (const path of ["/v1/jobs", "/v1/failures", "/v1/costs", "/v1/overview"]) {
        const { text } = yield* bob("GET", path)
        for (const its of [jobId, letter, "violet"]) assert.notInclude(text, its, path)
      }
      assert.include((yield* bob("GET", "/v1/costs")).text, '"spent":0')
      assert.strictEqual((yield* ann("GET", `/v1/images/${jobId}`)).status, 200)
      assert.strictEqual((yield* ann("GET", `/v1/failures/${letter}`)).status, 200)
    })
  )

  it.live("learn nothing of each other from what only an operator may ask", () =>
    Effect.gen(function* () {
      const { token, url } = yield* startServer(
        {},
        {
          ...quick,
          settings: {
            deepseek: quick.settings.deepseek,
            nanobanana: { ...quick.settings.nanobanana, priceUpperBound: 40_000 },
            budget: { perOwnerPerDay: 44_000 }
          },
          faults: [{ fault: "unavailable", operation: "chat", times: 1 }]
        }
      )
      const ann = asking(url, yield* token("annabel", "use", "operate"))
      const bob = asking(url, yield* token("bob", "use", "operate"))
      assert.isAtLeast((yield* ann("POST", "/v1/enhancements", { prompt: "a violet fox" })).status, 500)
      const made = yield* ann("POST", "/v1/images", { prompt: "a violet fox", parameters: { quality: "low" } })
      assert.strictEqual(made.status, 200, made.text)
      const { jobId } = JSON.parse(made.text) as { readonly jobId: string }
      const { callId } = JSON.parse((yield* ann("GET", `/v1/jobs/${jobId}`)).text) as { readonly callId: string }
      const letter = /"id":"(letter_[^"]+)"/.exec((yield* ann("GET", "/v1/failures")).text)?.[1] ?? ""
      assert.notStrictEqual(letter, "")
      yield* Effect.sleep("1100 millis")
      // What is hers is there for her, so that it could be seen.
      assert.include((yield* ann("GET", "/v1/overview")).text, "perOwnerPerDay annabel")
      assert.include((yield* ann("GET", "/admin/audit?limit=100")).text, jobId)
      assert.strictEqual((yield* ann("GET", `/admin/audit/calls/${callId}`)).status, 200)

      const readings = operationsOf(yield* documentOf(url)).filter(({ method }) => method.toUpperCase() === "GET")
      assert.isAtLeast(readings.length, 15)
      const paths = readings.flatMap(({ path }) =>
        path === "/v1/overview/events"
          ? []
          : [path.replace("{id}", path.includes("failures") ? letter : jobId).replace("{callId}", callId)]
      )
      for (const path of [...paths, "/admin/audit?limit=100", "/admin/audit?owner=annabel", "/v1/costs?by=owner"]) {
        const { text } = yield* bob("GET", path)
        for (const its of ["annabel", "violet", jobId, letter, callId])
          assert.notInclude(path.includes(its) ? text.replaceAll(path, "") : text, its, path)
      }
      assert.notInclude(yield* firstEvent(url, yield* token("bob", "operate"), "/v1/overview/events"), "annabel")
      assert.strictEqual((yield* bob("GET", `/admin/audit/calls/${callId}`)).status, 404)
      assert.include((yield* bob("GET", "/v1/overview")).text, '"alerts":[]')
    })
  )

  it.live("may use the same idempotency key for different pictures", () =>
    Effect.gen(function* () {
      const { token, url } = yield* startServer({}, quick)
      const make = (token: string, prompt: string) =>
        Effect.promise(async () => {
          const response = await fetch(`${url}/v1/images`, {
            method: "POST",
            headers: {
              authorization: `Bearer ${token}`,
              "content-type": "application/json",
              "idempotency-key": "the-same",
              prefer: "wait=20"
            },
            body: JSON.stringify({ prompt })
          })
          return { status: response.status, body: (await response.json()) as { readonly jobId?: string } }
        })
      const anns = yield* make(yield* token("ann", "use"), "a fox")
      const bobs = yield* make(yield* token("bob", "use"), "a hare")
      assert.deepStrictEqual([anns.status, bobs.status], [200, 200])
      assert.notStrictEqual(anns.body.jobId, bobs.body.jobId)
    })
  )
})

describe("every endpoint", () => {
  it.live("asks for a token and the scope it needs, but the health of the program", () =>
    Effect.gen(function* () {
      const { token, url } = yield* startServer()
      const user = yield* token("ann", "use")
      const operator = yield* token("ops", "operate")
      const statusOf = (method: string, path: string, bearer?: string) =>
        Effect.promise(async () => {
          const asked = path
            .replace("{scope}", "deepseek")
            .replace("{operation}", "chat")
            .replace(/\{\w+\}/g, "none")
          const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
          const response = await fetch(`${url}${asked}`, { method, headers })
          await response.body?.cancel()
          return response.status
        })
      for (const { method, path } of operationsOf(yield* documentOf(url))) {
        if (path.startsWith("/health/")) {
          assert.notInclude([401, 403], yield* statusOf(method, path), path)
          continue
        }
        assert.strictEqual(yield* statusOf(method, path), 401, `${method} ${path} without a token`)
        const isOperators = path.startsWith("/admin/") || path === "/metrics" || path.startsWith("/v1/overview")
        assert.strictEqual(
          yield* statusOf(method, path, isOperators ? user : operator),
          403,
          `${method} ${path} with the other scope`
        )
        assert.notInclude([401, 403], yield* statusOf(method, path, isOperators ? operator : user), `${method} ${path}`)
      }
    })
  )
})
