#!/usr/bin/env node
/**
 * The door of the program: checks the Node version before anything newer is read, so it is written for Node 12.
 *
 * In a checkout it runs the sources, with the Node of node_modules if the caller's is too old; installed it runs dist.
 */
import { spawn } from "child_process"
import { existsSync, readFileSync } from "fs"
import module from "module"
import { fileURLToPath } from "url"

const needed = [22, 19]
const found = process.versions.node.split(".").map(Number)
const isNewEnough = found[0] > needed[0] || (found[0] === needed[0] && found[1] >= needed[1])

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const isCheckout = existsSync(path("./main.ts")) && !/[\\/]node_modules[\\/]/.test(path("./main.ts"))
const bundledNode = path("../../node_modules/node/bin/node")
const args = process.argv.slice(2)
const readVersion = () => JSON.parse(readFileSync(path("../../package.json"), "utf8")).version

if (args.length === 1 && (args[0] === "--version" || args[0] === "-v")) {
  process.stdout.write(readVersion() + "\n")
} else if (isNewEnough) {
  if (module.enableCompileCache) module.enableCompileCache()
  import(isCheckout ? "./main.ts" : "../../dist/apps/cli/main.js").then((program) => program.main(args, readVersion()))
} else if (isCheckout && existsSync(bundledNode) && process.execPath !== bundledNode) {
  runWith(bundledNode)
} else {
  process.stderr.write(
    "ludeng needs Node " + needed.join(".") + " or newer; this is Node " + process.versions.node + ".\n"
  )
  process.exitCode = 5
}

function runWith(node) {
  const child = spawn(node, [path("./ludeng.mjs")].concat(args), { stdio: "inherit" })
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"]
  // A Ctrl-C reaches the child from the terminal too; it counts such echoes once (Signals.ts).
  signals.forEach((signal) => process.on(signal, () => child.kill(signal)))
  child.on("error", (error) => {
    process.stderr.write("ludeng could not start " + node + ": " + error.message + "\n")
    process.exitCode = 5
  })
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code)
    signals.forEach((name) => process.removeAllListeners(name))
    process.kill(process.pid, signal)
  })
}
