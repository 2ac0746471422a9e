/**
 * The commands, and how a command line is run: pure of the process, so that it can be run inside another program.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { SettingsWatch } from "../../layers/settings/SettingsWatch.ts"
import { everyUsageProblem, isShowHelp } from "./EveryUsageProblem.ts"
import { cost } from "./commands/Cost.ts"
import { audit } from "./commands/Audit.ts"
import { doctor } from "./commands/Doctor.ts"
import { enhance } from "./commands/Enhance.ts"
import { failures } from "./commands/Failures.ts"
import { generate } from "./commands/Generate.ts"
import { illustrate } from "./commands/Illustrate.ts"
import { images } from "./commands/Images.ts"
import { jobs } from "./commands/Jobs.ts"
import { keys } from "./commands/Keys.ts"
import { serve } from "./commands/Serve.ts"
import { settings } from "./commands/Settings.ts"
import { simulate } from "./commands/Simulate.ts"
import { tokens } from "./commands/Tokens.ts"
import { type Run, Session } from "./Session.ts"

const ludeng = Command.make("ludeng").pipe(
  Command.withDescription("Prompts become pictures: DeepSeek rewrites the prompt, nanobanana makes the image"),
  Command.withSubcommands([
    illustrate,
    enhance,
    generate,
    jobs,
    images,
    failures,
    cost,
    keys,
    audit,
    settings,
    doctor,
    simulate,
    serve,
    tokens
  ])
)

// Without the wizard, which knows nothing of a prompt's rules and runs commands by itself.
const builtIns = GlobalFlag.BuiltIns.filter((it) => it !== GlobalFlag.Wizard)

/** The commands that take many flags, without what they do. */
const nothing = () => Effect.void
const readOnly = Command.make("ludeng").pipe(
  Command.withSubcommands([
    Command.withHandler(illustrate, nothing),
    Command.withHandler(enhance, nothing),
    Command.withHandler(generate, nothing)
  ])
)

const isRead = (path: ReadonlyArray<string>): boolean =>
  [illustrate, enhance, generate].some(({ name }) => name === path.at(-1) && path.length === 2)

/**
 * Runs a command line. What it finds goes to the run's screen; what is wrong with it is the effect's failure, and is told
 * by the caller.
 */
export const program = (args: ReadonlyArray<string>, run: Run) =>
  Command.runWith(ludeng, { version: run.version })(args).pipe(
    Effect.catchIf(isShowHelp, (error) =>
      isRead(error.commandPath)
        ? Effect.flatMap(
            everyUsageProblem(args, error, Command.runWith(readOnly, { version: run.version })),
            (errors) => Effect.fail(new CliError.ShowHelp({ commandPath: error.commandPath, errors }))
          )
        : Effect.fail(error)
    ),
    Effect.provideService(Session, run),
    Effect.provideService(CliConfig.CliConfig, { builtIns }),
    Effect.provideService(CliOutput.Presenter, presenterOf(run)),
    Effect.provideService(References.MinimumLogLevel, "Warn"),
    // A command that runs on provides true again.
    Effect.provideService(SettingsWatch, false),
    Effect.provide(NodeServices.layer)
  )

const presenterOf = ({ screen }: Run): CliOutput.Presenter => ({
  present: (event) =>
    Effect.gen(function* () {
      const formatter = yield* CliOutput.Formatter
      switch (event._tag) {
        case "Help":
          return event.reason === "Requested"
            ? screen.result(formatter.formatHelpDoc(event.helpDoc))
            : screen.line(formatter.formatHelpDoc(event.helpDoc))
        case "Version":
          return screen.result(event.version)
        // What is wrong is told once, at the end, with the exit code.
        case "InvalidInvocation":
          return
      }
    })
})
