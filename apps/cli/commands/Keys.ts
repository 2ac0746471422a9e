/**
 * `ludeng keys …`: the sealed keys of the vault. A key is typed at a prompt or read from standard input, never an
 * argument; and there is no way to get one out again.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { KeyAccount, KeyId } from "../../../schemas/Key.ts"
import { QuotaScope } from "../../../schemas/Provider.ts"
import { given, json } from "../Flags.ts"

const load = Effect.promise(() => import("../KeyCommands.ts"))

const provider = Argument.Literals("provider", QuotaScope.literals).pipe(
  Argument.withDescription("Whose key it is; nanobanana-fallback is the second image provider")
)

const keyId = Argument.String("id").pipe(
  Argument.withDescription("The key's id, as `ludeng keys list` shows it"),
  Argument.filterMap(Schema.decodeOption(KeyId), () => "the id of a key")
)

const account = Flag.String("account").pipe(
  Flag.withDescription("The account at the provider that the key belongs to: its keys share one quota"),
  Flag.filterMap(Schema.decodeOption(KeyAccount), () => "1 to 60 letters, digits, or any of . @ + - _"),
  Flag.optional
)

const unverified = Flag.Boolean("unverified").pipe(
  Flag.withDescription("Keep the key without asking the provider whether it knows it"),
  Flag.withDefault(false),
  Flag.withoutNegation
)

const add = Command.make(
  "add",
  { provider, account, unverified, json: json() },
  Effect.fnUntraced(function* ({ account, provider, unverified }) {
    const { addKey } = yield* load
    yield* addKey({ scope: provider, unverified, replaces: "none", ...given({ account }) })
  })
).pipe(
  Command.withDescription("Keep a key, sealed; beside others of its account it stands by. Makes the vault if need be"),
  Command.withExamples([{ command: "ludeng keys add deepseek < key.txt" }])
)

const rotate = Command.make(
  "rotate",
  {
    provider,
    to: Flag.String("to").pipe(
      Flag.withDescription("Use this key, which is there already, instead of a new one"),
      Flag.filterMap(Schema.decodeOption(KeyId), () => "the id of a key"),
      Flag.optional
    ),
    account,
    unverified,
    json: json()
  },
  Effect.fnUntraced(function* ({ account, provider, to, unverified }) {
    const { activateKey, addKey } = yield* load
    yield* Option.isSome(to)
      ? activateKey(provider, to.value)
      : addKey({ scope: provider, unverified, replaces: "all", ...given({ account }) })
  })
).pipe(
  Command.withDescription("Put a new key in the place of the others, which end with the calls that hold them"),
  Command.withExamples([{ command: "ludeng keys rotate nanobanana < key.txt" }])
)

const list = Command.make(
  "list",
  { json: json() },
  Effect.fnUntraced(function* () {
    const { listKeys } = yield* load
    yield* listKeys
  })
).pipe(Command.withDescription("The keys: id, provider, state, age, account, last use; never a key itself"))

const retire = Command.make(
  "retire",
  { id: keyId, json: json() },
  Effect.fnUntraced(function* ({ id }) {
    const { retireKey } = yield* load
    yield* retireKey(id)
  })
).pipe(Command.withDescription("Use a key no more, for good; its sealed text is removed"))

const verify = Command.make(
  "verify",
  { id: Argument.optional(keyId), json: json() },
  Effect.fnUntraced(function* ({ id }) {
    const { verifyKeys } = yield* load
    yield* verifyKeys(Option.getOrUndefined(id))
  })
).pipe(Command.withDescription("Ask the providers, for free, whether they know the keys"))

const passphrase = Command.make(
  "passphrase",
  { json: json() },
  Effect.fnUntraced(function* () {
    const { changePassphrase } = yield* load
    yield* changePassphrase
  })
).pipe(Command.withDescription("Wrap the vault anew under another passphrase or key; what is sealed is not touched"))

/** The command. */
export const keys = Command.make("keys").pipe(
  Command.withDescription("Keep, rotate and check the keys of the providers, sealed in the vault"),
  Command.withSubcommands([add, list, rotate, retire, verify, passphrase])
)
