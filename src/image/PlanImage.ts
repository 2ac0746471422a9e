/**
 * What each account would be asked for, decided before anything is paid: a request is checked once and planned for the
 * first account, and for the second one where there is one that can make it and that the caller takes.
 */
import { hash } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Fit } from "../../schemas/CallOptions.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import { type ImagePlan, ImageRequest } from "../../schemas/Image.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { InputRejected } from "../../schemas/Reason.ts"
import { imageProtocolOf, type Settings } from "../../schemas/Settings.ts"
import { sanitizeInput } from "../input/Sanitize.ts"
import { validateInput } from "../input/Validate.ts"
import { hasBudget } from "../money/DecideBudgets.ts"
import { Prices } from "../money/Prices.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import { NanoBanana } from "../provider/nanobanana/NanoBanana.ts"
import { KeyVault } from "../vault/KeyVault.ts"
import { accepts } from "./Acceptance.ts"
import { firstAccount, hasKeyOf, type ImageAccount, secondAccount } from "./ImageAccount.ts"
import { ImageStore } from "./ImageStore.ts"

const sortedFields = (_name: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)))
    : value

/** The hash that makes two requests the same request; the order of their fields does not matter. */
export const requestHashOf = (request: object, protocol: string): string =>
  hash("sha256", JSON.stringify([protocol, request], sortedFields))

/** A request as one account would be asked for it, and what that would cost. */
export interface ImageRoute {
  readonly account: ImageAccount
  readonly plan: ImagePlan
  readonly price: Cost
}

/** A request that has passed every check there is before paying. `requestHash` is the same whoever makes the picture. */
export interface PlannedRequest {
  readonly request: ImageRequest
  readonly requestHash: string
  readonly first: ImageRoute
  readonly second: ImageRoute | undefined
}

/** The route of a request over an account, at the prices of now. **Errors** `InputRejected` where its protocol can not make it. */
export const routeOver = (
  account: ImageAccount,
  request: ImageRequest,
  fit: Fit,
  settings: Settings
): Effect.Effect<ImageRoute, typeof InputRejected.Type, NanoBanana | Prices> =>
  Effect.gen(function* () {
    const protocol = (yield* NanoBanana).protocol(imageProtocolOf(account.settings))
    const plan = yield* Effect.fromResult(protocol.plan(request, fit))
    const now = yield* Clock.currentTimeMillis
    return { account, plan, price: (yield* Prices).of(settings).image(plan, account.settings, now) }
  })

/**
 * Checks and plans a request: its fields, the key, what the protocol can give, and the place for the picture.
 *
 * **Errors** `Rejection`: `InputRejected`, `NoHealthyKey`, `StorageFailed`. Nothing was sent, nothing was entered.
 */
export const planImage = Effect.fnUntraced(function* (
  request: ImageRequest,
  call: Call
): Effect.fn.Return<PlannedRequest, CallFailure, NanoBanana | Prices | ImageStore | KeyVault> {
  const { settings } = call.settings
  const { imageDirectory, nanobanana } = settings
  const checked = validateInput(ImageRequest, sanitizeInput(request))
  if (Result.isFailure(checked)) return yield* reject(checked.failure, call.callId)
  const vault = yield* KeyVault
  vault.follow(call.settings)
  const ofSecond = accepts(call, "OtherProvider") ? secondAccount(nanobanana) : undefined
  const other = ofSecond !== undefined && hasKeyOf(vault, ofSecond) ? ofSecond : undefined
  if (other === undefined && !hasKeyOf(vault, firstAccount(nanobanana))) {
    return yield* reject({ _tag: "NoHealthyKey", setting: "NANOBANANA_API_KEY" }, call.callId)
  }
  const wish = checked.success
  const first = yield* routeOver(firstAccount(nanobanana), wish, call.fit, settings).pipe(
    Effect.mapError((reason) => reject(reason, call.callId))
  )
  const place = (yield* ImageStore).prepare({ root: imageDirectory })
  yield* Effect.mapError(place, (reason) =>
    reject({ ...reason, detail: `image directory ${imageDirectory}: ${reason.detail}` }, call.callId)
  )
  // What the second one can not make is no reason to refuse what the first one can.
  const route = other === undefined ? undefined : yield* orNone(routeOver(other, wish, call.fit, settings))
  const second = route !== undefined && isPayable(route, settings) ? route : undefined
  const requestHash = call.origin?.requestHash ?? requestHashOf({ image: wish }, first.plan.protocol)
  return { request: wish, requestHash, first, second }
})

/** Whether a job may be given to a route when it is held for already: not where no budget could count its price. */
export const isPayable = ({ price }: ImageRoute, { budget }: Settings): boolean =>
  price.usdMicros !== null || !hasBudget(budget)

const orNone = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A | undefined, never, R> =>
  Effect.orElseSucceed(effect, () => undefined)
