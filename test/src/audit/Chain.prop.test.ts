import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { AuditFinding } from "../../../schemas/Audit.ts"
import { type ChainRow, markAt } from "../../../src/audit/Chain.ts"
import { chainOf, findingsIn, type Kept, ours, rangeOf, relinked, removedThrough, sealsOf } from "./SampleChain.ts"

const Batches = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6 }))).check(
  Schema.isMinLength(1),
  Schema.isMaxLength(8)
)
const Ratio = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.999 }))

const options = { arbitrary: { runs: 300 } } as const

const pick = <A>(all: ReadonlyArray<A>, ratio: number): A => {
  const found = all[Math.floor(ratio * all.length)]
  if (found === undefined) throw new Error("there is nothing to pick from")
  return found
}

/** Somebody is found out, and a finding speaks of a row that is no further from the place than a batch. */
const foundAt = (findings: ReadonlyArray<AuditFinding>, from: number, through: number) => {
  assert.isAbove(findings.length, 0, "nothing was found")
  const ranges = findings.map(rangeOf).filter((it) => it !== undefined)
  assert.isTrue(
    ranges.some(([first, last]) => first <= through + 1 && last >= from),
    `${JSON.stringify(findings)} is not about ${from} to ${through}`
  )
}

const edited = (row: ChainRow): ChainRow => ({
  ...row,
  content: row.content.replace("AttemptSucceeded", "AttemptFailed")
})

const withRows = (kept: Kept, rows: ReadonlyArray<ChainRow>): Kept => ({ ...kept, rows })

