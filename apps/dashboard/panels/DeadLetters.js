/**
 * Failed calls that wait for somebody. A retry is a purchase: it says what it costs, and asks first.
 */
import { byId, element, list, pairs, part, setAttribute, setText } from "../Dom.js"
import { ago, atMost, instant, interval, words } from "../Format.js"

const refusalWords = {
  PromptMissing: "Its prompt was not kept: retry it with `ludeng failures retry ID --prompt …`.",
  RequestMissing: "What it asked for is no longer known: it can not be made again.",
  AlreadyRescued: "It was rescued already.",
  Discarded: "It was discarded.",
  JobLivesOn: "Its job lives on: see the jobs.",
  PictureStored: "Its picture has come since: see the jobs."
}

const needsForce = (refusal) => refusal === "OutcomeUnknown" || refusal === "PriceNotConfirmed"

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
      element("p", { class: "muted", "data-part": "refusal" })
    ),
    button
  )
  node.letter = letter
  button.addEventListener("click", () => ask(node.letter, button))
  return node
}

/** What a retry says before it is made. */
const question = ({ id, kind, outcome, price, refusal }) => ({
  text: needsForce(refusal)
    ? "Nobody knows whether the provider has accepted, and charged, the first try. A retry is a new purchase, and may pay twice."
    : "The call is made once more, with the limits, circuits and budgets of now.",
  facts: [
    ["Price of the retry", price === null ? "can not be told now" : interval(price)],
    ["Outcome of the first try", words(outcome)],
    ["Call", words(kind)],
    ["Id", id]
  ],
  confirm:
    price === null || price.highest.usdMicros === null
      ? "Retry without a known price"
      : `Retry ${price.highest.usdMicros === 0 ? "for free" : `for ${mostOf(price)}`}`
})

const mostOf = ({ highest }) => (highest.usdMicros === 0 ? "free" : `up to ${atMost(highest.usdMicros)}`)

const bodyOf = ({ price, refusal }) =>
  needsForce(refusal) ? { force: true, confirmedUsdMicros: price?.highest.usdMicros ?? 0 } : {}

const problemOf = async (response) => {
  const problem = await response.json().catch(() => ({}))
  const said = [problem.reason, problem.title, problem.detail].find((it) => typeof it === "string")
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

  const retry = async (letter) => {
    running.add(letter.id)
    tell(`Retrying ${letter.id} …`, null)
    try {
      const response = await fetch(`/v1/failures/${encodeURIComponent(letter.id)}/retry`, {
        method: "POST",
        headers: { ...headers(), "content-type": "application/json" },
        body: JSON.stringify(bodyOf(letter))
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

  const ask = (letter, button) => {
    if (running.has(letter.id)) return
    asked = { letter, button }
    const { confirm, facts, text } = question(letter)
    setText(byId("retry-text"), text)
    pairs(byId("retry-facts"), facts)
    setText(byId("retry-confirm"), confirm)
    setText(byId("retry-warning"), letter.price === null ? "Its price is not known: a budget would refuse it." : "")
    dialog.showModal()
    byId("retry-cancel").focus()
  }

  byId("retry-cancel").addEventListener("click", () => dialog.close())
  byId("retry-confirm").addEventListener("click", () => {
    const { letter } = asked
    dialog.close()
    // The row goes when its retry succeeds: the heading of its list stays.
    byId("letters-title").focus()
    retry(letter)
  })
  dialog.addEventListener("close", () => {
    if (document.activeElement === document.body) asked?.button.focus()
  })

  return ({ at, deadLetters }) =>
    list(container, deadLetters, {
      keyOf: ({ id }) => id,
      make: (letter) => makeLetter(letter, ask),
      update: (node, letter) => {
        node.letter = letter
        const { attempts, failedAt, id, kind, operation, outcome, price, provider, reason, refusal, retriesByHand } =
          letter
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
        const isBarred = refusal !== null && !needsForce(refusal)
        setText(part(node, "refusal"), isBarred ? (refusalWords[refusal] ?? words(refusal)) : "")
        const button = part(node, "retry")
        const isRunning = running.has(id)
        const label = isRunning ? "Retrying …" : price === null ? "Retry …" : `Retry · ${mostOf(price)}`
        setText(button, label)
        setAttribute(button, "aria-label", `${label} (${kind.toLowerCase()} ${id})`)
        setAttribute(button, "aria-disabled", isRunning ? "true" : null)
        button.hidden = isBarred
      },
      empty: "None: no failed call waits for anybody."
    })
}
