/**
 * `ludeng tokens …`: who may use the HTTP face. A token is printed once, when it is made; there is no way to get it again.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Owner } from "../../../schemas/Identifiers.ts"
import { TokenId, TokenName } from "../../../schemas/Token.ts"
import { given, json } from "../Flags.ts"
import { lifetimeOf, scopesOf } from "../TokenText.ts"

const load = Effect.promise(() => import("../TokenCommands.ts"))

const add = Command.make(
  "add",
  {
    owner: Flag.String("owner").pipe(
      Flag.withDescription("On whose behalf it calls: owners never see each other's jobs, pictures, failures or costs"),
      Flag.filterMap(Schema.decodeOption(Owner), () => "1 to 100 characters")
    ),
    scope: Flag.String("scope").pipe(
      Flag.withDescription(
        "use (calls and what is the owner's), operate (the program as a whole), or use,operate (default use)"
      ),
      Flag.filterMap(scopesOf, () => "use, operate or both with a comma"),
      Flag.optional
    ),
    name: Flag.String("name").pipe(
      Flag.withDescription("What to call it, such as the program it is for"),
      Flag.filterMap(Schema.decodeOption(TokenName), () => "1 to 60 characters"),
      Flag.optional
    ),
    expires: Flag.String("expires").pipe(
      Flag.withDescription("How long it is good: like 90d, 12h, 30m (default until it is revoked)"),
      Flag.filterMap(lifetimeOf, () => "a time from 1m to 3650d, like 90d, 12h, 30m"),
      Flag.optional
    ),
    json: json()
  },
  Effect.fnUntraced(function* ({ expires, name, owner, scope }) {
    const { addToken } = yield* load
    yield* addToken({ owner, lifetimeMillis: Option.getOrUndefined(expires), ...given({ name, scopes: scope }) })
  })
).pipe(
  Command.withDescription("Make a token and print it, this once; the first one closes the HTTP face to all others"),
  Command.withExamples([{ command: "ludeng tokens add --owner ann --scope use,operate --expires 90d" }])
)

const list = Command.make(
  "list",
  { json: json() },
  Effect.fnUntraced(function* () {
    const { listTokens } = yield* load
    yield* listTokens
  })
).pipe(Command.withDescription("The tokens: id, owner, scopes, how they stand; never a token itself"))

const revoke = Command.make(
  "revoke",
  {
    id: Argument.String("id").pipe(
      Argument.withDescription("The token's id, as `ludeng tokens list` shows it"),
      Argument.filterMap(Schema.decodeOption(TokenId), () => "12 hexadecimal digits")
    ),
    json: json()
  },
  Effect.fnUntraced(function* ({ id }) {
    const { revokeToken } = yield* load
    yield* revokeToken(id)
  })
).pipe(Command.withDescription("Let a token in no more, for good; running servers heed it at the next request"))

/** The command. */
export const tokens = Command.make("tokens").pipe(
  Command.withDescription("Who may use the HTTP face: make, list and revoke bearer tokens"),
  Command.withSubcommands([add, list, revoke])
)
