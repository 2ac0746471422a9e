import { assert, describe, it } from "@effect/vitest"
import { imageSize } from "image-size"
import { pictureSize } from "../../../mock-layers/simulation/nanobanana/PictureSize.ts"
import { chat, download, generic, recordInfo, simulate, submit, whole } from "./Ask.ts"

type Options = Parameters<typeof simulate>[0]

const finished = (body: unknown, path: string, options: Options = {}) => {
  const simulation = simulate({ latency: 0, ...options })
  const taskId = whole(simulation.handle(submit(body, path), 0)).json.data?.taskId
  const data = () => whole(simulation.handle(recordInfo(`?taskId=${taskId}`), 1)).json.data
  return { simulation, data }
}

const sizeOf = (body: unknown, path: string) => {
  const { data, simulation } = finished(body, path)
  const file = whole(simulation.handle(download(`${data()?.response?.resultImageUrl}`), 2))
  const { height, type, width } = imageSize(file.bytes)
  return `${type} ${width}x${height}`
}

describe("the simulated nanobananaapi.ai", () => {
  it("draws the ratio and the tier that were asked for", () => {
    assert.strictEqual(sizeOf({ prompt: "a", type: "TEXTTOIAMGE", image_size: "16:9" }, "/generate"), "jpg 1360x768")
    assert.strictEqual(sizeOf({ prompt: "a", aspectRatio: "1:1", outputFormat: "png" }, "/generate-2"), "png 1024x1024")
    assert.strictEqual(sizeOf({ prompt: "a", aspectRatio: "8:1", resolution: "1K" }, "/generate-2"), "jpg 2896x368")
  }, 30_000)

  it("has as many pixels as its tier, in multiples of sixteen", () => {
    for (const [tier, side] of [
      ["1K", 1024],
      ["2K", 2048],
      ["4K", 4096]
    ] as const) {
      for (const ratio of ["1:1", "auto", "2:3", "16:9", "21:9", "1:8"]) {
        const { height, width } = pictureSize(ratio, tier)
        assert.strictEqual((width % 16) + (height % 16), 0)
        assert.closeTo((width * height) / side ** 2, 1, 0.05)
      }
    }
    assert.deepStrictEqual(pictureSize("2:3", "2K"), { width: 1680, height: 2512 })
  })

  it("refuses what the documents do not allow, with HTTP 200 and a code in the envelope", () => {
    const simulation = simulate()
    const codes = [
      submit({}),
      submit({ prompt: " " }),
      submit({ prompt: "x".repeat(20_001) }),
      submit({ prompt: "a", aspectRatio: "7:5" }),
      submit({ prompt: "a", resolution: "8K" }),
      submit({ prompt: "a", outputFormat: "webp" }),
      submit({ prompt: "a" }, "/generate"),
      submit({ prompt: "a", type: "TEXTTOIMAGE" }, "/generate"),
      submit({ prompt: "a", outputFormat: "png" }, "/generate-pro")
    ]
      .map((it) => whole(simulation.handle(it, 0)))
      .map(({ json, status }) => `${status} ${json.code}`)
    assert.deepStrictEqual(new Set(codes), new Set(["200 422"]))
    assert.strictEqual(simulation.ledger.totals.chargedUsdMicros, 0)
  })

  it("says 200 while a job runs, and only its flag tells that it is done", () => {
    const simulation = simulate({ latency: { job: 1_000, submit: 0 } })
    const taskId = whole(simulation.handle(submit(), 0)).json.data?.taskId
    const at = (now: number) => whole(simulation.handle(recordInfo(`?taskId=${taskId}`), now)).json
    assert.deepStrictEqual([at(0), at(999), at(1_000)].map((it) => [it.code, it.data?.successFlag]) as unknown, [
      [200, 0],
      [200, 0],
      [200, 1]
    ])
  })

  it("answers a wrong parameter with a 500 of our own making, and an unknown task with 404", () => {
    const simulation = simulate()
    const code = (query: string) => whole(simulation.handle(recordInfo(query), 0)).json.code as unknown
    assert.deepStrictEqual([code("?task_id=1"), code("?taskId=1")], [500, 404])
  })

  it("has failed, blocked, stuck and strange jobs", () => {
    const flags = (["job-fails", "content-blocked", "stuck-job"] as const).map((scenario) => {
      const task = finished({ prompt: "a" }, "/generate-2", { scenario }).data()
      return [task?.successFlag, task?.errorCode] as unknown
    })
    assert.deepStrictEqual(flags, [
      [3, 501],
      [3, 400],
      [0, 0]
    ])
    const strange = finished({ prompt: "a" }, "/generate-2", { faults: [{ fault: "unknown-status" }] }).data()
    assert.strictEqual(Number(strange?.successFlag), 7)
  })

  it("gives a fresh URL after the first one was found expired", () => {
    const { data, simulation } = finished({ prompt: "a" }, "/generate-2", { scenario: "expired-url" })
    const fetch = () => whole(simulation.handle(download(`${data()?.response?.resultImageUrl}`), 2)).status
    assert.deepStrictEqual([fetch(), fetch(), fetch()], [404, 200, 200])
  })

  it("lets a URL expire after a day, the original's after ten minutes", () => {
    const { data, simulation } = finished({ prompt: "a" }, "/generate-2")
    const urls = data()?.response
    const at = (url: unknown, now: number) => whole(simulation.handle(download(`${url}`), now)).status
    assert.strictEqual(at(urls?.originImageUrl, 599_000), 200)
    assert.strictEqual(at(urls?.resultImageUrl, 86_400_000), 200)
    assert.strictEqual(at(urls?.originImageUrl, 601_000), 404)
    assert.strictEqual(at(urls?.resultImageUrl, 86_400_001), 404)
  })

  it("keeps a file back while its job runs, and can give a page instead of a picture", () => {
    const { data, simulation } = finished({ prompt: "a" }, "/generate-2", { faults: [{ fault: "not-an-image" }] })
    assert.match(
      `${whole(simulation.handle(download(`${data()?.response?.resultImageUrl}`), 2)).headers["content-type"]}`,
      /html/
    )
    const running = simulate({ latency: { job: 1_000 } })
    const taskId = whole(running.handle(submit(), 0)).json.data?.taskId
    assert.strictEqual(whole(running.handle(download(`https://files.test/r/${taskId}_1.jpg`), 1)).status, 404)
  })
})

