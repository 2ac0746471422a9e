/**
 * The page: one stream of snapshots, and the panels that show each of them. The token stays in this module's memory: it is
 * in no storage, no cookie and no address.
 */
import { makeCharts } from "./Charts.js"
import { follow } from "./Connection.js"
import { byId, setAttribute, setText } from "./Dom.js"
import { timeOfDay } from "./Format.js"
import { showAccounts } from "./panels/Accounts.js"
import { makeDeadLetters } from "./panels/DeadLetters.js"
import { showHealth } from "./panels/Health.js"
import { makeJobs } from "./panels/Jobs.js"
import { showMoney, showReasons, showTiles, showTotals } from "./panels/Numbers.js"

let token = null
const headers = () => (token === null ? {} : { authorization: `Bearer ${token}` })

const tokenDialog = byId("token-dialog")
// Without a token there is nothing behind the dialog.
tokenDialog.addEventListener("cancel", (event) => event.preventDefault())

const askForToken = (said) =>
  new Promise((resolve) => {
    const input = byId("token")
    const problem =
      token === null ? "" : `That token does not open it: ${said === "" ? "the server refused it" : said}.`
    setText(byId("token-error"), problem)
    setAttribute(input, "aria-invalid", problem === "" ? null : "true")
    if (!tokenDialog.open) tokenDialog.showModal()
    input.value = ""
    input.focus()
    byId("token-form").addEventListener(
      "submit",
      (event) => {
        event.preventDefault()
        token = input.value.trim()
        input.value = ""
        tokenDialog.close()
        resolve()
      },
      { once: true }
    )
  })

const showConnection = (connection) => {
  const texts = {
    connected: () => "Live",
    locked: () => "Waits for a token",
    lost: ({ retryInMillis, said, since }) =>
      `Not connected since ${timeOfDay(since)}, tries again in ${Math.max(1, Math.round(retryInMillis / 1_000))} s${said === "" ? "" : `: ${said}`}`
  }
  setAttribute(byId("connection"), "data-state", connection.state)
  setText(byId("connection-text"), texts[connection.state](connection))
  setAttribute(document.body, "data-connection", connection.state)
}

const showCharts = makeCharts()
const showJobs = makeJobs(byId("jobs"), headers)
const showDeadLetters = makeDeadLetters(byId("letters"), headers)

const show = (report) => {
  const mode = byId("mode")
  mode.hidden = false
  setText(mode, report.mode)
  setAttribute(mode, "data-tone", report.mode === "simulated" ? "warn" : "good")
  setText(byId("owner"), report.owner)
  setText(byId("settings"), `v${report.settingsVersion}`)
  setText(byId("version"), report.version)
  showTiles(byId("tiles"), report)
  showCharts(report.traffic)
  showHealth(report)
  showAccounts(byId("accounts"), report)
  showMoney(byId("spent"), byId("budgets"), report)
  showReasons(byId("reasons"), report)
  showTotals(byId("totals"), report)
  showDeadLetters(report)
  showJobs(report)
}

follow({ headers, askForToken, onSnapshot: show, onState: showConnection })
