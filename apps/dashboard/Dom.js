/**
 * Elements, made and brought up to date in place: what does not change is not touched, so that focus, selection and
 * scrolling stay where they are. All text goes in as text; nothing is ever read as HTML.
 */

/** An element with attributes and children; a child that is a string is text. */
export const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") made.className = value
    else made.setAttribute(key, value)
  }
  made.append(...children)
  return made
}

/** The element of an id. */
export const byId = (id) => document.getElementById(id)

/** Sets a text where it is another. */
export const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text
}

/** Sets an attribute where it is another; `null` removes it. */
export const setAttribute = (node, name, value) => {
  if (value === null) {
    if (node.hasAttribute(name)) node.removeAttribute(name)
  } else if (node.getAttribute(name) !== value) node.setAttribute(name, value)
}

/**
 * Brings a list up to date. Each item has an element of its own under its key, made by `make` and brought up to date by
 * `update`; where there are no items, `empty` says what to do.
 */
export const list = (container, items, { empty, keyOf, make, update }) => {
  const known = (container.ownItems ??= new Map())
  const kept = new Set()
  let before = null
  for (const item of items) {
    const key = keyOf(item)
    kept.add(key)
    let node = known.get(key)
    if (node === undefined) {
      node = make(item)
      known.set(key, node)
    }
    update(node, item)
    const next = before === null ? container.firstChild : before.nextSibling
    if (node !== next) container.insertBefore(node, next)
    before = node
  }
  for (const [key, node] of known) {
    if (kept.has(key)) continue
    known.delete(key)
    node.remove()
  }
  if (empty !== undefined) showEmpty(container, items.length === 0 ? empty : null)
}

const showEmpty = (container, text) => {
  const shown = container.ownEmpty
  if (text === null) {
    shown?.remove()
    container.ownEmpty = undefined
  } else if (shown === undefined) {
    const node = element(container.tagName === "UL" ? "li" : "p", { class: "empty" }, text)
    container.append(node)
    container.ownEmpty = node
  } else setText(shown, text)
}

/** The part of an element with a `data-part`. */
export const part = (node, name) =>
  (node.ownParts ??= {})[name] ?? (node.ownParts[name] = node.querySelector(`[data-part="${name}"]`))

/** Pairs of a term and its value, in a `dl`. */
export const pairs = (container, entries) =>
  list(container, entries, {
    keyOf: ([term]) => term,
    make: ([term]) => element("div", {}, element("dt", {}, term), element("dd", { "data-part": "value" })),
    update: (node, [, value, tone = null]) => {
      setText(part(node, "value"), value)
      setAttribute(part(node, "value"), "data-tone", tone)
    }
  })

/** A bar that fills. `share` from 0 to 1; what it says in words goes to `text`. */
export const makeMeter = (label) =>
  element(
    "div",
    { class: "meter", role: "meter", "aria-label": label, "aria-valuemin": "0" },
    element("span", { class: "fill" })
  )

/** Brings a bar up to date. */
export const fillMeter = (meter, value, maximum, text) => {
  const share = maximum === 0 ? 1 : Math.min(1, value / maximum)
  setAttribute(meter, "aria-valuemax", String(Math.max(maximum, value)))
  setAttribute(meter, "aria-valuenow", String(value))
  setAttribute(meter, "aria-valuetext", text)
  setAttribute(meter, "data-tone", share >= 1 ? "bad" : share >= 0.8 ? "warn" : "good")
  meter.firstChild.style.transform = `scaleX(${share.toFixed(4)})`
}
