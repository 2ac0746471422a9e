/**
 * Verifies what a store holds: walks its chain, and opens the sealed pages that the rows name.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type AuditFinding, type AuditReport, BodiesKept, type ChainPlace } from "../../schemas/Audit.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { Sealer } from "../vault/Sealer.ts"
import type { AuditStore } from "./AuditStore.ts"
import { bodiesAt } from "./BodyPage.ts"
import type { ChainRow, ChainSeals, ChainState } from "./Chain.ts"
import { placeOfPage } from "./PrepareBatch.ts"
import { factsOf } from "./ReadRow.ts"
import { ChainWalk } from "./VerifyChain.ts"

type Store = AuditStore["Service"]

/** What a verification needs. */
export interface VerifyTools {
  readonly store: Store
  readonly seals: ChainSeals
  readonly sealer: Sealer["Service"]
}

/** The findings that are listed. */
export const listedFindings = 100

const pageRows = 500
const isKept = Schema.is(BodiesKept)

/** Whether a page that a row names is there and opens. */
const checkPage = Effect.fnUntraced(function* ({ sealer, store }: VerifyTools, row: ChainRow, kept: BodiesKept) {
  if (kept._tag !== "Sealed") return undefined
  const { page } = kept
  const sealed = yield* store.page(page)
  if (sealed === undefined) return { _tag: "BodiesMissing", sequence: row.sequence, page } satisfies AuditFinding
  const opened = yield* Effect.option(sealer.open(sealed, placeOfPage(page)))
  return opened._tag === "Some" && bodiesAt(opened.value, kept.index) !== undefined
    ? undefined
    : ({ _tag: "BodiesChanged", sequence: row.sequence, page } satisfies AuditFinding)
})

/** Walks the rows from where they begin through a place; the store may be written to meanwhile. */
export const walk = Effect.fnUntraced(function* (
  tools: VerifyTools,
  state: ChainState,
  through: number,
  noted: ChainPlace | undefined
): Effect.fn.Return<ChainWalk, typeof StorageFailed.Type> {
  const chain = new ChainWalk(tools.seals, state, factsOf, noted)
  let after = state.start?.sequence ?? 0
  let checkedPage: string | undefined
  while (after < through) {
    const rows = yield* tools.store.rowsAfter(after, Math.min(pageRows, through - after))
    const inside = rows.filter(({ sequence }) => sequence <= through)
    if (inside.length === 0) break
    for (const row of inside) {
      chain.add(row)
      const bodies = factsOf(row.content)?.bodies
      if (!isKept(bodies) || (bodies._tag === "Sealed" && bodies.page === checkedPage)) continue
      const finding = yield* checkPage(tools, row, bodies)
      if (finding !== undefined) chain.findings.push(finding)
      else if (bodies._tag === "Sealed") checkedPage = bodies.page
    }
    after = inside.at(-1)?.sequence ?? through
    yield* Effect.yieldNow
  }
  return chain
})

/** Verifies the whole chain. Where rows are removed meanwhile, it begins again. */
export const verifyAudit = Effect.fnUntraced(function* (
  tools: VerifyTools,
  noted: ChainPlace | undefined
): Effect.fn.Return<AuditReport, typeof StorageFailed.Type> {
  for (let round = 0; ; round++) {
    const state = yield* tools.store.state
    const through = Math.max(state.end?.sequence ?? 0, state.end === undefined ? (state.last?.sequence ?? 0) : 0)
    const chain = yield* walk(tools, state, through, noted)
    chain.finish()
    const after = yield* tools.store.state
    if (after.start?.sequence !== state.start?.sequence && round < 3) continue
    return {
      rows: chain.rows,
      removed: state.start?.sequence ?? 0,
      end: state.end === undefined ? undefined : { sequence: state.end.sequence, link: state.end.link },
      findings: chain.findings.slice(0, listedFindings),
      furtherFindings: Math.max(0, chain.findings.length - listedFindings)
    }
  }
})
