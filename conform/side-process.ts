/** A local side as users have it: `furlong up` in a process of its own, found through its 0600 file. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createClients, type Clients } from '@furlong/aws'
import { createSignedFetch } from '@furlong/fetch'
import { listSides, type Side } from '@furlong/local/sides'

/** The command line, as it is installed. */
export const furlongProgram: string = fileURLToPath(
  new URL('../packages/furlong/bin/furlong.js', import.meta.url),
)

/** A running side. */
export interface SideProcess {
  readonly child: ChildProcess
  readonly side: Side
  /** Clients with the keys of the first account's administrator. */
  readonly clients: Clients
  /** Signs as the same; repeats nothing. */
  readonly signedFetch: typeof fetch
  /** The environment in which `furlong` finds this side and no other. */
  readonly env: Readonly<Record<string, string>>
  /** From the spawn to the line that says it is ready. */
  readonly readyMs: number
}

/** How a side's process is started. */
interface Started {
  /** Stands before its command, and must become it. */
  readonly before?: readonly string[]
  readonly nodeOptions?: readonly string[]
  /** Of its environment, beside what it needs. */
  readonly variables?: Readonly<Record<string, string>>
}

/**
 * Starts a side.
 *
 * @param folder where its register lies, and its state; made by the caller and removed by it
 * @param options of `furlong up`; `--memory` is not among them unless it is named
 * @param started how its process is started
 * @returns the side once it is ready
 * @throws Error with what it said when it ended instead
 */
export async function startSideProcess(
  folder: string,
  options: readonly string[],
  { before = [], nodeOptions = [], variables = {} }: Started = {},
): Promise<SideProcess> {
  const at = performance.now()
  await mkdir(join(folder, 'run'), { mode: 0o700, recursive: true })
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_RUNTIME_DIR: join(folder, 'run'),
    ...variables,
  }
  const up = [furlongProgram, 'up', '--port', '0', '--format', 'json', ...options]
  const [program = '', ...argv] = [...before, process.execPath, ...nodeOptions, ...up]
  const child = spawn(program, argv, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ready = new Promise<void>((done) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      // A refusal may be told before it; an error comes in several lines.
      if (line.startsWith('{"type":"ready"')) done()
      else if (!line.startsWith('{"type"')) said += line
    })
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`The server did not start: ${said}`)
  })
  ended.catch(() => {})
  await Promise.race([ready, ended])
  const readyMs = performance.now() - at
  const side = (await listSides(join(folder, 'run/furlong'))).find(({ pid }) => pid === child.pid)
  const [account] = side?.accounts ?? []
  if (side === undefined || account === undefined) throw new Error('The server is not announced.')
  const { accessKeyId, secretAccessKey } = account
  const credentials = { accessKeyId, secretAccessKey }
  return {
    child,
    side,
    clients: createClients({ kind: 'local', region: side.region, endpoint: side.endpoint, credentials }),
    signedFetch: createSignedFetch({ credentials, region: side.region, service: 'lambda', retry: false }),
    env,
    readyMs,
  }
}

/** Ends a side as ctrl-c does, unless it has ended. */
export async function endSideProcess({ child }: Pick<SideProcess, 'child'>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/**
 * Asks a side's own API, as `furlong` does.
 *
 * @param side which
 * @param path behind `/_furlong/`
 * @returns the JSON of the answer
 */
export async function askSide<T>({ endpoint, token }: Side, path: string): Promise<T> {
  const response = await fetch(`${endpoint}/_furlong/${path}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  if (!response.ok) throw new Error(`GET /_furlong/${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
