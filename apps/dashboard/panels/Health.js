/**
 * How the providers are, in which modes less is served, and what calls for somebody.
 */
import { byId, element, list, part, setAttribute, setText } from "../Dom.js"
import { span, words } from "../Format.js"

const makeRow = () =>
  element(
    "li",
    { class: "status-row" },
    element("span", { class: "pill", "data-part": "state" }),
    element("span", { "data-part": "name" }),
    element("small", { "data-part": "more" })
  )

const show = (node, state, tone, name, more) => {
  setText(part(node, "state"), state)
  setAttribute(part(node, "state"), "data-tone", tone)
  setText(part(node, "name"), name)
  setText(part(node, "more"), more)
}

const healthTones = { Healthy: "good", Degraded: "warn", Down: "bad", Unknown: "idle" }

const providersOf = ({ accounts, health }) =>
  health?.providers?.map(({ provider, reason, since, status }) => ({
    name: provider,
    status,
    reason: reason ?? null,
    since: since ?? null
  })) ??
  accounts.map(({ account, operations }) => {
    const worst = operations.find(({ circuit }) => circuit.state !== "Closed")
    return {
      name: account,
      status:
        worst === undefined
          ? "Healthy"
          : worst.circuit.state === "Ramping" || worst.circuit.state === "HalfOpen"
            ? "Degraded"
            : "Down",
      reason: worst === undefined ? null : `circuit of ${worst.operation} ${words(worst.circuit.state).toLowerCase()}`,
      since: worst?.circuit.since ?? null
    }
  })

const sinceText = (since, at) => (since === null ? "" : `since ${span(at - since)}`)

/** Brings the panel up to date. */
export const showHealth = (report) => {
  const { at, modes } = report
  list(byId("health"), providersOf(report), {
    keyOf: ({ name }) => name,
    make: makeRow,
    update: (node, { name, reason, since, status }) =>
      show(
        node,
        status,
        healthTones[status] ?? "warn",
        name,
        [reason === null ? "" : words(reason), sinceText(since, at)].filter((it) => it !== "").join(", ")
      )
  })
  list(byId("modes"), modes, {
    keyOf: ({ mode }) => mode,
    make: makeRow,
    update: (node, { by, mode, reason, since }) =>
      show(
        node,
        by === "hand" ? "by hand" : "by rule",
        "warn",
        words(mode),
        `${words(reason)}, since ${span(at - since)}`
      ),
    empty: "None: everything is served."
  })
  const alerts = report.alerts ?? []
  list(byId("alerts"), alerts, {
    keyOf: ({ name, subject }) => `${name} ${subject}`,
    make: makeRow,
    update: (node, { message, severity, since }) =>
      show(node, severity, severity === "critical" ? "bad" : "warn", message, sinceText(since, at)),
    empty: "None."
  })
  // Said aloud when it comes or gets worse; its numbers, which change with every snapshot, are not.
  list(byId("alert-strip"), alerts, {
    keyOf: ({ name, subject }) => `${name} ${subject}`,
    make: () => element("p", { class: "alert" }),
    update: (node, { name, severity, subject }) => {
      setAttribute(node, "data-tone", severity === "critical" ? "bad" : "warn")
      setText(node, `${words(severity)}: ${words(name).toLowerCase()}, ${subject}`)
    }
  })
}
