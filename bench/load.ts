import { Agent, request } from 'node:http'
import { sign, type Credentials } from '@furlong/sigv4'

/** What a closed loop of requests took. */
export interface Load {
  /** Milliseconds of every request, sorted. */
  readonly latencies: readonly number[]
  readonly requestsPerSecond: number
}

/** Sends the same signed GET over `connections` kept-alive connections, one at a time on each, for a while. */
export async function load(options: {
  readonly url: string
  readonly credentials: Credentials
  readonly region: string
  readonly connections: number
  /** 0 for one request on each connection. */
  readonly durationMs: number
}): Promise<Load> {
  const { credentials, region, connections, durationMs } = options
  // A signature holds for five minutes: signing once keeps the client's own work small and equal for every row.
  const signed = sign(
    { method: 'GET', url: options.url },
    { credentials, region, service: 'lambda', now: new Date() },
  )
  const headers = Object.fromEntries(signed.headers)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const latencies: number[] = []
  const started = performance.now()
  const once = (): Promise<void> =>
    new Promise((done, fail) => {
      const at = performance.now()
      request(signed.url, { agent, headers }, (response) => {
        response.resume().on('end', () => {
          latencies.push(performance.now() - at)
          if (response.statusCode === 200) done()
          else fail(new Error(`${signed.url} answered ${response.statusCode}`))
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
