import type { ServerResponse } from 'node:http'
import { drained, flatHeaders } from './send.ts'

/** One event of a stream, as server-sent events carry it. */
export interface ServerEvent {
  /** Where to go on after it. */
  readonly id: string
  readonly event: string
  /** Sent as JSON. */
  readonly data: unknown
}

/** An answer that goes on until its client leaves. */
export interface EventStream {
  readonly events: (signal: AbortSignal) => AsyncIterable<ServerEvent>
}

/** Time between two signs of life: clients and proxies give up on silence after a minute or more. */
const heartbeatMs = 15_000

/**
 * Sends events as they come. A client that reads slowly slows the stream down, and nothing is kept for it.
 *
 * @param response the answer
 * @param stream what to send; its signal fires when the client has left
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function sendEvents(response: ServerResponse, { events }: EventStream): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const headers = [
    ['Content-Type', 'text/event-stream'],
    ['Cache-Control', 'no-store'],
    ['X-Content-Type-Options', 'nosniff'],
  ] as const
  response.writeHead(200, flatHeaders(response, headers, new Date()))
  response.flushHeaders()
  const heartbeat = setInterval(() => response.write(':\n\n'), heartbeatMs)
  try {
    for await (const { id, event, data } of events(gone.signal)) {
      if (!response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
        await drained(response)
    }
  } finally {
    clearInterval(heartbeat)
    response.end()
  }
}
