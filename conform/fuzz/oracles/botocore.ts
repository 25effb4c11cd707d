import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Pair } from '../cases.ts'
import { type Oracle, type OracleAnswer, type OracleRequest, targetOf } from './oracle.ts'

const program = fileURLToPath(new URL('sign_with_botocore.py', import.meta.url))

/** What to say when there is none. */
export const botocoreIsAbsent = 'botocore is not here: install python3 with botocore to sign against it'

type Line =
  | { version: string }
  | { error: string }
  | { canonicalRequest: string; signature: string; url: string; headers: Pair[] }

/**
 * Starts botocore in one process that signs until it is closed.
 * @param every one case in so many is put to it
 * @returns the oracle, or undefined where there is no python3 with botocore
 */
export async function startBotocore(every: number): Promise<Oracle | undefined> {
  const child = spawn('python3', [program], { stdio: ['pipe', 'pipe', 'ignore'] })
  const waiting: ((line: Line | undefined) => void)[] = []
  const giveUp = (): void => {
    for (const answer of waiting.splice(0)) answer(undefined)
  }
  child.once('error', giveUp)
  child.once('close', giveUp)
  const read = (): Promise<Line | undefined> => new Promise((done) => waiting.push(done))
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line) as Line))
  child.stdin.on('error', () => {})
  const hello = await read()
  if (hello === undefined || !('version' in hello)) return undefined
  return {
    name: 'botocore',
    every,
    sign: (request) => sign(child, read, request),
    close: async () => {
      child.stdin.end()
      await once(child, 'close')
    },
  }
}

async function sign(
  child: ChildProcess,
  read: () => Promise<Line | undefined>,
  request: OracleRequest,
): Promise<OracleAnswer> {
  const { origin } = new URL(request.url)
  const url = origin + targetOf(request.url)
  const { sessionToken = null, expiresInSeconds = null } = request
  const body = Buffer.from(request.body ?? '').toString('base64')
  child.stdin?.write(`${JSON.stringify({ ...request, sessionToken, expiresInSeconds, url, body })}\n`)
  const line = await read()
  if (line === undefined || !('url' in line))
    throw new Error(line && 'error' in line ? line.error : 'botocore ended')
  return { ...line, target: line.url.slice(origin.length) }
}
