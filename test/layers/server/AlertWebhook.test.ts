/** Alerts of the real command to somebody else's receiver, named by the variables of the surroundings. */
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { verifyAlert } from "../../../layers/alerts/WebhookSignature.ts"
import { AlertNotice } from "../../../schemas/Alert.ts"
import { runBeside, startServerProcess } from "../../support/ServerProcess.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"
import { webhookReceiver } from "../../support/WebhookReceiver.ts"
import { runProgram } from "../../apps/cli/RunProgram.ts"

const token = "canarytoken4711"
const secret = "canarysecret0815"

const waitUntil = (condition: () => boolean) =>
  Effect.gen(function* () {
    for (let turn = 0; turn < 800 && !condition(); turn++) yield* Effect.sleep("25 millis")
    assert.isTrue(condition())
  })

const enhance = (url: string, prompt: string) =>
  Effect.promise(async () => {
    const response = await fetch(`${url}/v1/enhancements`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt })
    })
    return response.status
  })

const textOf = (address: string) => Effect.promise(async () => (await fetch(address)).text())

/** All files below a folder, as text. */
const writtenBelow = (folder: string): string =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "latin1"))
    .join("\n")

describe("ludeng serve with a webhook", () => {
  it.live(
    "sends alerts that the exported verifier takes, and shows neither address nor secret anywhere",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const { received, url: hook } = yield* webhookReceiver(token)
        const variables = {
          USE_MOCK_APIS: "true",
          MOCK_LATENCY: "1",
          DEEPSEEK_RATE_LIMITS: "2/hour",
          LUDENG_ALERT_WEBHOOK_URL: hook,
          LUDENG_ALERT_WEBHOOK_SECRET: secret
        }
        const server = yield* startServerProcess(folder, variables)
        assert.deepStrictEqual([yield* enhance(server.url, "a fox"), yield* enhance(server.url, "a hare")], [200, 200])
        yield* waitUntil(() => received.length > 0)
        const [{ body, path: asked, signature } = { body: "", path: "", signature: "" }] = received
        const verdict = verifyAlert({ secret: Redacted.make(secret), header: signature, body, now: Date.now() })
        assert.strictEqual(verdict, "valid")
        assert.include(asked, token)
        const notice = Schema.decodeUnknownSync(Schema.fromJsonString(AlertNotice))(body)
        assert.strictEqual(notice.alert.name, "RateLimitUse")
        const shown = [
          yield* runBeside(folder, variables, ["settings", "show", "--json"]),
          yield* runBeside(folder, variables, ["doctor", "--json"]),
          yield* textOf(`${server.url}/admin/settings`),
          yield* textOf(`${server.url}/v1/overview`),
          yield* textOf(`${server.url}/health/ready`)
        ]
        assert.include(shown[0], "LUDENG_ALERT_WEBHOOK_URL")
        assert.include(shown[1], "LUDENG_ALERT_WEBHOOK_URL")
        assert.include(shown[2], "webhookUrl")
        yield* server.end("SIGTERM")
        const { error, out } = server.said()
        const everything = [...shown, out, error, writtenBelow(folder)].join("\n")
        for (const canary of [token, secret, new URL(hook).host]) assert.notInclude(everything, canary)
      }),
    60_000
  )

  it.live(
    "does not start with half of it, or with an address of another kind, and names the variable",
    () =>
      Effect.gen(function* () {
        const endingOf = (environment: Readonly<Record<string, string>>) =>
          Effect.promise(() =>
            runProgram(["serve", "--port", "0"], { environment: { USE_MOCK_APIS: "true", ...environment } })
          )
        const half = yield* endingOf({ LUDENG_ALERT_WEBHOOK_URL: `https://hooks.example.com/${token}` })
        assert.strictEqual(half.code, 5, half.error)
        assert.include(half.error, "LUDENG_ALERT_WEBHOOK_SECRET")
        const other = yield* endingOf({
          LUDENG_ALERT_WEBHOOK_URL: `ftp://hooks.example.com/${token}`,
          LUDENG_ALERT_WEBHOOK_SECRET: secret
        })
        assert.strictEqual(other.code, 5, other.error)
        assert.include(other.error, "LUDENG_ALERT_WEBHOOK_URL")
        for (const { error, out } of [half, other]) {
          assert.notInclude(out + error, token)
          assert.notInclude(out + error, secret)
        }
      }),
    60_000
  )
})
