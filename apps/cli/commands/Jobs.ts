/**
 * `ludeng jobs …`: the image jobs of the ledger, and what a person can do about them.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { JobId, ProviderJobId } from "../../../schemas/Identifiers.ts"
import type { JobResolution } from "../../../src/image/ResolveJob.ts"
import { callFlags, given } from "../Flags.ts"
import { UsageFailed } from "../Outcome.ts"

const { json, owner, timeout } = callFlags

const load = Effect.promise(() => import("../JobCommands.ts"))

const id = Argument.String("id").pipe(
  Argument.withDescription("The job's id, as `ludeng jobs list` shows it"),
  Argument.filterMap(Schema.decodeOption(JobId), () => "the id of a job")
)

const list = Command.make(
  "list",
  {
    limit: Flag.Int("limit").pipe(Flag.withDescription("How many, 1 to 1000 (default 100)"), Flag.optional),
    before: Flag.String("before").pipe(
      Flag.withDescription("The last job of the page before"),
      Flag.filterMap(Schema.decodeOption(JobId), () => "the id of a job"),
      Flag.optional
    ),
    owner,
    json
  },
  Effect.fnUntraced(function* ({ before, limit, owner: of }) {
    const { listJobs } = yield* load
    yield* listJobs(given({ limit, before }), given({ owner: of }))
  })
).pipe(Command.withDescription("The jobs, the newest first, and what each state means"))

const show = Command.make(
  "show",
  { id, owner, json },
  Effect.fnUntraced(function* ({ id: job, owner: of }) {
    const { showJob } = yield* load
    yield* showJob(job, given({ owner: of }))
  })
).pipe(Command.withDescription("One job: state, age, the provider's id, price, and what can be done about it"))

const watch = Command.make(
  "watch",
  { id, owner, timeout, json },
  Effect.fnUntraced(function* ({ id: job, owner: of, timeout: deadline }) {
    const { watchJob } = yield* load
    yield* watchJob(job, given({ owner: of, deadline }))
  })
).pipe(Command.withDescription("Each change of a job until it ends; whoever drives it goes on"))

const resume = Command.make(
  "resume",
  {
    id: Argument.optional(id),
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("Work on every job that can go on, of every owner, until none is left"),
      Flag.withDefault(false),
      Flag.withoutNegation
    ),
    owner,
    timeout,
    json
  },
  Effect.fnUntraced(function* ({ all, id: job, owner: of, timeout: deadline }) {
    if (all === Option.isSome(job)) {
      return yield* new UsageFailed({ message: "resume takes the id of a job, or --all" })
    }
    const { resumeAll, resumeJob } = yield* load
    yield* Option.isNone(job) ? resumeAll : resumeJob(job.value, given({ owner: of, deadline }))
  })
).pipe(Command.withDescription("Go on with a job and wait for its picture; never pays again"))

const cancel = Command.make(
  "cancel",
  { id, owner, timeout, json },
  Effect.fnUntraced(function* ({ id: job, owner: of, timeout: deadline }) {
    const { cancelJob } = yield* load
    yield* cancelJob(job, given({ owner: of, deadline }))
  })
).pipe(Command.withDescription("Give a job up: before it is sent, or where the provider confirms it"))

const answer = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false), Flag.withoutNegation)

const resolve = Command.make(
  "resolve",
  {
    id,
    charged: answer("charged", "The provider's account shows the job"),
    providerJob: Flag.String("provider-job").pipe(
      Flag.withDescription("The provider's id of the job, with --charged"),
      Flag.filterMap(Schema.decodeOption(ProviderJobId), () => "the provider's id of the job"),
      Flag.optional
    ),
    notCharged: answer("not-charged", "The provider's account does not show the job"),
    acceptLoss: answer("accept-loss", "Nobody can tell any more: what it may have cost counts as spent"),
    owner,
    json
  },
  Effect.fnUntraced(function* ({ acceptLoss, charged, id: job, notCharged, owner: of, providerJob }) {
    const resolution = resolutionOf({ acceptLoss, charged, notCharged, providerJob })
    if (resolution === undefined) {
      const message = "resolve takes one of --charged with --provider-job ID, --not-charged, --accept-loss"
      return yield* new UsageFailed({ message })
    }
    const { resolveJob } = yield* load
    yield* resolveJob(job, resolution, given({ owner: of }))
  })
).pipe(Command.withDescription("Say what became of a job of unknown outcome, as the provider's account shows it"))

const resolutionOf = (word: {
  readonly charged: boolean
  readonly notCharged: boolean
  readonly acceptLoss: boolean
  readonly providerJob: Option.Option<ProviderJobId>
}): JobResolution | undefined => {
  const isOne = [word.charged, word.notCharged, word.acceptLoss].filter((it) => it).length === 1
  if (!isOne || word.charged !== Option.isSome(word.providerJob)) return undefined
  if (Option.isSome(word.providerJob)) return { _tag: "Charged", providerJobId: word.providerJob.value }
  return word.notCharged ? { _tag: "NotCharged" } : { _tag: "LossAccepted" }
}

/** The command. */
export const jobs = Command.make("jobs").pipe(
  Command.withDescription("The image jobs, what their states mean, and what can be done about them"),
  Command.withSubcommands([list, show, watch, resume, cancel, resolve])
)
