/**
 * The situations of the resilience section: what the simulated providers play, and what a policy can do about it.
 */
import type { ScriptDocument } from "../../mock-layers/simulation/Script.ts"

/** What is asked for. */
export type Kind = "enhancements" | "images"

/** A situation as the report names it. `whyNot` is there where nobody can help. */
export interface Situation {
  readonly name: string
  readonly kind: Kind
  readonly script: ScriptDocument
  /** A limit of chats that the provider keeps and we know of. **Units** seconds. */
  readonly quota?: { readonly requests: number; readonly window: number }
  readonly whyNot?: string
}

/** The latencies that the real providers are known for. */
export const realLatencies = {
  chat: { from: "2 seconds", to: "10 seconds" },
  submit: { from: "500 millis", to: "3 seconds" },
  status: { from: "100 millis", to: "500 millis" },
  download: { from: "300 millis", to: "2 seconds" },
  job: { from: "20 seconds", to: "90 seconds" }
} as const

const playing = (script: ScriptDocument): ScriptDocument => ({ latency: realLatencies, ...script })

/** Less than five callers would like, and soon free again. */
const quota = { requests: 5, window: 10 }

const atTenPercent = ["rate-limited", "blank-200", "truncated-body", "bad-json", "missing-fields"] as const

const paidTwice = "the answer to the paid request is lost: sending it again may pay twice"

/** The situations that a policy can help in; the goal is about these. */
export const helped: ReadonlyArray<Situation> = [
  { name: "flaky", kind: "enhancements", script: playing({ scenario: "flaky" }) },
  ...atTenPercent.map((fault): Situation => ({
    name: `${fault}, 10 %`,
    kind: "enhancements",
    script: playing({ faults: [{ fault, operation: "chat", rate: 0.1 }] })
  })),
  {
    name: "rate-limited by a quota",
    kind: "enhancements",
    script: playing({ limits: [{ operation: "chat", requests: quota.requests, window: quota.window * 1_000 }] }),
    quota
  },
  {
    name: "flaky, submits refused",
    kind: "images",
    script: playing({ scenario: "flaky", submitFaults: ["rate-limited", "unavailable"] })
  },
  { name: "rate-limited, 10 %", kind: "images", script: playing({ faults: [{ fault: "rate-limited", rate: 0.1 }] }) },
  ...(["blank-200", "truncated-body", "bad-json", "missing-fields"] as const).map((fault): Situation => ({
    name: `${fault}, 10 % of polls and downloads`,
    kind: "images",
    script: playing({
      faults: [
        { fault, operation: "status", rate: 0.1 },
        { fault, operation: "download", rate: 0.1 }
      ]
    })
  })),
  { name: "expired-url, always the first", kind: "images", script: playing({ scenario: "expired-url" }) }
]

const always = (kind: Kind, scenario: NonNullable<ScriptDocument["scenario"]>, whyNot: string): Situation => ({
  name: scenario,
  kind,
  script: playing({ scenario }),
  whyNot
})

const noAnswer = "no attempt is answered; a stand-in is a result for whoever accepts one"
const unreadable = "no answer can be read, however often it is asked for"

/** The situations in which nobody can help, and why. */
export const notHelped: ReadonlyArray<Situation> = [
  {
    name: "flaky, submits lost as well",
    kind: "images",
    script: playing({ scenario: "flaky" }),
    whyNot: `in 4 of the 6 ways to fail: ${paidTwice}`
  },
  ...(["blank-200", "truncated-body", "bad-json", "missing-fields"] as const).map((fault): Situation => ({
    name: `${fault}, 10 % of submits`,
    kind: "images",
    script: playing({ faults: [{ fault, operation: "submit", rate: 0.1 }] }),
    whyNot: paidTwice
  })),
  always("enhancements", "rate-limited", "every request is refused"),
  always("enhancements", "blank-200", unreadable),
  always("enhancements", "truncated-body", unreadable),
  always("enhancements", "bad-json", unreadable),
  always(
    "enhancements",
    "missing-fields",
    "every first answer is bad: the circuit opens at half of all; alone each is corrected"
  ),
  always("enhancements", "keep-alive-forever", noAnswer),
  always("enhancements", "slow-drip", "a byte a second does not end within 30 s"),
  always("enhancements", "unauthorized", "the key is not known: a person must change it"),
  always("enhancements", "no-balance", "the account is empty: a person must top it up"),
  always(
    "enhancements",
    "content-blocked",
    "the provider refuses the content: asking again is what gets accounts banned"
  ),
  always("enhancements", "down", noAnswer),
  always("images", "unauthorized", "the key is not known: a person must change it"),
  always("images", "no-balance", "the account is empty: a person must top it up"),
  always("images", "content-blocked", "the provider refuses the content"),
  always("images", "job-fails", "the job was made and failed: another one is another purchase"),
  always("images", "stuck-job", "the job never ends: it stays known and can be resumed"),
  always("images", "down", noAnswer)
]

/** All of them. */
export const situations: ReadonlyArray<Situation> = [...helped, ...notHelped]
