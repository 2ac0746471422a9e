/**
 * Nothing around the function that does nothing.
 */
import { manyOf, noOperation, type OpenCase } from "../PolicyCase.ts"

/** Opens it. */
export const open: OpenCase = () => Promise.resolve(manyOf(noOperation))
