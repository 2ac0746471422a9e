/**
 * An image job, as its owner sees it over HTTP.
 */
import * as Schema from "effect/Schema"
import { Enhancement } from "../Enhancement.ts"
import { CallId, IdempotencyKey, JobId, ProviderJobId } from "../Identifiers.ts"
import { ImageParameters } from "../Image.ts"
import { HeldBack, StandIn } from "../Job.ts"
import { JobActionName, JobMoneyName, JobStateName } from "../JobNames.ts"
import { Cost } from "../Money.ts"
import { ImageProtocolName } from "../Provider.ts"
import { ReasonTag } from "../Reason.ts"
import { PictureLink } from "./Results.ts"

/**
 * The job. `meaning` says in a sentence what its state means, `actions` what can be done about it, the best first;
 * `image` is there once it is `Stored`, `reason` once it has `Failed`. **Units** instants in milliseconds since 1970.
 */
export const JobView = Schema.Struct({
  id: JobId,
  callId: CallId,
  state: JobStateName,
  isFinal: Schema.Boolean,
  meaning: Schema.String,
  actions: Schema.Array(JobActionName),
  prompt: Schema.String,
  parameters: Schema.optionalKey(ImageParameters),
  enhanced: Schema.optionalKey(Enhancement),
  idempotencyKey: Schema.optionalKey(IdempotencyKey),
  heldBack: Schema.optionalKey(HeldBack),
  reason: Schema.optionalKey(ReasonTag),
  image: Schema.optionalKey(PictureLink),
  providerJobId: Schema.optionalKey(ProviderJobId),
  protocol: ImageProtocolName,
  model: Schema.String,
  standIn: Schema.optionalKey(StandIn),
  money: JobMoneyName,
  price: Cost,
  attempts: Schema.Int,
  createdAt: Schema.Int,
  updatedAt: Schema.Int
})
export interface JobView extends Schema.Schema.Type<typeof JobView> {}
