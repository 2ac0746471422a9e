/**
 * The names of the states of a job, for labels: an event carries them as text, and a label must be one of a closed list.
 */
import { JobState } from "../../schemas/Job.ts"

const names: ReadonlySet<string> = new Set(JobState.members.map((it) => it.fields._tag.schema.literal))

/** The name as a label. */
export const JobStateName = {
  names,
  /** The name itself, or `other` where there is no such state. */
  nameOf: (name: string): string => (names.has(name) ? name : "other")
} as const
