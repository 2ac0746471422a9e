/**
 * One simulation behind two services: `Transport` for the library, `MockHandle` for whoever watches it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Transport } from "../../src/transport/Transport.ts"
import { makeMockHandle, MockHandle } from "../MockHandle.ts"
import { type SimulationDocument, SimulationOptions } from "./Script.ts"
import { makeSimulatedTransport } from "./SimulatedTransport.ts"
import { Simulation } from "./Simulation.ts"

/**
 * The simulated providers of a program.
 *
 * **Errors** None; options that can not be used (a ratio above 1) are a defect of the caller.
 */
export const layerSimulation = (options: SimulationDocument): Layer.Layer<Transport | MockHandle> =>
  Layer.effectContext(
    Effect.sync(() => {
      const simulation = new Simulation(Schema.decodeUnknownSync(SimulationOptions)(options))
      return Context.make(Transport, makeSimulatedTransport(simulation)).pipe(
        Context.add(MockHandle, makeMockHandle(simulation))
      )
    })
  )
