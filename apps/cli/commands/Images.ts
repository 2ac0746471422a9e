/**
 * `ludeng images …`: the stored pictures: what is there, whether it is as it was stored, and what may go.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { callFlags, json } from "../Flags.ts"

const load = Effect.promise(() => import("../ImageCommands.ts"))

const folder = Flag.String("in").pipe(
  Flag.withDescription("The folder of the pictures (default that of the settings, images)"),
  Flag.filter(
    (path) => path.trim() !== "",
    () => "the path of a folder"
  ),
  Flag.optional
)

const list = Command.make(
  "list",
  { in: folder, json: json() },
  Effect.fnUntraced(function* ({ in: directory }) {
    const { listImages } = yield* load
    yield* listImages(Option.getOrUndefined(directory))
  })
).pipe(Command.withDescription("The pictures, as they are found; with --json an object for each"))

const verify = Command.make(
  "verify",
  { in: folder, owner: callFlags.owner, json: json() },
  Effect.fnUntraced(function* ({ in: directory, owner }) {
    const { verifyImages } = yield* load
    yield* verifyImages(Option.getOrUndefined(directory), Option.getOrUndefined(owner))
  })
).pipe(Command.withDescription("Whether each picture of a job is there and unchanged, and each file a picture at all"))

const remove = Command.make(
  "remove",
  {
    path: Argument.String("path").pipe(Argument.withDescription("The file, as `ludeng images list` shows it")),
    in: folder,
    json: json()
  },
  Effect.fnUntraced(function* ({ in: directory, path }) {
    const { removeImage } = yield* load
    yield* removeImage(path, Option.getOrUndefined(directory))
  })
).pipe(Command.withDescription("Remove a picture for good; one of a job that has not ended is refused"))

const sweep = Command.make(
  "sweep",
  {
    in: folder,
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Say what would go, and remove nothing"),
      Flag.withDefault(false),
      Flag.withoutNegation
    ),
    json: json()
  },
  Effect.fnUntraced(function* ({ dryRun, in: directory }) {
    const { sweepNow } = yield* load
    yield* sweepNow({ isDryRun: dryRun }, Option.getOrUndefined(directory))
  })
).pipe(
  Command.withDescription(
    "Remove what is older than LUDENG_IMAGE_RETENTION or beyond LUDENG_IMAGE_MAXIMUM_BYTES, the oldest first"
  ),
  Command.withExamples([{ command: "ludeng images sweep --dry-run" }])
)

/** The command. */
export const images = Command.make("images").pipe(
  Command.withDescription("The stored pictures: list, verify and remove them"),
  Command.withSubcommands([list, verify, remove, sweep])
)
