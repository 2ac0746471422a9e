/**
 * Refuses a Node that is too old with a sentence that says so, before a module that needs a newer one breaks in its
 * midst. It must be the first import of whatever loads undici.
 */

/** The oldest Node the library runs on: Effect 4 and undici 8 ask for it. */
export const oldestNode = "22.19.0"

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
const [neededMajor = 0, neededMinor = 0] = oldestNode.split(".").map(Number)
if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  throw new Error(`@ludeng/providers needs Node ${oldestNode} or newer; this is Node ${process.versions.node}`)
}
