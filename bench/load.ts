import { Agent, request } from 'node:http'
import { sign, type Credentials } from '@furlong/sigv4'

/** What a closed loop of requests took. */
export interface Load {
  /** Milliseconds of every request, sorted. */
  readonly latencies: readonly number[]
  readonly requestsPerSecond: number
}

/** Sends a GET, signed by each caller in turn, over `connections` kept-alive connections, one at a time on each, for a while. */
export async function load(options: {
  readonly url: string
  /** Who calls: one, or several in turn. */
  readonly credentials: Credentials | readonly Credentials[]
  readonly region: string
  readonly connections: number
  /** 0 for one request on each connection. */
  readonly durationMs: number
}): Promise<Load> {
  const { region, connections, durationMs } = options
  const callers = 'accessKeyId' in options.credentials ? [options.credentials] : options.credentials
  // A signature holds for five minutes: signing once keeps the client's own work small and equal for every row.
  const requests = callers.map((credentials) => {
    const { url, headers } = sign(
      { method: 'GET', url: options.url },
      { credentials, region, service: 'lambda', now: new Date() },
    )
    return { url, headers: Object.fromEntries(headers) }
  })
  let sent = 0
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const latencies: number[] = []
  const started = performance.now()
  const once = (): Promise<void> =>
    new Promise((done, fail) => {
      const { url, headers } = requests[sent % requests.length] ?? raise()
      sent += 1
      const at = performance.now()
      request(url, { agent, headers }, (response) => {
        response.resume().on('end', () => {
          latencies.push(performance.now() - at)
          if (response.statusCode === 200) done()
          else fail(new Error(`${url} answered ${response.statusCode}`))
        })
      })
        .on('error', fail)
        .end()
    })
  const worker = async (): Promise<void> => {
    do await once()
    while (performance.now() - started < durationMs)
  }
  await Promise.all(Array.from({ length: connections }, worker))
  const elapsedMs = performance.now() - started
  agent.destroy()
  return {
    latencies: latencies.sort((a, b) => a - b),
    requestsPerSecond: (latencies.length / elapsedMs) * 1000,
  }
}

function raise(): never {
  throw new TypeError('There is nobody to call.')
}
