/**
 * What this library calls itself on the wire. The version is written here once more than in `package.json`, because an
 * installed package must not read files to know its own name; a test holds the two together.
 */

/** The version of this library, as in `package.json`. */
export const libraryVersion = "0.1.0"

/** The `User-Agent` of every request. */
export const userAgent = `ludeng-providers/${libraryVersion}`
