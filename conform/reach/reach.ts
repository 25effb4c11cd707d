import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Client } from './clients.ts'
import type { Calls, Stage } from './stage.ts'

const execute = promisify(execFile)

/** How a URL is reached. */
export type Way = keyof Stage['urls']

/** How each way is named in the report. */
export const ways: Readonly<Record<Way, string>> = {
  port: 'http://127.0.0.1:<port>/',
  localhost: '<id>.….localhost',
  prefix: '/_url/<id>/',
  aws: 'https://<id>.….on.aws/',
}

/**
 * Runs a client against a URL: with nothing set but its keys, and for an address on AWS with what `furlong run` sets.
 * @returns 'pass', or what went wrong
 */
export async function tryClient(client: Client, way: Way, stage: Stage): Promise<string> {
  const [program, ...args] = client.command ?? []
  if (program === undefined) return client.why ?? 'not on this machine'
  const home = await mkdtemp(join(tmpdir(), 'furlong-reach-'))
  const { PATH = '' } = process.env
  const env = { PATH, HOME: home, ...stage.keys, ...(way === 'aws' ? stage.reach : {}) }
  try {
    const { stdout } = await execute(program, [...args, stage.urls[way]], { env, timeout: 120_000 })
    return judge(JSON.parse(stdout) as Calls, client.calls)
  } catch (error) {
    return shorten(String((error as { stderr?: string }).stderr || error))
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** Tells whether a signature was made and checked, and a policy decided: the right caller comes in, and nobody else. */
export function judge({ right, wrongKey, stranger }: Calls, calls: Client['calls'] = 'url'): string {
  const wanted = calls === 'url' ? /"path":"\/book","caller":"arn:aws:[^"]+"/ : /books/
  if (right[0] !== 200 || !wanted.test(right[1])) return `the right key got ${right.join(' ')}`
  if (wrongKey[0] !== 403 || !/signature/i.test(wrongKey[1])) return `a wrong key got ${wrongKey.join(' ')}`
  const isDenied = /Forbidden|AccessDenied/.test(stranger[1])
  return stranger[0] === 403 && isDenied ? 'pass' : `a stranger got ${stranger.join(' ')}`
}

/** The causes that clients give for one and the same thing. */
const causes: readonly (readonly [RegExp, string])[] = [
  [
    /ENOTFOUND|EAI_AGAIN|Name or service not known|Temporary failure in name resolution|Could not resolve/,
    'the name is not resolved',
  ],
]

function shorten(text: string): string {
  const known = causes.find(([pattern]) => pattern.test(text))?.[1]
  return known ?? text.trim().split('\n').at(-1)?.slice(0, 160) ?? ''
}

/** Names below localhost are resolved by some systems and clients alone; every other way has to be one for all. */
export const isRight = (result: string, way: Way): boolean =>
  result === 'pass' || (way === 'localhost' && result === 'the name is not resolved')
