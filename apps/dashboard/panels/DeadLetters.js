/**
 * Failed calls that wait for somebody. A retry is a purchase: it says what it costs, and asks first.
 */
import { byId, element, list, pairs, part, setAttribute, setText } from "../Dom.js"
import { ago, instant, words } from "../Format.js"
import { retryAdvice } from "../RetryAdvice.js"

const makeLetter = (letter, ask) => {
  const button = element("button", { type: "button", "data-part": "retry" })
  const node = element(
    "li",
    { class: "letter" },
    element(
      "div",
      { class: "letter-facts" },
      element(
        "p",
        {},
        element("strong", { "data-part": "reason" }),
        " ",
        element("span", { class: "muted", "data-part": "what" })
      ),
      element(
        "p",
        { class: "muted" },
        element("span", { "data-part": "more" }),
        " · ",
        element("time", { "data-part": "age" })
      ),
      element("p", { class: "muted", "data-part": "note" })
    ),
    button
  )
  button.addEventListener("click", () => ask(node, button))
  return node
}

/** What the server says against it, in its own words. */
const problemOf = async (response) => {
  const problem = await response.json().catch(() => ({}))
  const said = [problem.detail, problem.title, problem.reason].find((it) => typeof it === "string" && it !== "")
  return said ?? `the server answered ${response.status}`
}

/** Makes the panel; the answer brings it up to date. `headers` gives those of a request, `onUnauthorized` asks for a token. */
export const makeDeadLetters = (container, headers) => {
  const dialog = byId("retry-dialog")
  const running = new Set()
  let asked = null

  const tell = (text, tone) => {
    setText(byId("letters-outcome"), text)
    setAttribute(byId("letters-outcome"), "data-tone", tone)
  }

  const retry = async (letter, body) => {
    running.add(letter.id)
    tell(`Retrying ${letter.id} …`, null)
    try {
      const response = await fetch(`/v1/failures/${encodeURIComponent(letter.id)}/retry`, {
        method: "POST",
        headers: { ...headers(), "content-type": "application/json" },
        body: JSON.stringify(body)
      })
      if (response.ok) tell(`The retry of ${letter.id} succeeded.`, "good")
      else tell(`The retry of ${letter.id} failed: ${await problemOf(response)}.`, "bad")
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      tell(
        `The server did not answer: nobody knows what became of the retry of ${letter.id}. It shows here once it is known.`,
        "bad"
      )
    } finally {
      running.delete(letter.id)
    }
  }

  const ask = (node, button) => {
    const { letter } = node
    if (running.has(letter.id)) return
    const { confirm, priceText, question } = node.advice
    asked = { letter, button, body: node.advice.body }
    setText(byId("retry-text"), question)
    pairs(byId("retry-facts"), [
      ["Price of the retry", priceText],
      ["Outcome of the first try", words(letter.outcome)],
      ["Call", words(letter.kind)],
      ["Id", letter.id]
    ])
    setText(byId("retry-confirm"), confirm)
    dialog.showModal()
    byId("retry-cancel").focus()
  }

  byId("retry-cancel").addEventListener("click", () => dialog.close())
  byId("retry-confirm").addEventListener("click", () => {
    const { body, letter } = asked
    dialog.close()
    // The row goes when its retry succeeds: the heading of its list stays.
    byId("letters-title").focus()
    retry(letter, body)
  })
  dialog.addEventListener("close", () => {
    if (document.activeElement === document.body) asked?.button.focus()
  })

  return ({ at, deadLetters, money }) =>
    list(container, deadLetters, {
      keyOf: ({ id }) => id,
      make: (letter) => makeLetter(letter, ask),
      update: (node, letter) => {
        node.letter = letter
        const { attempts, failedAt, id, kind, operation, outcome, provider, reason, retriesByHand } = letter
        node.advice = retryAdvice(letter, money.budgets.length > 0)
        const { canRetry, note } = node.advice
        setText(part(node, "reason"), words(reason))
        setText(
          part(node, "what"),
          [kind.toLowerCase(), provider === null ? null : `at ${provider} ${operation ?? ""}`.trim()]
            .filter((it) => it !== null)
            .join(" ")
        )
        setText(
          part(node, "more"),
          [
            `${attempts} ${attempts === 1 ? "attempt" : "attempts"}`,
            `outcome ${words(outcome).toLowerCase()}`,
            ...(retriesByHand === 0 ? [] : [`${retriesByHand} by hand`])
          ].join(" · ")
        )
        setText(part(node, "age"), ago(failedAt, at))
        setAttribute(part(node, "age"), "title", instant(failedAt))
        setText(part(node, "note"), note)
        const button = part(node, "retry")
        const isRunning = running.has(id)
        const label = isRunning ? "Retrying …" : (node.advice.label ?? "")
        setText(button, label)
        setAttribute(button, "aria-label", `${label} (${kind.toLowerCase()} ${id})`)
        setAttribute(button, "aria-disabled", isRunning ? "true" : null)
        button.hidden = !canRetry
      },
      empty: "None: no failed call waits for anybody."
    })
}
