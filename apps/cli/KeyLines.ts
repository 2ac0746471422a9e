/**
 * What a person hears of keys while a call runs. Pure.
 */
import type { CallEvent } from "../../schemas/CallEvent.ts"

/** The events that concern keys. */
export type KeyTold = Extract<CallEvent, { readonly _tag: `Key${string}` | "VaultTrouble" }>

/** Lines for what a person must know: a key that is lost, a vault that can not be used. */
export const keyLines = (event: KeyTold): ReadonlyArray<string> => {
  switch (event._tag) {
    case "KeyRetired":
      return event.because === "Rejected" ? [`⚠ key ${event.keyId} (${event.scope}) retired: ${event.remedy}`] : []
    case "KeySetAside":
      return [`⚠ key ${event.keyId} (${event.scope}) set aside: ${event.remedy}`]
    case "KeyRefused":
      return [`⚠ key ${event.keyId} (${event.scope}) refused: ${event.remedy}`]
    case "VaultTrouble":
      return [`⚠ vault, ${event.doing}: ${event.problem}; ${event.remedy}`]
    case "KeyAdded":
    case "KeyOpened":
    case "KeyActivated":
    case "KeyRotated":
    case "KeyCooled":
      return []
  }
}
