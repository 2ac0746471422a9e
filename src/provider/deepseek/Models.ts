/**
 * Which model a configured name means today. Names die: `deepseek-chat` and `deepseek-reasoner` have been answered with
 * a 400 since 2026-07-24, and the `deepseek-v4-flash` names are served and billed as `deepseek-flash`.
 *
 * Names that we do not know are sent as they stand. Whoever uses the mapping says so once in the log.
 *
 * **Source** api-docs.deepseek.com/quick_start/pricing, note (1); raycast/extensions#29730; read 2026-11-23.
 */

/**
 * A model to be asked for. `thinking` is off unless the name stood for it, because thinking makes `temperature` void;
 * `retiredName` is the configured name, where it is not the one that is sent.
 */
export interface ModelChoice {
  readonly model: string
  readonly thinking: boolean
  readonly retiredName: string | undefined
}

const successors: Readonly<Record<string, { readonly model: string; readonly thinking: boolean }>> = {
  "deepseek-chat": { model: "deepseek-flash", thinking: false },
  "deepseek-reasoner": { model: "deepseek-flash", thinking: true },
  "deepseek-v4-flash": { model: "deepseek-flash", thinking: false },
  "deepseek-v4-flash-vision-exp": { model: "deepseek-flash", thinking: false }
}

/** The model that a configured name means. */
export const chooseModel = (name: string): ModelChoice => {
  const successor = Object.hasOwn(successors, name) ? successors[name] : undefined
  return successor === undefined
    ? { model: name, thinking: false, retiredName: undefined }
    : { ...successor, retiredName: name }
}
