/**
 * The sections of the report, in its order.
 */
import type { Section } from "./report/Section.ts"
import { adherenceSection } from "./adherence/AdherenceSection.ts"
import { jobsSection } from "./jobs/JobsSection.ts"
import { loadSection } from "./load/LoadSection.ts"
import { policySection } from "./policy/PolicySection.ts"
import { queueSection } from "./queue/QueueSection.ts"
import { resilienceSection } from "./resilience/ResilienceSection.ts"
import { speedSection } from "./speed/SpeedSection.ts"
import { trapsSection } from "./traps/TrapsSection.ts"

/** All sections. */
export const sections: ReadonlyArray<Section> = [
  speedSection,
  policySection,
  queueSection,
  adherenceSection,
  trapsSection,
  resilienceSection,
  loadSection,
  jobsSection
]
