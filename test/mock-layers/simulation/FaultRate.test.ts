import { assert, describe, it } from "@effect/vitest"
import type { SimulatedRequest } from "../../../mock-layers/simulation/Messages.ts"
import { chat, type JsonValue, recordInfo, simulate, submit, whole, type WholeAnswer } from "./Ask.ts"

const requests: Readonly<Record<"chat" | "submit" | "status", SimulatedRequest>> = {
  chat: chat(),
  submit: submit(),
  status: recordInfo("?taskId=1")
}

const contentOf = ({ json }: WholeAnswer) =>
  `${(json.choices as unknown as ReadonlyArray<JsonValue>)[0]?.message?.content}`

/** How an answer shows that its fields are missing. */
const lacksFields: Readonly<Record<"chat" | "submit" | "status", (answer: WholeAnswer) => boolean>> = {
  chat: (answer) => contentOf(answer).startsWith('{"text"'),
  submit: ({ json }) => json.data?.taskId === undefined,
  status: ({ json }) => json.data?.taskId !== undefined && json.data.successFlag === undefined
}

const shows = (fault: (typeof faults)[number], operation: (typeof operations)[number]): boolean => {
  const simulation = simulate({ faults: [{ fault, operation }] })
  const request = operation === "status" ? recordInfo(`?taskId=${taskIdOf(simulation)}`) : requests[operation]
  const answer = simulation.handle(request, 10)
  if (fault === "truncated-body") return answer._tag === "Answered" && answer.end._tag === "Lost"
  if (fault === "missing-fields") return lacksFields[operation](whole(answer))
  const { status, text } = whole(answer)
  return status === 200 && (fault === "blank-200" ? text.trim() === "" : text.startsWith("upstream said"))
}

const taskIdOf = (simulation: ReturnType<typeof simulate>): string =>
  `${whole(simulation.handle(submit(), 0)).json.data?.taskId}`

const faults = ["blank-200", "truncated-body", "bad-json", "missing-fields"] as const
const operations = ["chat", "submit", "status"] as const
const pairs = faults.flatMap((fault) => operations.map((operation) => ({ fault, operation })))

describe("a single fault at a rate", () => {
  it.each(pairs)("$fault meets a tenth of the requests of $operation, and only those", ({ fault, operation }) => {
    const simulation = simulate({ faults: [{ fault, operation, rate: 0.1 }] })
    for (let count = 0; count < 3_000; count++) simulation.handle(requests[operation], 0)
    const met = simulation.ledger.entries.filter((it) => it.fault === fault).length
    assert.closeTo(met, 300, 60)
    assert.strictEqual(simulation.ledger.entries.filter((it) => it.fault === null).length, 3_000 - met)
    for (const other of operations.filter((it) => it !== operation)) simulation.handle(requests[other], 0)
    assert.isNull(simulation.ledger.entries.at(-1)?.fault)
    assert.isTrue(shows(fault, operation))
  })
})
