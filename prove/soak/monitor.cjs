// Loaded into the server by the soak proof: writes what only the process itself can say, a line of JSON a second.
const { appendFileSync } = require('node:fs')
const { monitorEventLoopDelay } = require('node:perf_hooks')
const { isMainThread } = require('node:worker_threads')

if (isMainThread && process.env.SOAK_FILE !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  setInterval(() => {
    const { heapUsed, external, rss } = process.memoryUsage()
    const p50Ms = delay.percentile(50) / 1e6
    const p99Ms = delay.percentile(99) / 1e6
    const maxMs = delay.max / 1e6
    delay.reset()
    appendFileSync(
      process.env.SOAK_FILE,
      `${JSON.stringify({ heapUsed, external, rss, p50Ms, p99Ms, maxMs })}\n`,
    )
  }, 1000).unref()
}
