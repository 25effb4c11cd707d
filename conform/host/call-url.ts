/** A client that sends a request as it is spelt, and tells what came back. */
import { request as send } from 'node:http'
import {
  fidelityHost,
  type FidelityRequest,
  type FidelityView,
} from '../../packages/host/dist/testing/fidelity.js'

type Pair = readonly [name: string, value: string]

/** Headers of a connection, no part of what the function answered. */
const ofConnection: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding'])

/**
 * Calls the suite's function URL.
 *
 * @param port of the local side
 * @param request what to send
 * @returns what came back; an answer that broke off is `truncated`, and one without a head has status 0
 */
export function callUrl(port: number, request: FidelityRequest): Promise<FidelityView> {
  const { method = 'GET', target = '/', headers = [], body } = request
  const length: Pair[] = body === undefined ? [] : [['content-length', String(body.length)]]
  const sent: Pair[] = [['host', fidelityHost], ...headers, ...length]
  return new Promise((resolve) => {
    const outgoing = send({
      host: '127.0.0.1',
      port,
      method,
      path: target,
      headers: sent.flat(),
      agent: false,
    })
    outgoing.on('error', () =>
      resolve({ statusCode: 0, headers: [], body: Buffer.alloc(0), truncated: true }),
    )
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      const settle = (): void =>
        resolve({
          statusCode: incoming.statusCode ?? 0,
          headers: pairsOf(incoming.rawHeaders).filter(([name]) => !ofConnection.has(name.toLowerCase())),
          body: Buffer.concat(chunks),
          truncated: !incoming.complete,
        })
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', () => {})
      incoming.on('close', settle)
    })
    outgoing.end(body)
  })
}

function pairsOf(flat: readonly string[]): Pair[] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[2 * index] ?? '',
    flat[2 * index + 1] ?? '',
  ])
}
