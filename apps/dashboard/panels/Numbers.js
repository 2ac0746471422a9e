/**
 * What is counted: the tiles at the head, reasons, retries, the cache, and money against its budgets.
 */
import { element, fillMeter, list, makeMeter, pairs, part, setText } from "../Dom.js"
import { ahead, count, percent, rate, roughMoney, span, words } from "../Format.js"

const sumOf = (accounts, pick) =>
  accounts.flatMap(({ operations }) => operations).reduce((sum, it) => sum + pick(it), 0)

/** The tiles: what one looks at first. */
export const showTiles = (container, { accounts, alerts, money: own, traffic }) => {
  const recent = traffic.calls.slice(-traffic.spanSeconds)
  const perSecond = recent.reduce((sum, it) => sum + it, 0) / traffic.spanSeconds
  const waiting = sumOf(accounts, ({ queue }) => queue.high + queue.normal + queue.low)
  const open = sumOf(accounts, ({ circuit }) => (circuit.state === "Closed" ? 0 : 1))
  const oldest = Math.max(
    0,
    ...accounts.flatMap(({ operations }) => operations.map(({ queue }) => queue.oldestWaitMillis))
  )
  pairs(container, [
    ["Requests", rate(perSecond)],
    ["Latency p50", span(traffic.p50Millis.at(-1) ?? null)],
    ["Latency p99", span(traffic.p99Millis.at(-1) ?? null)],
    ["On the wire", count(sumOf(accounts, ({ inFlight }) => inFlight))],
    ["Waiting", waiting === 0 ? "0" : `${count(waiting)}, ${span(oldest)}`],
    ["Circuits not closed", count(open), open === 0 ? null : "bad"],
    [
      "Alerts",
      count(alerts.length),
      alerts.some(({ severity }) => severity === "critical") ? "bad" : alerts.length > 0 ? "warn" : null
    ],
    ["Spent today", roughMoney(own.today.spentUsdMicros)]
  ])
}

const budgetNames = {
  perCall: "A call",
  perDay: "A day, all owners",
  perMonth: "A month, all owners",
  perOwnerPerDay: "A day, this owner",
  perOwnerPerMonth: "A month, this owner"
}

const makeBar = (label) => {
  const meter = makeMeter(label)
  meter.dataset.part = "meter"
  return element(
    "li",
    { class: "bar-row" },
    element("span", { "data-part": "name" }),
    element("span", { class: "number", "data-part": "value" }),
    meter,
    element("small", { "data-part": "more" })
  )
}

/** Money of the owner, and how far the budgets are used. */
export const showMoney = (spent, budgets, { at, money: own }) => {
  const held = (reserved) => (reserved === 0 ? "" : ` and ${roughMoney(reserved)} held`)
  pairs(spent, [
    ["Today", `${roughMoney(own.today.spentUsdMicros)}${held(own.today.reservedUsdMicros)}`],
    ["This month", `${roughMoney(own.month.spentUsdMicros)}${held(own.month.reservedUsdMicros)}`]
  ])
  list(budgets, own.budgets, {
    keyOf: ({ budget }) => budget,
    make: ({ budget }) => makeBar(`Budget of ${budgetNames[budget].toLowerCase()}`),
    update: (node, { budget, committedUsdMicros, freesAt, limitUsdMicros }) => {
      const text = `${roughMoney(committedUsdMicros)} of ${roughMoney(limitUsdMicros)}`
      setText(part(node, "name"), budgetNames[budget])
      setText(part(node, "value"), text)
      fillMeter(part(node, "meter"), committedUsdMicros, limitUsdMicros, text)
      setText(part(node, "more"), freesAt === null ? "" : `begins anew ${ahead(freesAt, at)}`)
    },
    empty: "No budget is set. LUDENG_BUDGET_PER_DAY sets one for a day."
  })
}

/** Reasons, the most frequent first. */
export const showReasons = (container, { reasons }) => {
  const most = Math.max(1, ...reasons.map(({ count: number }) => number))
  list(container, reasons.slice(0, 10), {
    keyOf: ({ family, reason }) => `${family} ${reason}`,
    make: ({ reason }) => {
      const row = makeBar(words(reason))
      row.classList.add("reason")
      row.querySelector(".meter").classList.add("plain")
      return row
    },
    update: (node, { count: number, family, reason }) => {
      setText(part(node, "name"), words(reason))
      setText(part(node, "value"), count(number))
      fillMeter(part(node, "meter"), number, most, count(number))
      setText(part(node, "more"), family === "Rejection" ? "refused by ourselves" : "")
    },
    empty: "Nothing has failed since the start."
  })
}

/** Retries and the cache. */
export const showTotals = (container, { cache, totals }) => {
  const lookups = cache.hits + cache.staleHits + cache.misses
  pairs(container, [
    ["Calls", `${count(totals.calls)}, ${count(totals.failed)} failed`],
    ["Retries", count(totals.retries)],
    ["Rescued by a retry", count(totals.rescued)],
    ["Given up", count(totals.givenUp)],
    ["Made again by hand", `${count(totals.byHand.begun)}, ${count(totals.byHand.rescued)} rescued`],
    [
      "Cache hits",
      lookups === 0 ? "no look-up yet" : `${count(cache.hits)} of ${count(lookups)} (${percent(cache.hits / lookups)})`
    ],
    ["Stale answers", count(cache.staleHits)]
  ])
}
