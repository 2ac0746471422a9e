/**
 * The process of one run.
 */
import { measureLoad } from "../ours/LoadClient.ts"
import { answerParent, argumentOf } from "../process/Child.ts"
import type { RunnerRequest } from "./Trial.ts"

answerParent(await measureLoad(argumentOf<RunnerRequest>()))
