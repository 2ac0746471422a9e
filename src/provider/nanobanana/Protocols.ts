/**
 * The image protocols there are, each put together from the same parts: facts, plan, submit, status, cancel.
 *
 * A new protocol is a folder with these parts, a name in `schemas/Provider`, and a line here; a missing one does not
 * compile.
 */
import * as Effect from "effect/Effect"
import type { ImageProtocolName } from "../../../schemas/Provider.ts"
import { Transport } from "../../transport/Transport.ts"
import type { Exchanges } from "./Ask.ts"
import * as GenericCancel from "./generic/Cancel.ts"
import * as GenericFacts from "./generic/Facts.ts"
import * as GenericPlan from "./generic/Plan.ts"
import * as GenericStatus from "./generic/Status.ts"
import * as GenericSubmit from "./generic/Submit.ts"
import { type ImageProtocol, NanoBanana } from "./NanoBanana.ts"
import * as NanoBananaApiCancel from "./nanobananaapi/Cancel.ts"
import * as NanoBananaApiFacts from "./nanobananaapi/Facts.ts"
import * as NanoBananaApiPlan from "./nanobananaapi/Plan.ts"
import * as NanoBananaApiStatus from "./nanobananaapi/Status.ts"
import * as NanoBananaApiSubmit from "./nanobananaapi/Submit.ts"

const nanobananaapi = (transport: Exchanges): ImageProtocol => ({
  name: "nanobananaapi",
  facts: NanoBananaApiFacts.facts,
  plan: NanoBananaApiPlan.plan,
  submit: NanoBananaApiSubmit.submit(transport),
  status: NanoBananaApiStatus.status(transport),
  cancel: NanoBananaApiCancel.cancel
})

const generic = (transport: Exchanges): ImageProtocol => ({
  name: "generic",
  facts: GenericFacts.facts,
  plan: GenericPlan.plan,
  submit: GenericSubmit.submit(transport),
  status: GenericStatus.status(transport),
  cancel: GenericCancel.cancel(transport)
})

/** Builds the service over the transport. It has no state: every method sends at most one request. */
export const make: Effect.Effect<NanoBanana["Service"], never, Transport> = Effect.gen(function* () {
  const transport = yield* Transport
  const protocols: Readonly<Record<ImageProtocolName, ImageProtocol>> = {
    nanobananaapi: nanobananaapi(transport),
    generic: generic(transport)
  }
  return NanoBanana.of({ protocol: (name) => protocols[name] })
})
