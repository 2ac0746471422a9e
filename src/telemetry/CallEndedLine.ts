/**
 * The one line that is written of a call when it has ended, well or badly. What does not apply to it is left out.
 */
import type { CallEnd, CallEnded } from "../../schemas/CallEnded.ts"
import { type Fields, type Line, reasonFields, timeFields } from "./LogFields.ts"

const messages: Readonly<Record<CallEnd["_tag"], string>> = {
  Succeeded: "call succeeded",
  Failed: "call failed",
  Refused: "call refused",
  Interrupted: "call interrupted",
  Died: "call died"
}

const endFields = (end: CallEnd): Fields => {
  switch (end._tag) {
    case "Succeeded":
      return { provenance: end.provenance, isSimulated: end.isSimulated }
    case "Failed":
      return { ...reasonFields(end.reason), outcome: end.outcome, stoppedBy: end.stoppedBy }
    case "Refused":
      return { ...reasonFields(end.reason), outcome: "NotSent" }
    case "Interrupted":
    case "Died":
      return {}
  }
}

/** The line. Pure. */
export const endedLine = ({ attempts, cost, end, jobId, method, requests, sums }: CallEnded): Line => ({
  message: messages[end._tag],
  fields: {
    method,
    requests: requests.length === 0 ? undefined : requests.join(" "),
    attempts,
    ...endFields(end),
    jobId,
    costUsdMicros: cost?.usdMicros,
    costBasis: cost?.basis,
    ...timeFields(sums)
  }
})

const isLookedAfter = ({ requests }: CallEnded): boolean =>
  requests.length > 0 && requests.every((kind) => kind.endsWith(".status") || kind.endsWith(".probe"))

/** Who only polled or probed, and succeeded, is of interest to whoever looks closely. */
export const endedLevel = (event: CallEnded): "Warn" | "Info" | "Debug" => {
  switch (event.end._tag) {
    case "Succeeded":
      return event.method === "request" && isLookedAfter(event) ? "Debug" : "Info"
    case "Interrupted":
      return "Info"
    case "Failed":
      // A caller who has stopped waiting for a job that goes on has lost nothing.
      return event.end.reason._tag === "GenerationTimedOut" ? "Info" : "Warn"
    case "Refused":
    case "Died":
      return "Warn"
  }
}
