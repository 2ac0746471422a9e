/**
 * The doors: for each account its slots, for each operation its circuit, its limits as they fill, and who waits.
 */
import { element, fillMeter, list, makeMeter, part, setAttribute, setText } from "../Dom.js"
import { ahead, count, span } from "../Format.js"

const accountNames = {
  deepseek: "DeepSeek",
  nanobanana: "nanobanana",
  "nanobanana-fallback": "nanobanana, second provider"
}

const circuitWords = { Closed: "closed", Open: "open", HalfOpen: "half-open", Ramping: "ramping", Isolated: "isolated" }
const circuitTones = { Closed: "good", Open: "bad", HalfOpen: "warn", Ramping: "warn", Isolated: "bad" }

const columns = ["Operation", "Circuit", "Limits", "Waiting", "On the wire", "Last minute", "p50", "p99"]

const cell = (name, label) => element("td", { role: "cell", "data-part": name, "data-label": label })

const makeRow = ({ operation }) =>
  element(
    "tr",
    { role: "row" },
    element("th", { role: "rowheader", scope: "row" }, operation),
    element(
      "td",
      { role: "cell", "data-label": "Circuit" },
      element("span", { class: "pill", "data-part": "circuit" }),
      element("small", { "data-part": "circuit-when" })
    ),
    element("td", { role: "cell", "data-label": "Limits" }, element("div", { class: "tiers", "data-part": "tiers" })),
    element(
      "td",
      { role: "cell", "data-label": "Waiting" },
      element("span", { "data-part": "waiting" }),
      element("small", { "data-part": "oldest" })
    ),
    cell("flight", "On the wire"),
    element(
      "td",
      { role: "cell", "data-label": "Last minute" },
      element(
        "div",
        { class: "last-minute" },
        element("span", { "data-part": "calls" }),
        element("small", { "data-part": "failed", "data-tone": "bad" })
      )
    ),
    cell("p50", "p50"),
    cell("p99", "p99")
  )

const circuitWhen = ({ since, until }, now) => {
  if (until !== null) return `tries again ${ahead(until, now)}`
  return since === null ? "" : `since ${span(now - since)}`
}

const updateTier = (node, { freesAt, limit, used, windowMillis }, now) => {
  const text = `${count(used)} of ${count(limit)} in ${span(windowMillis)}`
  fillMeter(part(node, "meter"), used, limit, text)
  setText(part(node, "text"), `${count(used)} / ${count(limit)}`)
  setText(part(node, "window"), freesAt === null ? `per ${span(windowMillis)}` : `frees ${ahead(freesAt, now)}`)
}

const makeTier = (operation) => {
  const meter = makeMeter(`Limit of ${operation}`)
  meter.dataset.part = "meter"
  return element(
    "div",
    { class: "tier" },
    meter,
    element("span", { "data-part": "text" }),
    element("small", { "data-part": "window" })
  )
}

const waitingWords = ({ high, low, normal }) => {
  const all = [
    [high, "high"],
    [normal, "normal"],
    [low, "low"]
  ].filter(([number]) => number > 0)
  return all.length === 0 ? "0" : all.map(([number, name]) => `${count(number)} ${name}`).join(", ")
}

const updateRow = (row, { circuit, inFlight, lastMinute, operation, pausedUntil, queue, tiers }, now) => {
  const state = part(row, "circuit")
  setText(state, circuitWords[circuit.state])
  setAttribute(state, "data-tone", circuitTones[circuit.state])
  setText(part(row, "circuit-when"), circuitWhen(circuit, now))
  list(part(row, "tiers"), tiers, {
    keyOf: ({ windowMillis }) => windowMillis,
    make: () => makeTier(operation),
    update: (node, tier) => updateTier(node, tier, now),
    empty: "no limit"
  })
  setText(part(row, "waiting"), waitingWords(queue))
  const waits = queue.high + queue.normal + queue.low > 0
  const pause = pausedUntil === null ? "" : `paused, goes on ${ahead(pausedUntil, now)}`
  setText(part(row, "oldest"), waits ? `longest ${span(queue.oldestWaitMillis)}` : pause)
  setText(part(row, "flight"), count(inFlight))
  setText(part(row, "calls"), count(lastMinute.calls))
  setText(part(row, "failed"), lastMinute.failed === 0 ? "" : `${count(lastMinute.failed)} failed`)
  setText(part(row, "p50"), span(lastMinute.p50Millis))
  setText(part(row, "p99"), span(lastMinute.p99Millis))
  const isIdle = lastMinute.calls === 0 && inFlight === 0 && !waits && circuit.state === "Closed"
  setAttribute(row, "data-idle", isIdle ? "" : null)
  // On a narrow page a row that was never busy is one line; once it was, it keeps its height.
  if (!isIdle) row.setAttribute("data-used", "")
}

const makeAccount = ({ account }) => {
  const id = `account-${account}`
  const slots = makeMeter(`Slots of ${accountNames[account]} in use`)
  slots.dataset.part = "slots"
  return element(
    "section",
    { class: "account", "aria-labelledby": id },
    element(
      "header",
      {},
      element("h3", { id }, accountNames[account]),
      element("div", { class: "slots" }, slots, element("span", { "data-part": "slots-text" }))
    ),
    element(
      "table",
      { role: "table", "aria-labelledby": id },
      element(
        "thead",
        { role: "rowgroup" },
        element(
          "tr",
          { role: "row" },
          ...columns.map((name) => element("th", { role: "columnheader", scope: "col" }, name))
        )
      ),
      element("tbody", { role: "rowgroup", "data-part": "operations" })
    )
  )
}

/** Brings the panel up to date. */
export const showAccounts = (container, { accounts, at }) =>
  list(container, accounts, {
    keyOf: ({ account }) => account,
    make: makeAccount,
    update: (node, { operations, slots, slotsInUse }) => {
      const text = `${count(slotsInUse)} of ${count(slots)} slots in use`
      fillMeter(part(node, "slots"), slotsInUse, slots, text)
      setText(part(node, "slots-text"), text)
      list(part(node, "operations"), operations, {
        keyOf: ({ operation }) => operation,
        make: makeRow,
        update: (row, operation) => updateRow(row, operation, at)
      })
    }
  })
