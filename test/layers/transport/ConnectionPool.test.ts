import { assert, describe, it } from "@effect/vitest"
import { ConnectionPool } from "../../../layers/transport/ConnectionPool.ts"

const origin = "http://127.0.0.1:1"

describe("ConnectionPool", () => {
  it("does not keep a connection whose sockets are closed", () => {
    const pool = new ConnectionPool(() => undefined)
    const connection = pool.open(origin)
    pool.giveBack(connection)
    assert.notStrictEqual(pool.take(origin), connection)
  })

  it("closes at once when nothing is open", () => {
    let isClosed = false
    const pool = new ConnectionPool(() => undefined)
    pool.closeAll(() => (isClosed = true))
    assert.isTrue(isClosed)
  })
})
