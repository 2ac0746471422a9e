/**
 * The wire formats of DeepSeek's free endpoints: the models a key may use, and the account's balance.
 *
 * **Source** deepseek.apidog.io "Get User Balance" (amounts are strings), `GET /models` in the OpenAI format; read
 * 2026-11-23. Ignored on purpose: `object`, `owned_by`, `granted_balance`, `topped_up_balance`.
 */
import * as Schema from "effect/Schema"

/** `GET /models`. */
export const DeepSeekModels = Schema.Struct({ data: Schema.Array(Schema.Struct({ id: Schema.String })) })
export interface DeepSeekModels extends Schema.Schema.Type<typeof DeepSeekModels> {}

/** `GET /user/balance`. */
export const DeepSeekBalance = Schema.Struct({
  is_available: Schema.Boolean,
  balance_infos: Schema.Array(Schema.Struct({ currency: Schema.String, total_balance: Schema.String }))
})
export interface DeepSeekBalance extends Schema.Schema.Type<typeof DeepSeekBalance> {}
