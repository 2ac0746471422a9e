/**
 * The newest jobs, with their pictures. A picture that is behind a token can not be an `img` address: it is fetched with
 * the token, and shown from the page's own memory.
 */
import { element, list, part, setAttribute, setText } from "../Dom.js"
import { ago, bytes, cost, instant, words } from "../Format.js"

const tones = {
  Queued: "idle",
  Submitting: "accent",
  Submitted: "accent",
  Running: "accent",
  Stored: "good",
  Failed: "bad",
  Cancelled: "idle",
  OutcomeUnknown: "warn",
  Expired: "bad"
}

const actionWords = {
  resume: "resume",
  cancel: "cancel",
  resolveCharged: "resolve as charged",
  resolveNotCharged: "resolve as not charged",
  acceptLoss: "accept the loss",
  requestAgain: "request again"
}

const makeJob = ({ id }) =>
  element(
    "li",
    { class: "job" },
    element(
      "div",
      { class: "thumb", "data-part": "thumb" },
      element("span", { class: "thumb-empty", "aria-hidden": "true" })
    ),
    element(
      "div",
      { class: "job-facts" },
      element(
        "p",
        { class: "job-head" },
        element("span", { class: "pill", "data-part": "state" }),
        element("code", { title: id }, id)
      ),
      element("p", { "data-part": "meaning" }),
      element(
        "p",
        { class: "muted" },
        element("span", { "data-part": "price" }),
        " · ",
        element("time", { "data-part": "age" }),
        element("span", { "data-part": "more" })
      )
    )
  )

/** Brings the panel up to date. `headers` gives those of a request to the server. */
export const makeJobs = (container, headers) => {
  const loaded = new Map()

  const load = async (node, { id, picture }) => {
    loaded.set(id, null)
    const response = await fetch(picture.path, { headers: headers() }).catch(() => null)
    if (response === null || !response.ok) {
      loaded.delete(id)
      setTimeout(() => node.removeAttribute("data-loading"), 10_000)
      return
    }
    const address = URL.createObjectURL(await response.blob())
    if (!node.isConnected) return URL.revokeObjectURL(address)
    loaded.set(id, address)
    const image = element("img", {
      alt: `Picture of job ${id}`,
      src: address,
      width: "72",
      height: "72"
    })
    part(node, "thumb").replaceChildren(image)
  }

  return ({ at, jobs }) => {
    list(container, jobs, {
      keyOf: ({ id }) => id,
      make: makeJob,
      update: (node, job) => {
        const { actions, createdAt, meaning, picture, price, reason, state } = job
        setText(part(node, "state"), words(state))
        setAttribute(part(node, "state"), "data-tone", tones[state])
        setText(part(node, "meaning"), meaning)
        setText(part(node, "price"), cost(price))
        setText(part(node, "age"), ago(createdAt, at))
        setAttribute(part(node, "age"), "title", instant(createdAt))
        const facts = [
          ...(reason === null ? [] : [words(reason)]),
          ...(picture === null ? [] : [`${picture.width} × ${picture.height} px, ${bytes(picture.bytes)}`]),
          ...(actions.length === 0 || state === "Queued"
            ? []
            : [`can: ${actions.map((it) => actionWords[it]).join(", ")}`])
        ]
        setText(part(node, "more"), facts.map((it) => ` · ${it}`).join(""))
        if (picture !== null && !node.hasAttribute("data-loading")) {
          node.setAttribute("data-loading", "")
          load(node, job)
        }
      },
      empty: "No job yet. POST /v1/images makes one, and so does `ludeng generate`."
    })
    const shown = new Set(jobs.map(({ id }) => id))
    for (const [id, address] of loaded) {
      if (shown.has(id)) continue
      loaded.delete(id)
      if (address !== null) URL.revokeObjectURL(address)
    }
  }
}
