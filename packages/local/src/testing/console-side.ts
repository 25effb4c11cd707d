/** A side with a console whose page is a few files, and what its page would send. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { ConsolePage } from '../console/page.ts'
import { type Local, type LocalOptions, startLocal } from '../start.ts'
import { type Answered, call, type Calling } from './call.ts'

/** A running side and its console. */
export interface ConsoleSide {
  readonly local: Local
  /** `http://127.0.0.1:<port>/_furlong/console`. */
  readonly base: string
  readonly token: string
  /** Calls the console's API as its page does; `[status, JSON]`. */
  ask(name: `${'GET' | 'POST'} /${string}`, body?: unknown): Promise<readonly [number, unknown]>
  /** Sends anything to the main port. */
  send(path: string, calling?: Omit<Calling, 'url'>): Promise<Answered>
  link(place?: string): Promise<string>
  close(): Promise<void>
}

const script = 'globalThis.page = 1\n'

async function makePage(folder: string): Promise<ConsolePage> {
  const built = join(folder, 'page')
  await mkdir(built)
  await writeFile(join(folder, 'beside.html'), 'not of the page')
  await writeFile(join(built, 'index.html'), '<!doctype html><title>page</title>')
  await writeFile(join(built, 'app-0A1B2C3D.js'), script)
  await writeFile(join(built, 'app-0A1B2C3D.js.br'), brotliCompressSync(script))
  await writeFile(join(built, 'app-0A1B2C3D.js.gz'), gzipSync(script))
  return {
    folder: built,
    renderPlan: (fixes) => ({
      furlong: fixes.map(({ kind }) => kind),
      aws: [],
      credentials: {},
      sentences: [],
    }),
    renderThrottleFix: ({ kind }) => kind,
    renderCode: ({ url }) => ({ furlong: url, curl: url, fetch: url }),
  }
}

/** Starts it. */
export async function startConsoleSide(options: LocalOptions = {}): Promise<ConsoleSide> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-console-'))
  const local = await startLocal({ memory: true, page: await makePage(folder), ...options })
  const base = `${local.endpoint}/_furlong/console`
  const send: ConsoleSide['send'] = (path, calling = {}) => call({ url: local.endpoint + path, ...calling })
  const link = async (place?: string): Promise<string> => {
    const answered = await send('/_furlong/console/links', {
      method: 'POST',
      headers: [['authorization', `Bearer ${local.side.token}`]],
      body: JSON.stringify({ place }),
    })
    return (JSON.parse(answered.body) as { link: string }).link
  }
  const token = await openSession(base, await link())
  return {
    local,
    base,
    token,
    send,
    link,
    ask: async (name, body) => {
      const [method = '', path = ''] = name.split(' ')
      const response = await fetch(`${base}/api${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return [response.status, await response.json()]
    },
    close: async () => {
      await local.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function openSession(base: string, link: string): Promise<string> {
  const ticket = new URLSearchParams(new URL(link).hash.slice(1)).get('ticket')
  const response = await fetch(`${base}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ticket }),
  })
  return ((await response.json()) as { token: string }).token
}
