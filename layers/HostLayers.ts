/**
 * What a host may put in the place of a live leaf.
 */
import type * as Layer from "effect/Layer"
import type { ImageStore } from "../src/image/ImageStore.ts"
import type { LiveSettings } from "../src/settings/LiveSettings.ts"

/**
 * The host's own services, each optional: its configuration (`makeLiveSettings` makes one over a document of any kind), its
 * storage (`image/ObjectImageStore.ts` makes one over a bucket). They may need services of the host (`R`) and fail as the
 * host says (`E`).
 */
export interface HostLayers<E = never, R = never> {
  readonly settings?: Layer.Layer<LiveSettings, E, R>
  readonly imageStore?: Layer.Layer<ImageStore, E, R>
}
