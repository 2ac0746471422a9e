/**
 * What stands before the handlers: who asks, what he may do, and how whatever goes wrong is answered.
 */
import * as Context from "effect/Context"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import type { Owner } from "../Identifiers.ts"
import type { TokenScope } from "../Token.ts"
import { problems } from "./Problem.ts"

/** What a token allows. */
export type AccessScope = TokenScope

/** Who asks. */
export class CurrentBearer extends Context.Service<
  CurrentBearer,
  { readonly owner: Owner; readonly scopes: ReadonlyArray<AccessScope> }
>()("@ludeng/providers/http-face/CurrentBearer") {}

/** Turns every failure, defect and unreadable request into a problem document. The outermost. */
export class Problems extends HttpApiMiddleware.Service<Problems>()("@ludeng/providers/http-face/Problems", {
  error: problems
}) {}

/** Finds out who asks by his bearer token. **Errors** `Unauthenticated` (401). */
export class Authorization extends HttpApiMiddleware.Service<Authorization, { provides: CurrentBearer }>()(
  "@ludeng/providers/http-face/Authorization",
  { security: { bearer: HttpApiSecurity.bearer }, error: problems }
) {}

/** Lets pass who may use the services for his owner. **Errors** `ScopeMissing` (403). */
export class MayUse extends HttpApiMiddleware.Service<MayUse, { requires: CurrentBearer }>()(
  "@ludeng/providers/http-face/MayUse",
  { error: problems }
) {}

/** Lets pass who may operate the program. **Errors** `ScopeMissing` (403). */
export class MayOperate extends HttpApiMiddleware.Service<MayOperate, { requires: CurrentBearer }>()(
  "@ludeng/providers/http-face/MayOperate",
  { error: problems }
) {}
