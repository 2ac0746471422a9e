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

/** The providers, and what of our own can not be used. */
const standingsOf = ({ providers, troubles }) => [
  ...providers.map(({ provider, reason, since, status }) => ({ name: provider, status, why: words(reason), since })),
  ...troubles.map(({ part, problem, since }) => ({ name: part, status: "Trouble", why: problem, since }))
]

const worstFirst = (alerts) =>
  alerts.toSorted((left, right) => Number(right.severity === "critical") - Number(left.severity === "critical"))

/** Brings the panel up to date. */
export const showHealth = ({ alerts, at, health }) => {
  list(byId("health"), standingsOf(health), {
    keyOf: ({ name }) => name,
    make: makeRow,
    update: (node, { name, since, status, why }) =>
      show(node, status, healthTones[status] ?? "bad", name, `${why}, since ${span(at - since)}`)
  })
  list(byId("modes"), health.degradedModes, {
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
  list(byId("alerts"), worstFirst(alerts), {
    keyOf: ({ name, subject }) => `${name} ${subject}`,
    make: makeRow,
    update: (node, { message, severity, since }) =>
      show(node, severity, severity === "critical" ? "bad" : "warn", message, `since ${span(at - since)}`),
    empty: "None."
  })
  // Said aloud when it comes or gets worse; its numbers, which change with every snapshot, are not.
  list(byId("alert-strip"), alerts, {
    keyOf: ({ name, subject }) => `${name} ${subject}`,
    make: () => element("p"),
    update: (node, { name, severity, subject }) =>
      setText(node, `${words(severity)}: ${words(name).toLowerCase()}, ${subject}`)
  })
}
