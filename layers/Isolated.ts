/**
 * A composition that shares no part with another one of the same program.
 *
 * Layers are memoised by reference, parts included: two compositions over the one `Services.layer` would otherwise get
 * the services of whichever was built first. Provided twice, one composition is still built once.
 */
import * as Layer from "effect/Layer"

/** The composition, with its parts to itself. */
export const isolated = <A, E, R>(composition: Layer.Layer<A, E, R>): Layer.Layer<A, E, R> =>
  Layer.suspend(() => Layer.fresh(composition))
