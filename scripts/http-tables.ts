/**
 * The tables of the guide to the HTTP face: its endpoints, and the status of each reason.
 */
import * as OpenApi from "effect/http-api/OpenApi"
import { Api } from "../schemas/http-face/Api.ts"
import { MayOperate, MayUse } from "../schemas/http-face/Middleware.ts"
import { statusByFaceReason, statusByReason } from "../schemas/http-face/ProblemStatus.ts"

/** One endpoint. `scope` is what a token needs, if any. */
export interface EndpointRow {
  readonly method: string
  readonly path: string
  readonly scope: "use" | "operate" | "none"
  readonly summary: string
}

/** Every endpoint of the definition, in its order. */
export const endpointRows = (): ReadonlyArray<EndpointRow> => {
  const document = OpenApi.fromApi(Api)
  return Object.values(Api.groups).flatMap((group) =>
    Object.values(group.endpoints).map(({ method, middlewares, path }) => {
      const keys = new Set([...middlewares].map(({ key }) => key))
      const openApiPath = path.replace(/:(\w+)/g, "{$1}")
      const operation = document.paths[openApiPath]?.[method.toLowerCase() as "get"]
      return {
        method,
        path: openApiPath,
        scope: keys.has(MayOperate.key) ? "operate" : keys.has(MayUse.key) ? "use" : "none",
        summary: operation?.summary ?? ""
      }
    })
  )
}

/** The endpoints as rows of a table. */
export const endpointTable = (): ReadonlyArray<ReadonlyArray<string>> =>
  endpointRows().map(({ method, path, scope, summary }) => [`\`${method} ${path}\``, scope, summary])

/** The reasons by their status, ascending. */
export const statusTable = (): ReadonlyArray<ReadonlyArray<string>> => {
  const all = Object.entries<number>({ ...statusByReason, ...statusByFaceReason })
  return [...Map.groupBy(all, ([, status]) => status)]
    .toSorted(([left], [right]) => left - right)
    .map(([status, reasons]) => [String(status), reasons.map(([reason]) => `\`${reason}\``).join(", ")])
}
