/**
 * Loads a module of the library that may not be there yet: the report then says so, and goes on.
 */

/** What stands in a cell of something that is not there yet. */
export const notThereYet = "not there yet"

/** What a module gives, or nothing where the module is missing. */
export const whenThere = async <A>(load: () => Promise<A>): Promise<A | undefined> => {
  try {
    return await load()
  } catch (error) {
    if (Reflect.get(Object(error), "code") === "ERR_MODULE_NOT_FOUND") return undefined
    throw error
  }
}
