/**
 * Trap 5: `Retry-After` in its many forms: taken without a floor or a ceiling, misread, or followed by all at once.
 */
import { median } from "../../report/Statistics.ts"
import { callers, callerText, type HintForm, hintForms, serveHints } from "../RetryAfter.ts"
import { millisText, pause } from "../Running.ts"
import { type Check, type Trap, verdictOfParts } from "../Trap.ts"

type Part = Parameters<typeof verdictOfParts>[0][number]

/** Opens a client on a base URL; it asks with a text in its request. Absent where it is not there. */
type OpenClient = (baseUrl: string) => Promise<(text: string) => Promise<unknown>>

const watched = 4_000
const spread = 30

interface Asked {
  readonly form: HintForm
  readonly settled: () => number
}

const ask = async (form: HintForm, url: string, open: OpenClient): Promise<Asked> => {
  const call = await open(url)
  let settled = 0
  for (let caller = 0; caller < callers; caller++) {
    const end = () => void (settled += 1)
    call(callerText(caller)).then(end, end)
  }
  return { form, settled: () => settled }
}

/** Whoever does not ask again has been told so: a retry budget may say no, but nobody is left to wait. */
const partOf = ({ form, settled }: Asked, gaps: ReadonlyArray<number>): Part => {
  const waiting = callers - settled()
  if (form.expects === "give up") {
    const figure = `${gaps.length} of ${callers} asked again, ${waiting} still wait`
    return [form.name, gaps.length === 0 && waiting === 0, figure]
  }
  const earliest = gaps.length === 0 ? undefined : Math.min(...gaps)
  const decisive = form.expects === "wait" ? earliest : median(gaps)
  // A few milliseconds of difference between two clocks are forgiven.
  const isKept = waiting === 0 && decisive !== undefined && decisive >= form.floor - 5
  return [form.name, isKept, `${gaps.length} of ${callers} asked again, the first after ${millisText(earliest)}`]
}

const spreadPart = (gaps: ReadonlyArray<number>): Part => {
  const width = gaps.length < 2 ? undefined : Math.max(...gaps) - Math.min(...gaps)
  return ["jitter after the same hint", width !== undefined && width >= spread, `within ${millisText(width)}`]
}

const checkOf =
  (load: () => Promise<OpenClient>): Check =>
  async () => {
    const open = await load()
    const { gaps, url } = await serveHints()
    const asked = await Promise.all(hintForms.map((form) => ask(form, url(form), open)))
    await pause(watched)
    const seconds = hintForms.find((it) => it.name === "1")
    return verdictOfParts([
      ...asked.map((it) => partOf(it, gaps(it.form))),
      spreadPart(seconds === undefined ? [] : gaps(seconds))
    ])
  }

const withoutHint = { cockatiel: "no hint reaches it", opossum: "no retries", bottleneck: "no hint reaches it" }

/** The trap. */
export const retryAfter: Trap = {
  number: 5,
  title: "Retry-After in its many forms",
  question: `Each of ${callers} callers is refused once with 429 and a hint: seconds, a fraction, a date, milliseconds, a date long ago, a negative number, NaN, a day. Kept: nobody asks before the hint; where the hint is worth nothing, not at once either; a day is not waited for but told; whoever does not ask again is told so; and those with the same hint do not come back within ${spread} ms of each other.`,
  checks: {
    ours: checkOf(async () => (await import("../../ours/TrapClient.ts")).openClient),
    Effect: checkOf(async () => (await import("../clients/EffectHttpClient.ts")).openClient),
    openai: checkOf(async () => (await import("../clients/OpenAiSdk.ts")).openClient),
    "axios-retry": checkOf(async () => (await import("../clients/AxiosRetry.ts")).openClient)
  },
  without: { ...withoutHint, "p-queue": "no retries" }
}
