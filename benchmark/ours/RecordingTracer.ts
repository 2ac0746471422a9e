/**
 * A tracer that records to memory and drops: what tracing costs, without what an exporter costs.
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"

const kept = 1_024

/** The tracer, and how many spans have ended. */
export const recordingTracer = (): { readonly layer: Layer.Layer<never>; readonly ended: () => number } => {
  const ring: Array<Tracer.Span> = []
  let ended = 0
  class RecordedSpan extends Tracer.NativeSpan {
    override end(endTime: bigint, exit: Parameters<Tracer.Span["end"]>[1]): void {
      super.end(endTime, exit)
      ring[ended % kept] = this
      ended += 1
    }
  }
  const tracer = Tracer.make({ span: (options) => new RecordedSpan(options) })
  return { layer: Layer.succeedContext(Context.make(Tracer.Tracer, tracer)), ended: () => ended }
}
