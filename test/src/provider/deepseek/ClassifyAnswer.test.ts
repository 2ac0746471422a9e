/** Every status and every body that DeepSeek is known to answer with, and what each means. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { AttemptFailed } from "../../../../schemas/Failures.ts"
import type { ApiReason } from "../../../../schemas/Reason.ts"
import { classifyAnswer } from "../../../../src/provider/deepseek/ClassifyAnswer.ts"
import { readChat } from "../../../../src/provider/deepseek/ReadChat.ts"

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/deepseek/${name}.json`, import.meta.url), "utf8")

const context = {
  operation: "chat",
  secrets: () => ["a red fox in the snow", "sk-canary-0123456789"],
  nowMillis: 0
} as const

const classify = (status: number, body = "", headers: Record<string, string> = {}) =>
  classifyAnswer({ status, headers, body: new TextEncoder().encode(body) }, context, readChat)

const failureOf = (status: number, body = "", headers: Record<string, string> = {}): AttemptFailed => {
  const result = classify(status, body, headers)
  assert.isTrue(Result.isFailure(result))
  return Result.isFailure(result) ? result.failure : assert.fail()
}

const errorBody = (message: string): string => JSON.stringify({ error: { message, type: "unknown_error", code: null } })

const completion = (content: unknown, finish_reason: unknown, more: object = {}): string =>
  JSON.stringify({ id: "1", model: "deepseek-flash", choices: [{ message: { content }, finish_reason }], ...more })

const expectedByStatus = (status: number): readonly [ApiReason["_tag"], AttemptFailed["outcome"]] => {
  switch (status) {
    case 401:
      return ["KeyRejected", "Refused"]
    case 402:
      return ["InsufficientBalance", "Refused"]
    case 403:
      return ["KeyForbidden", "Refused"]
    case 404:
      return ["NotFound", "Refused"]
    case 408:
    case 425:
    case 503:
      return ["ServiceUnavailable", "Refused"]
    case 429:
      return ["RateLimited", "Refused"]
    case 502:
    case 504:
    case 529:
      return ["ServiceUnavailable", "Unknown"]
  }
  if (status >= 200 && status < 300) return ["EmptyResponse", "Unknown"]
  if (status >= 300 && status < 500) return ["RequestRejected", "Refused"]
  return ["ServerFailed", "Unknown"]
}

describe("ClassifyAnswer by status", () => {
  it("every status from 100 to 599 has its reason and its outcome", () => {
    for (let status = 100; status < 600; status++) {
      const failure = failureOf(status)
      assert.deepStrictEqual([failure.reason._tag, failure.outcome], expectedByStatus(status), String(status))
      assert.strictEqual(failure.status, status)
      if ("status" in failure.reason) assert.strictEqual(failure.reason.status, status)
    }
  })

  it("a refusal is not taken back by a body that looks like a completion", () => {
    assert.strictEqual(failureOf(402, fixture("chat")).reason._tag, "InsufficientBalance")
    assert.strictEqual(failureOf(500, fixture("chat")).reason._tag, "ServerFailed")
  })

  it.each(["<html>Bad Gateway</html>", "", "{", '{"error":null}', '{"error":{"message":5}}', "[]"])(
    "a status speaks for itself where the body is %j",
    (body) => {
      assert.strictEqual(failureOf(502, body).reason._tag, "ServiceUnavailable")
      assert.deepStrictEqual(failureOf(400, body).reason, { _tag: "RequestRejected", status: 400 })
    }
  )

  it.each([429, 500, 502, 503, 504])("a %i carries the provider's hint", (status) => {
    const { reason } = failureOf(status, "", { "retry-after": "7" })
    assert.deepStrictEqual("retryAfter" in reason ? reason.retryAfter : undefined, Duration.seconds(7))
  })

  it("the concurrency limit is read out of a 429's text", () => {
    assert.deepStrictEqual(failureOf(429, fixture("concurrency-limit")).reason, {
      _tag: "RateLimited",
      concurrencyLimit: 39
    })
    assert.deepStrictEqual(failureOf(429, errorBody("Rate limit reached for TPM")).reason, { _tag: "RateLimited" })
  })

  it("the error's type and code do not discriminate: a 402 says invalid_request_error", () => {
    assert.deepStrictEqual(failureOf(402, fixture("insufficient-balance")).reason, { _tag: "InsufficientBalance" })
  })

  it("a 400 gives the provider's explanation", () => {
    assert.deepStrictEqual(failureOf(400, fixture("model-not-exist")).reason, {
      _tag: "RequestRejected",
      status: 400,
      detail: "Model Not Exist"
    })
  })

  it.each(["bad prompt: A RED FOX in", "wrong api key sk-canary-0123456789", "key ****6789"])(
    "an explanation that echoes prompt or key is left out: %s",
    (message) => {
      assert.deepStrictEqual(failureOf(422, errorBody(message)).reason, { _tag: "RequestRejected", status: 422 })
    }
  )

  it("the provider's request id is kept", () => {
    assert.strictEqual(failureOf(500, "", { "x-ds-trace-id": "trace-1" }).providerRequestId, "trace-1")
  })
})

describe("ClassifyAnswer of a 200", () => {
  it("a completion gives content, model and usage with cache hits", () => {
    const chat = classify(200, fixture("chat"))
    assert.deepStrictEqual(
      chat,
      Result.succeed({
        id: "00f10ecd-1111-4222-8333-444455556666",
        model: "deepseek-flash",
        content: '{"prompt": "A red fox stands in fresh snow."}',
        finishReason: "stop",
        usage: { promptTokens: 495, cacheHitTokens: 320, cacheMissTokens: 175, completionTokens: 144 }
      })
    )
  })

  it("blank keep-alive lines before the completion are legal", () => {
    assert.deepStrictEqual(classify(200, `\n\n \r\n${fixture("chat")}\n`), classify(200, fixture("chat")))
  })

  it("unknown fields are ignored", () => {
    const choices = [{ message: { content: "x", tool_calls: null, mood: "good" }, finish_reason: "stop", weather: 1 }]
    assert.isTrue(Result.isSuccess(classify(200, JSON.stringify({ choices, novelty: { a: [1] } }))))
  })

  it.each<[string, string, ApiReason["_tag"], AttemptFailed["outcome"]]>([
    ["blank", "\n\n\n", "EmptyResponse", "Unknown"],
    ["nothing at all", "", "EmptyResponse", "Unknown"],
    ["cut", fixture("chat").slice(0, 200), "IncompleteResponse", "Unknown"],
    ["HTML", "<html></html>", "MalformedResponse", "Unknown"],
    ["empty content", completion("", "stop"), "EmptyResponse", "Done"],
    ["blank content", completion(" \n ", "stop"), "EmptyResponse", "Done"],
    ["no content", completion(null, "stop"), "EmptyResponse", "Done"],
    ["empty at the token limit", fixture("empty-at-length"), "IncompleteResponse", "Done"],
    ["cut at the token limit", completion('{"prompt": "a', "length"), "IncompleteResponse", "Done"],
    ["interrupted", completion('{"prompt": "a"}', "insufficient_system_resource"), "IncompleteResponse", "Done"],
    ["filtered", completion("", "content_filter"), "ContentRejected", "Done"],
    ["a tool call", completion(null, "tool_calls"), "IncompleteResponse", "Done"],
    ["aborted", completion("a whole answer", "aborted"), "IncompleteResponse", "Done"],
    ["a finish nobody knows", completion("a whole answer", "solar flare!"), "IncompleteResponse", "Done"],
    ["unfinished", completion("a whole answer", null), "IncompleteResponse", "Done"]
  ])("%s is no clean finish", (_name, body, tag, outcome) => {
    const failure = failureOf(200, body)
    assert.deepStrictEqual([failure.reason._tag, failure.outcome], [tag, outcome])
    if ("bytes" in failure.reason) assert.strictEqual(failure.reason.bytes, new TextEncoder().encode(body).length)
  })

  it.each<[unknown, string]>([
    [{}, "choices: missing, expected a list"],
    [{ choices: [] }, "choices.0: missing, expected an object with the fields message, finish_reason"],
    [{ choices: [{}] }, "choices.0.message: missing, expected an object with the fields content"],
    [
      { choices: [{ message: {}, finish_reason: "stop" }] },
      "choices.0.message.content: missing, expected a string or null"
    ],
    [{ choices: [{ message: { content: "CANARY" } }] }, "choices.0.finish_reason: missing, expected a string or null"],
    [
      { choices: [{ message: { content: ["CANARY"] }, finish_reason: "stop" }] },
      "choices.0.message.content: expected a string or null"
    ],
    [{ choices: "CANARY" }, "choices: expected a list"],
    ["CANARY", "answer: expected an object with the fields id, model, choices, usage"],
    [null, "answer: expected an object with the fields id, model, choices, usage"]
  ])("%j is malformed, and the problem quotes the schema", (body, problem) => {
    const { outcome, reason } = failureOf(200, JSON.stringify(body))
    assert.deepStrictEqual([reason._tag, outcome], ["MalformedResponse", "Done"])
    assert.strictEqual("problem" in reason ? reason.problem : undefined, problem)
  })

  it.each<[string, ApiReason["_tag"]]>([
    [fixture("insufficient-balance"), "InsufficientBalance"],
    [fixture("concurrency-limit"), "RateLimited"],
    [fixture("model-not-exist"), "RequestRejected"],
    [errorBody("Authentication Fails (no such user)"), "KeyRejected"],
    [errorBody("Server Overloaded"), "ServiceUnavailable"],
    [errorBody("something else went wrong"), "ServerFailed"],
    ['{"error":"Rate limit reached"}', "RateLimited"],
    ['{"error":{"code":429}}', "RateLimited"],
    ['{"error":{}}', "ServerFailed"],
    [JSON.stringify({ error: { message: "Insufficient Balance" }, choices: [] }), "InsufficientBalance"]
  ])("an error inside a 200 is an error: %s", (body, tag) => {
    const failure = failureOf(200, `\n\n${body}`)
    assert.strictEqual(failure.reason._tag, tag)
    assert.strictEqual(failure.status, 200)
  })

  it("an error that is null is none", () => {
    assert.isTrue(Result.isSuccess(classify(200, completion("x", "stop", { error: null }))))
  })

  it.each<[unknown, ReadonlyArray<number | undefined>]>([
    [undefined, []],
    [null, []],
    ["lots", []],
    [{ prompt_tokens: -1, completion_tokens: 5 }, []],
    [{ completion_tokens: 5 }, [undefined, undefined, undefined, 5]],
    [{ prompt_tokens: 10, completion_tokens: 5 }, [10, undefined, undefined, 5]],
    [{ prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 4 } }, [10, 4, 6]],
    [{ prompt_cache_hit_tokens: 3, prompt_cache_miss_tokens: 4 }, [7, 3, 4]],
    [{ prompt_tokens: null, prompt_tokens_details: null }, []]
  ])("usage %j is optional in every part, and never spoils the answer", (usage, [prompt, hit, miss, completed]) => {
    const chat = classify(200, completion("x", "stop", { usage }))
    assert.deepStrictEqual(Result.isSuccess(chat) ? chat.success.usage : undefined, {
      promptTokens: prompt,
      cacheHitTokens: hit,
      cacheMissTokens: miss,
      completionTokens: completed
    })
  })

  it.prop(
    "no body at all is a defect, and none is quoted",
    { status: Schema.Literals([200, 400, 429]), json: Schema.Json },
    (it) => {
      const secret = "QUOTED-TEXT"
      const body = JSON.stringify({
        ...(typeof it.json === "object" ? it.json : {}),
        error: { code: secret },
        note: secret
      })
      for (const text of [JSON.stringify(it.json), body, body.slice(0, -3)]) {
        const result = classify(it.status, text)
        if (Result.isFailure(result)) assert.notInclude(JSON.stringify(result.failure), secret)
      }
    }
  )
})
