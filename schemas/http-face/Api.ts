/**
 * The whole HTTP face as one definition: routes, requests, answers, problems. The server, the typed client and the OpenAPI
 * document are all made from it.
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import { adminGroup } from "./AdminGroup.ts"
import { costsGroup } from "./CostsGroup.ts"
import { enhancementsGroup } from "./EnhancementsGroup.ts"
import { failuresGroup } from "./FailuresGroup.ts"
import { healthGroup } from "./HealthGroup.ts"
import { illustrationsGroup } from "./IllustrationsGroup.ts"
import { imagesGroup } from "./ImagesGroup.ts"
import { jobsGroup } from "./JobsGroup.ts"
import { metricsGroup } from "./MetricsGroup.ts"
import { overviewGroup } from "./OverviewGroup.ts"
import { Problems } from "./Middleware.ts"

/** The definition. */
export const Api = HttpApi.make("ludeng")
  .add(illustrationsGroup)
  .add(enhancementsGroup)
  .add(imagesGroup)
  .add(jobsGroup)
  .add(failuresGroup)
  .add(costsGroup)
  .add(overviewGroup)
  .add(adminGroup)
  .add(metricsGroup)
  .add(healthGroup)
  .middleware(Problems)
  .annotateMerge(
    OpenApi.annotations({
      title: "ludeng",
      version: "1",
      description: "DeepSeek rewrites prompts, nanobanana makes pictures: never over a quota, never paid twice."
    })
  )
