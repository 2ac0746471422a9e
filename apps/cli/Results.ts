/**
 * What a command found, as the object `--json` prints and as lines for a person. Pure.
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import type { Enhancement } from "../../schemas/Enhancement.ts"
import type { Illustration } from "../../schemas/Illustration.ts"
import type { GeneratedImage } from "../../schemas/Image.ts"
import type { Cost } from "../../schemas/Money.ts"
import { Provenance } from "../../schemas/Provenance.ts"
import { localTemplateModel } from "../../src/enhancement/LocalTemplate.ts"
import type { Policies } from "./Policies.ts"
import { bytesText, costText, plainText, secondsText } from "./Text.ts"

/** Both forms of a result. `provenance` is that of its parts, by name, `null` where there is none. */
export interface ResultReport {
  readonly json: object
  readonly lines: ReadonlyArray<string>
  readonly provenance: ProvenanceNames
}

/** Where the rewritten prompt and the picture came from. */
export interface ProvenanceNames {
  readonly enhanced: Provenance["_tag"] | null
  readonly image: Provenance["_tag"] | null
}

/** The object that `--json` prints for a run: what came of it, and what the policies decided on the way. */
export const withPolicies = (json: object, policies: Policies, provenance: ProvenanceNames): object => ({
  ...json,
  policies: { ...policies, provenance }
})

/** **Units** `elapsedMillis` milliseconds; `attempts` counts requests, polls and download included. */
interface Whole {
  readonly callId: string
  readonly isSimulated: boolean
  readonly prompt: string
  readonly enhanced: Enhancement | null
  readonly image: GeneratedImage | null
  readonly cost: Cost
  readonly attempts: number
  readonly elapsedMillis: number
}

/** The result of `illustrate`. */
export const illustrationResult = (illustration: Illustration): ResultReport =>
  reportOf({
    ...illustration,
    image: illustration.generated,
    elapsedMillis: Duration.toMillis(illustration.elapsed)
  })

/** The result of `enhance`: the same object, without an image. */
export const enhancementResult = (prompt: string, enhancement: Enhancement, elapsedMillis: number): ResultReport =>
  reportOf({ ...enhancement, prompt, enhanced: enhancement, image: null, elapsedMillis })

/** The result of `generate`: the same object, without an enhancement. */
export const imageResult = (prompt: string, image: GeneratedImage, elapsedMillis: number): ResultReport =>
  reportOf({ ...image, prompt, enhanced: null, image, elapsedMillis })

const encodeProvenance = Schema.encodeSync(Schema.toCodecJson(Provenance))

const reportOf = (whole: Whole): ResultReport => ({
  provenance: {
    enhanced: whole.enhanced?.provenance._tag ?? null,
    image: whole.image?.provenance._tag ?? null
  },
  json: {
    callId: whole.callId,
    mode: modeOf(whole),
    prompt: whole.prompt,
    enhanced:
      whole.enhanced === null
        ? null
        : { prompt: whole.enhanced.prompt, provenance: encodeProvenance(whole.enhanced.provenance) },
    image: whole.image === null ? null : imageJson(whole.image),
    costUsdMicros: whole.cost.usdMicros,
    attempts: whole.attempts,
    elapsedMillis: Math.round(whole.elapsedMillis)
  },
  lines: [
    ...(whole.enhanced === null ? [] : enhancementLines(whole.enhanced)),
    ...(whole.image === null ? [] : imageLines(whole.image)),
    row("cost", whole.isSimulated ? "nothing (simulated)" : spentText(whole.cost)),
    row("time", `${secondsText(whole.elapsedMillis)}, ${whole.attempts} request${whole.attempts === 1 ? "" : "s"}`),
    row("mode", modeOf(whole)),
    row("call", whole.callId)
  ]
})

const imageJson = ({ deviations, image, model, provenance }: GeneratedImage) => ({
  path: image.path,
  sha256: image.sha256,
  bytes: image.bytes,
  width: image.width,
  height: image.height,
  format: image.format,
  model,
  provenance: encodeProvenance(provenance),
  // Only where something was asked that was not given: a program that reads the object must not miss it.
  ...(deviations.length === 0 ? {} : { deviations })
})

const modeOf = ({ isSimulated }: Whole): "simulated" | "live" => (isSimulated ? "simulated" : "live")

const spentText = (cost: Cost): string => (cost.usdMicros === null ? "unknown" : costText(cost))

const row = (name: string, value: string): string => `${name.padEnd(9)} ${value}`

const because = ({ mode, reason }: Extract<Provenance, { readonly _tag: "Stale" | "Degraded" }>): string =>
  `because of ${reason}${mode === undefined ? "" : `, in mode ${mode}`}`

const origin = (provenance: Provenance): string => {
  switch (provenance._tag) {
    case "Live":
      return ""
    case "Cached":
      return `cached ${Duration.format(provenance.age)} ago`
    case "Stale":
      return `stale, made ${Duration.format(provenance.age)} ago, ${because(provenance)}`
    case "OtherProvider":
      return `by ${provenance.provider}, because of ${provenance.reason}`
    case "Degraded":
      return `degraded, ${because(provenance)}`
  }
}

const enhancementLines = (enhanced: Enhancement): ReadonlyArray<string> => {
  const { model, provenance } = enhanced
  const notes = [
    provenance._tag === "Degraded"
      ? `${model === localTemplateModel ? "by the local template" : "not enhanced"}, ${because(provenance)}`
      : origin(provenance),
    enhanced.shortened ? "cut to what the image provider takes" : ""
  ].filter((note) => note !== "")
  return [row("prompt", plainText(enhanced.prompt)), ...notes.map((note) => row("", `(${note})`))]
}

const imageLines = ({ image, model, provenance, deviations }: GeneratedImage): ReadonlyArray<string> => [
  row("image", image.path),
  row("", `${image.width} x ${image.height} ${image.format}, ${bytesText(image.bytes)}, ${plainText(model)}`),
  ...deviations.map(({ field, asked, given }) => row("", `(${field}: asked ${asked}, given ${given})`)),
  ...(origin(provenance) === "" ? [] : [row("", `(${origin(provenance)})`)])
]