describe("a chain", () => {
  it.prop("that nobody has touched has no findings, also under a key of its own", [Batches], ([batches]) => {
    assert.deepStrictEqual(findingsIn(chainOf(batches)), [])
    assert.deepStrictEqual(findingsIn(chainOf(batches, sealsOf(7)), sealsOf(7)), [])
  })

  it.prop(
    "with a row edited is found out at that row",
    [Batches, Ratio],
    ([batches, ratio]) => {
      const kept = chainOf(batches)
      const { sequence } = pick(kept.rows, ratio)
      const rows = kept.rows.map((row) => (row.sequence === sequence ? edited(row) : row))
      assert.deepStrictEqual(findingsIn(withRows(kept, rows)), [{ _tag: "RowChanged", sequence }])
    },
    options
  )

  it.prop(
    "with a row edited and all links after it computed anew is found out between two seals",
    [Batches, Ratio],
    ([batches, ratio]) => {
      const kept = chainOf(batches)
      const { sequence } = pick(kept.rows, ratio)
      const rows = relinked(
        kept.rows.map((row) => (row.sequence === sequence ? edited(row) : row)),
        sequence
      )
      const [first] = findingsIn(withRows(kept, rows))
      assert.strictEqual(first?._tag, "RowsRewritten")
      const [from, through] = (first === undefined ? undefined : rangeOf(first)) ?? [0, 0]
      assert.isTrue(from <= sequence && sequence <= through, `${sequence} is not in ${from} to ${through}`)
      assert.isAtMost(through - from, 5)
    },
    options
  )

  it.prop(
    "with a row taken out is found out at that row, whether the others close up or not",
    [Batches, Ratio],
    ([batches, ratio]) => {
      const kept = chainOf([...batches, 1])
      const { sequence } = pick(kept.rows.slice(0, -1), ratio)
      const rows = kept.rows.filter((row) => row.sequence !== sequence)
      assert.deepStrictEqual(findingsIn(withRows(kept, rows)), [
        { _tag: "RowsMissing", from: sequence, through: sequence }
      ])
      const closedUp = rows.map((row) => (row.sequence > sequence ? { ...row, sequence: row.sequence - 1 } : row))
      foundAt(findingsIn(withRows(kept, closedUp)), sequence, sequence)
      foundAt(findingsIn(withRows(kept, relinked(closedUp, sequence))), sequence, sequence + 6)
    },
    options
  )

  it.prop(
    "with two rows in each other's place is found out at the first of them",
    [Batches, Ratio, Ratio],
    ([batches, one, two]) => {
      const kept = chainOf([...batches, 2])
      const [left, right] = [pick(kept.rows, one), pick(kept.rows, two)]
      if (left.sequence === right.sequence) return
      const rows = kept.rows.map((row) => {
        if (row.sequence === left.sequence) return { ...right, sequence: left.sequence }
        return row.sequence === right.sequence ? { ...left, sequence: right.sequence } : row
      })
      const first = Math.min(left.sequence, right.sequence)
      const [finding] = findingsIn(withRows(kept, rows))
      assert.deepInclude(finding, { _tag: "RowChanged", sequence: first })
    },
    options
  )

  it.prop(
    "with its end cut off is found out, whatever is done to the mark",
    [Batches, Ratio],
    ([batches, ratio]) => {
      const kept = chainOf([...batches, 1])
      const { sequence } = pick(kept.rows, ratio)
      const rows = kept.rows.filter((row) => row.sequence < sequence)
      const last = rows.at(-1)
      const length = kept.rows.length
      assert.deepStrictEqual(findingsIn(withRows(kept, rows)), [
        { _tag: "RowsMissing", from: sequence, through: length }
      ])
      if (last === undefined || kept.end === undefined) return
      const forged = [
        undefined,
        { ...kept.end, sequence: last.sequence },
        { ...kept.end, sequence: last.sequence, link: last.link },
        // The seal of a checkpoint is none of an end; that of another key is none at all.
        { sequence: last.sequence, link: last.link, seal: last.seal ?? kept.end.seal },
        markAt(sealsOf(2), "end", last),
        markAt(ours, "start", last)
      ]
      for (const end of forged) {
        const findings = findingsIn({ rows, start: undefined, end })
        assert.isTrue(
          findings.some(({ _tag }) => _tag === "EndChanged" || _tag === "OtherKey"),
          JSON.stringify(end)
        )
      }
    },
    options
  )

  it.prop(
    "with its beginning cut off is found out, unless retention did it",
    [Batches, Ratio],
    ([batches, ratio]) => {
      const kept = chainOf([...batches, 1])
      const { sequence } = pick(kept.rows.slice(0, -1), ratio)
      const whole = removedThrough(kept, sequence)
      assert.deepStrictEqual(findingsIn(whole), [])
      assert.deepStrictEqual(findingsIn({ ...whole, start: undefined }), [
        { _tag: "RowsMissing", from: 1, through: sequence }
      ])
      const forged = markAt(sealsOf(2), "start", kept.rows[sequence - 1] ?? { sequence, link: "" })
      assert.deepStrictEqual(findingsIn({ ...whole, start: forged }), [{ _tag: "StartChanged" }])
    },
    options
  )

  it.prop(
    "with rows added behind its end is found out there",
    [Batches, Batches],
    ([batches, more]) => {
      const kept = chainOf(batches)
      const longer = chainOf([...batches, ...more])
      assert.deepStrictEqual(findingsIn({ ...longer, end: kept.end }), [
        { _tag: "RowsAdded", from: kept.rows.length + 1, through: longer.rows.length }
      ])
    },
    options
  )

  it.prop(
    "put back to an earlier state of itself is whole, and is found out by a place that was noted",
    [Batches, Batches],
    ([batches, more]) => {
      const earlier = chainOf(batches)
      const later = chainOf([...batches, ...more])
      const noted = later.end ?? assert.fail("no end")
      assert.deepStrictEqual(findingsIn(earlier), [])
      assert.deepStrictEqual(findingsIn(earlier, ours, noted), [{ _tag: "PlaceNotFound", sequence: noted.sequence }])
      assert.deepStrictEqual(findingsIn(later, ours, earlier.end), [])
    },
    options
  )

  it("whose columns do not say what the row says is found out", () => {
    const kept = chainOf([3])
    const rows = kept.rows.map((row) => (row.sequence === 2 ? { ...row, callId: "call_other" } : row))
    assert.deepStrictEqual(findingsIn(withRows(kept, rows)), [{ _tag: "RowMisfiled", sequence: 2 }])
  })

  it("sealed under a key that is not here is told so, range by range", () => {
    const [lost] = [chainOf([2, 2], sealsOf(2))]
    assert.deepStrictEqual(findingsIn(lost), [
      { _tag: "OtherKey", from: 1, through: 4 },
      { _tag: "OtherKey", from: 4, through: 4 }
    ])
  })
})
