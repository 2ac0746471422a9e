import * as Layer from "effect/Layer"
import { makeMetrics } from "../../src/telemetry/MakeTelemetry.ts"
import { Telemetry } from "../../src/telemetry/Telemetry.ts"
import { telemetryContract } from "./TelemetryContract.ts"

telemetryContract("metrics", Layer.effect(Telemetry, makeMetrics))
telemetryContract("one that keeps nothing", Layer.succeed(Telemetry, { observe: () => undefined }))
