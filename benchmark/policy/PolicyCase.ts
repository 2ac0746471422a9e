/**
 * What a case of the policy section is: something that does nothing many times, under policies.
 */

/** Makes `calls` calls, with `workers` of them in flight. */
export type RunMany = (calls: number, workers: number) => Promise<void>

/** Opens a case; absent where what it measures is not there yet. */
export type OpenCase = () => Promise<RunMany | undefined>

/** What every case runs. */
export const noOperation = async (): Promise<void> => {}

/** Many calls of a function that returns a promise. */
export const manyOf =
  (call: () => Promise<unknown>): RunMany =>
  async (calls, workers) => {
    let left = calls
    const work = async () => {
      while (left-- > 0) await call()
    }
    await Promise.all(Array.from({ length: workers }, work))
  }
