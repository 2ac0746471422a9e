/**
 * Makes rows and sealed pages of what was heard: all that costs time is done here, for many calls at once, behind them.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { BodiesKept, KeptBodies } from "../../schemas/Audit.ts"
import type { AuditSettings } from "../../schemas/AuditSettings.ts"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { Exchange } from "../telemetry/CallRecorder.ts"
import type { Sealer } from "../vault/Sealer.ts"
import type { Heard } from "./AuditBuffer.ts"
import { pageOf } from "./BodyPage.ts"
import type { RowDraft } from "./Chain.ts"
import { hashBody, keepBody } from "./KeepBody.ts"
import { type RowFields, rowOf } from "./RowOf.ts"

/** A page; `lastDraft` is the index of the last draft that names it. */
export interface PageDraft {
  readonly id: string
  readonly lastDraft: number
  readonly sealed: string
}

/** A batch that is ready to be chained and written. */
export interface PreparedBatch {
  readonly drafts: ReadonlyArray<RowDraft>
  readonly pages: ReadonlyArray<PageDraft>
}

/** A page is closed when it holds this much. **Units** characters. */
const fullPage = 256 * 1024

/** The place that a page is sealed for. */
export const placeOfPage = (id: string): string => `audit:${id}`

/** The draft of a row. */
export const draftOf = (row: RowFields, callId: string | undefined, at: number): RowDraft => ({
  at,
  callId,
  content: JSON.stringify(row)
})

/** Prepares. `nextPageId` gives a name that no page of the store has. */
export const prepareBatch = (
  heard: ReadonlyArray<Heard>,
  settings: AuditSettings,
  sealer: Sealer["Service"],
  nextPageId: () => string
): Effect.Effect<PreparedBatch> =>
  Effect.suspend(() => {
    const pages = new Pages(nextPageId)
    const drafts = heard.map(({ event, exchange, isLeftOut }, index) =>
      draftOf(rowOf(event, bodiesOf(exchange, isLeftOut, settings, pages, index)), callIdOf(event), event.at)
    )
    return Effect.map(
      Effect.forEach(pages.close(), ({ bodies, id, lastDraft }) =>
        Effect.map(sealer.seal(pageOf(bodies), placeOfPage(id)), (sealed) => ({ id, lastDraft, sealed }))
      ),
      (sealed) => ({ drafts, pages: sealed })
    )
  })

const callIdOf = (event: CallEvent): string | undefined => ("callId" in event ? event.callId : undefined)

const bodiesOf = (
  exchange: Exchange | undefined,
  isLeftOut: boolean,
  { bodies, bodyLimit }: AuditSettings,
  pages: Pages,
  draft: number
): BodiesKept | undefined => {
  if (bodies === "none") return undefined
  if (isLeftOut) return { _tag: "LeftOut" }
  if (exchange === undefined) return undefined
  const { answer, key, request } = exchange
  if (bodies === "hashed") {
    return {
      _tag: "Hashed",
      ...(request === undefined ? {} : { request: hashBody(request) }),
      ...(answer === undefined ? {} : { answer: answer.whole ?? hashBody(answer.body) })
    }
  }
  const secrets = key === undefined ? [] : [Redacted.value(key)]
  return pages.add(
    {
      ...(request === undefined ? {} : { request: keepBody(request, secrets, bodyLimit) }),
      ...(answer === undefined ? {} : { answer: keepBody(answer.body, secrets, bodyLimit, answer.whole?.bytes) })
    },
    draft
  )
}

interface OpenPage {
  readonly id: string
  readonly bodies: Array<KeptBodies>
  lastDraft: number
  length: number
}

/** Puts bodies on pages. */
class Pages {
  readonly #nextId: () => string
  readonly #pages: Array<OpenPage> = []

  constructor(nextId: () => string) {
    this.#nextId = nextId
  }

  add(bodies: KeptBodies, draft: number): BodiesKept {
    let page = this.#pages.at(-1)
    if (page === undefined || page.length >= fullPage) {
      page = { id: this.#nextId(), bodies: [], lastDraft: draft, length: 0 }
      this.#pages.push(page)
    }
    page.bodies.push(bodies)
    page.lastDraft = draft
    page.length += (bodies.request?.text.length ?? 0) + (bodies.answer?.text.length ?? 0)
    return { _tag: "Sealed", page: page.id, index: page.bodies.length - 1 }
  }

  close(): ReadonlyArray<OpenPage> {
    return this.#pages
  }
}