describe("the simulated generic job API", () => {
  it("draws exactly what is asked for", () => {
    for (const format of ["png", "jpeg", "webp"] as const) {
      const simulation = simulate({ latency: 0 })
      const parameters = { width: 321, height: 123, format }
      const { jobId } = whole(simulation.handle(generic("POST", "/generate", { prompt: "a", parameters }), 0)).json
      const { imageUrl, status } = whole(simulation.handle(generic("GET", `/jobs/${jobId}`), 1)).json
      const file = whole(simulation.handle(download(`${imageUrl}`), 2))
      const { height, type, width } = imageSize(file.bytes)
      assert.deepStrictEqual(
        [`${status}`, type, width, height],
        ["completed", format === "jpeg" ? "jpg" : format, 321, 123]
      )
      assert.strictEqual(file.headers["content-type"], `image/${format}`)
    }
  })

  it("goes from queued to processing to completed", () => {
    const simulation = simulate({ latency: { job: 1_000 } })
    const { jobId } = whole(simulation.handle(generic("POST", "/generate", { prompt: "a" }), 0)).json
    const at = (now: number) => `${whole(simulation.handle(generic("GET", `/jobs/${jobId}`), now)).json.status}`
    assert.deepStrictEqual(
      [at(0), at(249), at(250), at(999), at(1_000)],
      ["queued", "queued", "processing", "processing", "completed"]
    )
  })

  it("cancels a job that is not done, charged all the same, and no other", () => {
    const simulation = simulate({ latency: { job: 1_000 } })
    const { jobId } = whole(simulation.handle(generic("POST", "/generate", { prompt: "a" }), 0)).json
    const cancel = (now: number) => whole(simulation.handle(generic("DELETE", `/jobs/${jobId}`), now))
    assert.strictEqual(`${cancel(500).json.status}`, "cancelled")
    assert.strictEqual(`${whole(simulation.handle(generic("GET", `/jobs/${jobId}`), 2_000)).json.status}`, "cancelled")
    assert.strictEqual(cancel(2_000).status, 409)
    assert.strictEqual(whole(simulation.handle(generic("DELETE", "/jobs/none"), 0)).status, 404)
    assert.strictEqual(simulation.ledger.totals.chargedUsdMicros, 20_000)
  })

  it("refuses sizes, qualities and formats that it does not have, and paths it does not know", () => {
    const simulation = simulate()
    const bad = [{ width: 63 }, { height: 4097 }, { width: 100.5 }, { quality: "best" }, { format: "gif" }]
    for (const parameters of bad) {
      assert.strictEqual(
        whole(simulation.handle(generic("POST", "/generate", { prompt: "a", parameters }), 0)).status,
        422
      )
    }
    assert.strictEqual(whole(simulation.handle(generic("POST", "/generate", { prompt: "" }), 0)).status, 422)
    assert.strictEqual(whole(simulation.handle(generic("GET", "/jobs/%E0%A4"), 0)).status, 404)
    assert.strictEqual(whole(simulation.handle({ ...chat(), service: "generic", path: "/other" }, 0)).status, 404)
  })

  it("tells failed, blocked and strange jobs in its own words", () => {
    const stateIn = (options: Options) => {
      const simulation = simulate({ latency: 0, ...options })
      const { jobId } = whole(simulation.handle(generic("POST", "/generate", { prompt: "a" }), 0)).json
      return whole(simulation.handle(generic("GET", `/jobs/${jobId}`), 1)).json
    }
    assert.deepStrictEqual(stateIn({ scenario: "job-fails" }) as unknown, {
      status: "failed",
      error: "the picture could not be made"
    })
    assert.match(`${stateIn({ scenario: "content-blocked" }).error}`, /content policy/)
    assert.strictEqual(`${stateIn({ faults: [{ fault: "unknown-status" }] }).status}`, "paused")
  })
})
