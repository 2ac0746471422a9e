/**
 * The event feed; a constant, so that there is one in a composition.
 */
import * as Layer from "effect/Layer"
import { EventFeed } from "../../src/telemetry/EventFeed.ts"
import * as MakeEventFeed from "../../src/telemetry/MakeEventFeed.ts"

/** The layer. */
export const layer: Layer.Layer<EventFeed> = Layer.effect(EventFeed, MakeEventFeed.make)
