/** A server that holds each request until it is let go: what a function waits for that shall run for as long as a test wants. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A running server. */
export interface HoldingServer {
  readonly url: string
  /** Settles when so many requests have come in all. */
  readonly arrived: (count: number) => Promise<void>
  /** Answers everything that waits, and whatever comes later at once. */
  readonly release: () => void
  readonly close: () => Promise<void>
}

/** A handler that asks the server before it answers with its request id. */
export const createWaitingHandler = ({ url }: Pick<HoldingServer, 'url'>): string => `
export const handler = async (event, context) => {
  await fetch(${JSON.stringify(url)})
  return { statusCode: 200, body: context.awsRequestId }
}`

/** Starts one on a free port of loopback. */
export async function startHoldingServer(): Promise<HoldingServer> {
  const held: ServerResponse[] = []
  const waiting: { readonly count: number; readonly done: () => void }[] = []
  let arrivals = 0
  let isOpen = false
  const server = createServer((_request, response) => {
    arrivals += 1
    if (isOpen) response.end()
    else held.push(response)
    for (const { count, done } of waiting) if (arrivals >= count) done()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrived: (count) =>
      arrivals >= count ? Promise.resolve() : new Promise((done) => waiting.push({ count, done })),
    release: () => {
      isOpen = true
      for (const response of held.splice(0)) response.end()
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
