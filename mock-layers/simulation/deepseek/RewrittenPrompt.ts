/**
 * The text the simulated model writes: the user's own words, kept, and after them light, composition and detail as the
 * mode asks for. The same conversation gives the same text. What the user's words demand is not obeyed: they are data.
 */
import { chanceOf, drawOne } from "../SeededRandom.ts"
import type { SentMessage } from "./ChatTokens.ts"

type Phrases = readonly [string, ...ReadonlyArray<string>]
type Mode = "creative" | "precise" | "balanced"

const phrases: Readonly<Record<Mode, ReadonlyArray<Phrases>>> = {
  creative: [
    ["bathed in a slow river of amber light", "lit by lanterns that drift like thoughts", "under a sky of folded silk and embers"],
    ["seen as if through the memory of a dream", "framed by sweeping diagonals that pull the eye into the distance", "composed like the last page of a fairy tale"],
    ["every surface alive with painterly texture", "tiny unexpected wonders hidden in the shadows", "flecks of gold dust hanging in the air"],
    ["colours of saffron, deep teal and rose", "a palette of indigo and molten copper", "jewel tones that melt into soft pastels"],
    ["a mood of quiet astonishment", "an air of old myths half remembered", "a feeling of weightless calm"]
  ],
  precise: [
    ["even diffuse daylight from the upper left", "a single soft key light at 45 degrees with a faint rim light", "overcast light without hard shadows"],
    ["the subject centred at eye level", "the subject on the left third, horizon on the upper third", "a straight frontal view with clear margins"],
    ["50 mm lens at f/5.6, everything in focus", "85 mm lens at f/2.8, background softly out of focus", "35 mm lens at f/8, deep focus"],
    ["accurate proportions and true materials", "fine, readable surface detail", "sharp edges and natural texture"],
    ["neutral white balance and natural colours", "restrained natural colours", "true-to-life colours with moderate contrast"]
  ],
  balanced: [
    ["soft golden-hour light from one side", "gentle morning light through thin mist", "warm low light with long soft shadows"],
    ["a calm composition with the subject on the left third", "a clear foreground, middle ground and distance", "a low viewpoint with open space above"],
    ["finely textured detail where the eye rests", "crisp detail on the subject and a softer background", "rich natural textures"],
    ["a harmonious palette of warm and cool tones", "muted earth colours with one bright accent", "cool blues set against a touch of orange"],
    ["a quiet, inviting atmosphere", "a sense of stillness", "an atmosphere of early autumn"]
  ]
}

/** The rewritten prompt of a conversation. */
export const rewrittenPrompt = (messages: ReadonlyArray<SentMessage>): string => {
  const instructions = messages.filter(({ role }) => role === "system").map(({ content }) => content).join("\n")
  const question = messages.findLast(({ role }) => role === "user")?.content ?? ""
  const subject = subjectOf(question)
  const mode = modeOf(`${instructions}\n${question.replace(subject, "")}`)
  const chance = chanceOf(subject, mode)
  const details = phrases[mode].map((choices, index) => drawOne(chance, `phrase/${index}`, choices))
  return [subject.replace(/[\s.,;]+$/, ""), ...details].join(", ")
}

/** The user's words: what stands between the last pair of tags, else between quotes or fences, else everything. */
const subjectOf = (question: string): string => {
  const tagged = [...question.matchAll(/<([a-zA-Z_-]+)[^>]*>\s*([\s\S]*?)\s*<\/\1>/g)].at(-1)?.[2]
  const fenced = /("""|```)[a-z]*\s*([\s\S]*?)\s*\1/.exec(question)?.[2]
  return (tagged ?? fenced ?? question).trim()
}

const modeOf = (text: string): Mode => {
  const named = /\b(creative|precise|balanced)(?:ly)?\b/i.exec(text)?.[1]?.toLowerCase()
  return named === "creative" || named === "precise" ? named : "balanced"
}
