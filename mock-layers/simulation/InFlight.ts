/**
 * How many requests each simulated provider has on its hands: from a request's arrival to the last byte of its answer, or
 * to the end of its connection.
 */
import * as Schema from "effect/Schema"
import type { Provider } from "../../schemas/Provider.ts"

/** A count for each provider. */
export const ProviderCounts = Schema.Struct({ deepseek: Schema.Int, nanobanana: Schema.Int })
export interface ProviderCounts extends Schema.Schema.Type<typeof ProviderCounts> {}

/** The counts, now and at their highest. */
export class InFlight {
  #now: ProviderCounts = { deepseek: 0, nanobanana: 0 }
  #largest: ProviderCounts = { deepseek: 0, nanobanana: 0 }

  get now(): ProviderCounts {
    return this.#now
  }

  get largest(): ProviderCounts {
    return this.#largest
  }

  /** Counts a request that has come. The function it gives is called when the request is over; once or more. */
  enter(provider: Provider): () => void {
    this.#add(provider, 1)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#add(provider, -1)
    }
  }

  /** Forgets how high it was; what is in flight stays counted. */
  forget(): void {
    this.#largest = this.#now
  }

  #add(provider: Provider, change: 1 | -1): void {
    const count = this.#now[provider] + change
    this.#now = { ...this.#now, [provider]: count }
    if (count > this.#largest[provider]) this.#largest = { ...this.#largest, [provider]: count }
  }
}
