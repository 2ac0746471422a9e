/**
 * The text the simulated model writes: the user's own words, kept, and after them light, composition and detail as the
 * mode asks for. The same conversation gives the same text. What the user's words demand is not obeyed: they are data.
 */
import { fieldOf, jsonOf } from "../Handler.ts"
import { chanceOf, drawOne } from "../SeededRandom.ts"
import type { SentMessage } from "./ChatTokens.ts"

type Phrases = readonly [string, ...ReadonlyArray<string>]
type Mode = "creative" | "precise" | "balanced"

const phrases: Readonly<Record<Mode, ReadonlyArray<Phrases>>> = {
  creative: [
    [
      "bathed in a slow river of amber light",
      "lit by lanterns that drift like thoughts",
      "under a sky of folded silk and embers"
    ],
    [
      "seen as if through the memory of a dream",
      "framed by sweeping diagonals that pull the eye into the distance",
      "composed like the last page of a fairy tale"
    ],
    [
      "every surface alive with painterly texture",
      "tiny unexpected wonders hidden in the shadows",
      "flecks of gold dust hanging in the air"
    ],
    [
      "colours of saffron, deep teal and rose",
      "a palette of indigo and molten copper",
      "jewel tones that melt into soft pastels"
    ],
    ["a mood of quiet astonishment", "an air of old myths half remembered", "a feeling of weightless calm"]
  ],
  precise: [
    [
      "even diffuse daylight from the upper left",
      "a single soft key light at 45 degrees with a faint rim light",
      "overcast light without hard shadows"
    ],
    [
      "the subject centred at eye level",
      "the subject on the left third, horizon on the upper third",
      "a straight frontal view with clear margins"
    ],
    [
      "50 mm lens at f/5.6, everything in focus",
      "85 mm lens at f/2.8, background softly out of focus",
      "35 mm lens at f/8, deep focus"
    ],
    ["accurate proportions and true materials", "fine, readable surface detail", "sharp edges and natural texture"],
    [
      "neutral white balance and natural colours",
      "restrained natural colours",
      "true-to-life colours with moderate contrast"
    ]
  ],
  balanced: [
    [
      "soft golden-hour light from one side",
      "gentle, slightly hazy morning light",
      "warm low light with long soft shadows"
    ],
    [
      "a calm composition with the subject on the left third",
      "a clear foreground, middle ground and distance",
      "a low viewpoint with open space above"
    ],
    [
      "finely textured detail where the eye rests",
      "crisp detail on the subject and a softer background",
      "rich natural textures"
    ],
    [
      "a harmonious palette of warm and cool tones",
      "muted earth colours with one bright accent",
      "cool blues set against a touch of orange"
    ],
    ["a quiet, inviting atmosphere", "a sense of stillness", "an atmosphere of unhurried calm"]
  ]
}

/** The rewritten prompt of a conversation. */
export const rewrittenPrompt = (messages: ReadonlyArray<SentMessage>): string => {
  const { focus, instructions, maximumCharacters, mode, subject, words } = readWishes(messages)
  const chance = chanceOf(subject, mode)
  const chosen = phrases[mode].map((choices, index) => drawOne(chance, `phrase/${index}`, choices))
  const spare = phrases[mode].flat().filter((phrase) => !chosen.includes(phrase))
  const attention = focus.length === 0 ? [] : [`with special care for ${focus.join(", ")}`]
  let text = subject.replace(/[\s.,;]+$/, "")
  for (const phrase of [...attention, ...chosen, ...(words === undefined ? [] : spare)]) {
    const longer = `${text}, ${phrase}`
    if (longer.length > maximumCharacters || (words !== undefined && wordsIn(longer) > words)) break
    text = longer
  }
  return /\bshorter\b/.test(instructions) ? text.slice(0, maximumCharacters) : text
}

interface Wishes {
  readonly subject: string
  readonly focus: ReadonlyArray<string>
  readonly mode: Mode
  readonly instructions: string
  readonly words: number | undefined
  readonly maximumCharacters: number
}

/** Reads a conversation as a model would: what is asked for, and the words that are only the wording of a picture. */
const readWishes = (messages: ReadonlyArray<SentMessage>): Wishes => {
  const system = messages
    .filter(({ role }) => role === "system")
    .map(({ content }) => content)
    .join("\n")
  const question = messages.findLast(({ role }) => role === "user")?.content ?? ""
  const data = jsonOf(question.slice(question.lastIndexOf("\n") + 1))
  const text = fieldOf(data, "text")
  const subject = typeof text === "string" ? text : subjectOf(question)
  const instructions = typeof text === "string" ? question.slice(0, question.lastIndexOf("\n") + 1) : ""
  const focus = fieldOf(data, "focus")
  return {
    subject,
    instructions,
    focus: Array.isArray(focus) ? focus.filter((it) => typeof it === "string") : [],
    mode: modeOf(system),
    words: numberIn(/about (\d+) words/, instructions),
    maximumCharacters: numberIn(/at most (\d+) characters/, instructions) ?? Number.POSITIVE_INFINITY
  }
}

/** The user's words: what stands between the last pair of tags, else between quotes or fences, else everything. */
const subjectOf = (question: string): string => {
  const tagged = [...question.matchAll(/<([a-zA-Z_-]+)>\s*([^<]*?)\s*<\/\1>/g)].at(-1)?.[2]
  const fenced = /("""|```)([^]*?)\1/.exec(question)?.[2]
  return (tagged ?? fenced ?? question).trim()
}

const modeOf = (system: string): Mode => {
  if (/\b(creative|inventive|imaginative)\b/i.test(system)) return "creative"
  return /\b(precise|unambiguous|literal)\b/i.test(system) ? "precise" : "balanced"
}

const numberIn = (pattern: RegExp, text: string): number | undefined => {
  const digits = pattern.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

const wordsIn = (text: string): number => text.split(/\s+/).length

/** Whether a conversation tells that the answer before was not in the agreed form. */
export const isCorrection = (messages: ReadonlyArray<SentMessage>): boolean =>
  messages.some(({ role }) => role === "assistant") || /\blast answer\b/.test(readWishes(messages).instructions)
