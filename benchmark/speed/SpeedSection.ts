/**
 * The speed section: every peer against the stub, each run in a process of its own, in alternating rounds.
 */
import { runChild } from "../process/Child.ts"
import type { RunOptions, Section } from "../report/Section.ts"
import { type Stub, withStub } from "../stub/StubProcess.ts"
import type { ClientRequest } from "./Client.ts"
import type { SpeedFigures } from "./Meter.ts"
import { speedPeers } from "./Peers.ts"
import { caseName, type SpeedCase, speedCases } from "./SpeedPlan.ts"
import { goalsOf, speedMarkdown } from "./SpeedReport.ts"

/** The figures of a case by peer, one for each round; absent where a run failed. */
export interface CaseFigures {
  readonly case: SpeedCase
  readonly byPeer: Readonly<Record<string, ReadonlyArray<SpeedFigures | undefined>>>
}

const measureOnce = async (
  stub: Stub,
  peer: string,
  { delay, duration, warmUp, workers }: SpeedCase,
  { tell }: RunOptions
): Promise<SpeedFigures | undefined> => {
  const request: ClientRequest = { peer, baseUrl: stub.baseUrl(delay), workers, warmUp, duration }
  try {
    return await runChild<SpeedFigures>("speed/Client.ts", request, { seconds: 30 + (warmUp + duration) / 1000 })
  } catch (error) {
    tell(String(error))
    return undefined
  }
}

const measureCase = async (stub: Stub, speedCase: SpeedCase, options: RunOptions): Promise<CaseFigures> => {
  const byPeer: Record<string, Array<SpeedFigures | undefined>> = {}
  for (let round = 0; round < speedCase.rounds; round++) {
    options.tell(`${caseName(speedCase)}: round ${round + 1} of ${speedCase.rounds}`)
    for (const { name } of round % 2 === 0 ? speedPeers : speedPeers.toReversed()) {
      ;(byPeer[name] ??= [])[round] = await measureOnce(stub, name, speedCase, options)
    }
  }
  return { case: speedCase, byPeer }
}

/** The section. */
export const speedSection: Section = {
  name: "speed",
  title: "Speed end to end",
  measure: (options) =>
    withStub(async (stub) => {
      const cases: Array<CaseFigures> = []
      for (const speedCase of speedCases(options.isQuick)) cases.push(await measureCase(stub, speedCase, options))
      return { markdown: speedMarkdown(cases), figures: JSON.parse(JSON.stringify(cases)), goals: goalsOf(cases) }
    })
}
