/**
 * The stream of snapshots: server-sent events read with `fetch`, because `EventSource` can send no token. It comes back by
 * itself, waiting longer each time, never in step with other pages.
 */

const firstWaitMillis = 500
const longestWaitMillis = 15_000
/** A stream that has said nothing for so long is taken for lost: a snapshot comes about once a second. */
const silenceMillis = 10_000

/** Full jitter over a capped exponential, as for the providers; never less than a quarter of a second. */
export const waitOf = (failures, chance) =>
  250 + chance * Math.min(longestWaitMillis, firstWaitMillis * 2 ** Math.min(10, failures))

/**
 * Cuts a text into whole events, each with its `event` (default `message`) and its `data`; comments are no events. What is
 * left of the last one is `rest`.
 */
export const eventsOf = (text) => {
  const blocks = text.replaceAll("\r\n", "\n").split("\n\n")
  const rest = blocks.pop() ?? ""
  const fieldOf = (block, name) =>
    block
      .split("\n")
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ""))
  const events = blocks.map((block) => ({
    event: fieldOf(block, "event").at(-1) ?? "message",
    data: fieldOf(block, "data").join("\n")
  }))
  return { rest, events: events.filter(({ data }) => data !== "") }
}

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis))

/**
 * Follows the stream for as long as the page lives.
 *
 * `onSnapshot` gets each snapshot; `onState` what there is to say of the connection; `askForToken(said)` is asked when
 * the server wants a token, or another, with its own words, and answers when there is one.
 */
export const follow = async ({ askForToken, headers, onSnapshot, onState }) => {
  let failures = 0
  let lostAt = null
  for (;;) {
    const ended = await readOnce(headers, (snapshot) => {
      failures = 0
      lostAt = null
      onState({ state: "connected" })
      onSnapshot(snapshot)
    })
    if (ended.end === "token") {
      onState({ state: "locked" })
      await askForToken(ended.said)
      failures = 0
      continue
    }
    lostAt ??= Date.now()
    const millis = waitOf(failures, Math.random())
    failures += 1
    onState({ state: "lost", since: lostAt, retryInMillis: millis, said: ended.said })
    await pause(millis)
  }
}

/** What an answer means that is no stream. A problem document says in words what is wrong. */
const refusalOf = async (response) => {
  const problem = await response.json().catch(() => ({}))
  const said = typeof problem.detail === "string" ? problem.detail : ""
  const isOfToken = response.status === 401 || response.status === 429 || problem.reason === "ScopeMissing"
  return { end: isOfToken ? "token" : "lost", said }
}

const lost = { end: "lost", said: "" }

const readOnce = async (headers, onSnapshot) => {
  const stop = new AbortController()
  let timer
  const alive = () => {
    clearTimeout(timer)
    timer = setTimeout(() => stop.abort(), silenceMillis)
  }
  try {
    alive()
    const response = await fetch("/v1/overview/events", {
      headers: { ...headers(), accept: "text/event-stream" },
      cache: "no-store",
      signal: stop.signal
    })
    if (!response.ok || response.body === null) return await refusalOf(response)
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let text = ""
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return lost
      alive()
      const { events, rest } = eventsOf(text + value)
      text = rest
      // The server can not read its stores just now, and says so before it ends the stream.
      if (events.some(({ event }) => event === "problem")) return lost
      const newest = events.at(-1)
      if (newest !== undefined) onSnapshot(JSON.parse(newest.data))
    }
  } catch (error) {
    // The network, a server that went away, or a message that was cut: each is a stream that is lost.
    if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError) return lost
    throw error
  } finally {
    clearTimeout(timer)
    stop.abort()
  }
}
