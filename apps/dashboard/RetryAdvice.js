/**
 * What the page says of the retry of a failed call: whether there is a button, what it costs, and what to do where the
 * server would refuse it. Pure. The rule is the server's: it sends its `refusal` and the price with each failed call.
 */
import { atMost, interval, words } from "./Format.js"

const obstacles = {
  PromptMissing: "Its prompt was not kept: retry it with `ludeng failures retry ID --prompt …`.",
  RequestMissing: "What it asked for is no longer known: it can not be made again.",
  AlreadyRescued: "It was rescued already.",
  Discarded: "It was discarded.",
  JobLivesOn: "Its job lives on: see the jobs.",
  PictureStored: "Its picture has come since: see the jobs."
}

/** Nobody knows whether the first try was paid: a retry has to be forced, and its price confirmed. */
const needsForce = (refusal) => refusal === "OutcomeUnknown" || refusal === "PriceNotConfirmed"

/** The setting that gives a call of the kind its price. */
const priceSettingOf = (kind) => (kind === "Enhancement" ? "LUDENG_PRICES" : "NANOBANANA_PRICE_UPPER_BOUND")

const barred = (note) => ({ canRetry: false, note })

const mostOf = (usdMicros) => (usdMicros === 0 ? "free" : `up to ${atMost(usdMicros)}`)

/**
 * The advice on a letter. `hasBudget`: whether any budget holds for it; a call without a price is refused then.
 *
 * With `canRetry` there are the `label` of the button, the `question` that is asked first, the `priceText`, the word to
 * `confirm` with, and the `body` of the request. A `note` stands beside the letter; it is empty where there is nothing to say.
 */
export const retryAdvice = ({ kind, price, refusal }, hasBudget) => {
  const usdMicros = price?.highest.usdMicros ?? null
  const setting = priceSettingOf(kind)
  if (needsForce(refusal)) {
    if (usdMicros === null) {
      return barred(
        `Nobody knows whether the first try was paid, and a retry has no price to confirm. Set ${setting}: then it can be retried here.`
      )
    }
    return {
      canRetry: true,
      note: "Nobody knows whether the first try was paid.",
      label: `Retry · ${mostOf(usdMicros)}`,
      question:
        "Nobody knows whether the provider has accepted, and charged, the first try. Look into its account first: a retry is a new purchase, and may pay twice.",
      priceText: interval(price),
      confirm: `Pay again, ${mostOf(usdMicros)}`,
      body: { force: true, confirmedUsdMicros: usdMicros }
    }
  }
  if (refusal !== null) return barred(obstacles[refusal] ?? words(refusal))
  if (usdMicros === null && price !== null && hasBudget) {
    return barred(`Its price is not known, and a budget is set: set ${setting}, then it can be retried here.`)
  }
  const question = "The call is made once more, with the limits, circuits and budgets of now."
  const common = { canRetry: true, note: "", question, body: {} }
  if (usdMicros === null) {
    return {
      ...common,
      label: "Retry · price not known",
      priceText: price === null ? "can not be told now" : `not known: ${setting} sets it`,
      confirm: "Retry, price not known"
    }
  }
  return {
    ...common,
    label: `Retry · ${mostOf(usdMicros)}`,
    priceText: interval(price),
    confirm: usdMicros === 0 ? "Retry for free" : `Retry for ${mostOf(usdMicros)}`
  }
}
