/**
 * The stub server, a process of its own: HTTP/1.1 over bare sockets, so that it takes as little of the machine as it can
 * from the client that is measured. It knows one answer, and two ports: one answers at once, one after 20 ms.
 */
import * as net from "node:net"
import { answerParent, argumentOf } from "../process/Child.ts"
import { answerBytes } from "./Answer.ts"

/** The delays served. **Units** milliseconds. */
const delays = [0, 20]

const headEnd = Buffer.from("\r\n\r\n")

/** Bytes of the first whole request in a buffer; 0 where it is not whole yet, -1 where its length is not told. */
const lengthOfRequest = (bytes: Buffer): number => {
  const end = bytes.indexOf(headEnd)
  if (end === -1) return 0
  const length = /\r\ncontent-length:\s*(\d+)/i.exec(bytes.toString("latin1", 0, end))?.[1]
  if (length === undefined) return -1
  const total = end + headEnd.length + Number(length)
  return bytes.length >= total ? total : 0
}

const serve = (delay: number) => (socket: net.Socket) => {
  let pending: Buffer | undefined
  socket.setNoDelay(true)
  socket.on("error", () => socket.destroy())
  socket.on("data", (chunk: Buffer) => {
    let bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk])
    pending = undefined
    while (bytes.length > 0) {
      const length = lengthOfRequest(bytes)
      if (length < 0) return socket.destroy()
      if (length === 0) break
      if (delay === 0) socket.write(answerBytes)
      else setTimeout(() => socket.writable && socket.write(answerBytes), delay)
      bytes = bytes.subarray(length)
    }
    if (bytes.length > 0) pending = bytes
    return undefined
  })
}

const listen = (delay: number): Promise<number> =>
  new Promise((resolve) => {
    const server = net.createServer(serve(delay))
    server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }, () => {
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : 0)
    })
  })

argumentOf<object>()
const ports = await Promise.all(delays.map(listen))
answerParent(Object.fromEntries(delays.map((delay, index) => [delay, ports[index]])))
