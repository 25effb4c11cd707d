/** A running server to misbehave towards, and what must be true of it afterwards. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Runtime } from '@aws-sdk/client-lambda'
import { trustPolicy } from '@furlong/aws'
import type { EnvironmentStatus } from '@furlong/local/console'
import { sign } from '@furlong/sigv4'
import { zipSync } from 'fflate'
import type { SideStatus } from '../../packages/local/src/front/side-status.ts'
import { askSide, endSideProcess, type SideProcess, startSideProcess } from '../../conform/side-process.ts'

/** How a function of the proof is made. */
export interface FunctionSettings {
  readonly handler?: string
  readonly runtime?: Runtime
  readonly timeoutSeconds?: number
  readonly memorySizeMb?: number
  readonly isStreamed?: boolean
  readonly variables?: Readonly<Record<string, string>>
}

/** A running side with one well-behaved function on it. */
export interface Stage {
  readonly running: SideProcess
  /** URL of the well-behaved function. */
  readonly url: string
  /** Makes a function and its URL; `remove` takes it away. */
  create(name: string, settings?: FunctionSettings): Promise<string>
  remove(name: string): Promise<void>
  /** Signs a request and writes it as it goes on the wire. */
  write(url: string, method?: string, body?: string, more?: readonly string[]): Buffer
  /** The processes of a function, as the kernel knows them. */
  pidsOf(name: string): Promise<number[]>
  /** Its environments, as the server knows them. */
  environmentsOf(name: string): Promise<readonly EnvironmentStatus[]>
  /** What holds now. */
  look(): Promise<Situation>
  close(): Promise<void>
}

/** What can be seen of the server from outside. */
export interface Situation {
  /** Status of a call of the well-behaved function. */
  readonly serving: number
  /** Functions, URLs and their ports, as text. */
  readonly state: string
  /** Processes that have to do with the server, itself among them. */
  readonly processes: number
  /** Files and sockets that the server has open, but for the ports of URLs: those of deleted ones go on answering 403. */
  readonly handles: number
}

/** Below `url-ports`' default, and of this process alone: a side that is started again wants its ports back. */
const urlPorts = 20
let nextPort = 17_000 + (process.pid % 50) * 2 * urlPorts

/**
 * Starts a server with a state of its own.
 *
 * @param before stands before its command: what puts its folder onto a small disk
 * @returns the stage
 */
export async function openStage(
  before: (stateFolder: string) => readonly string[] = () => [],
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-faults-'))
  const state = join(folder, 'state')
  const firstPort = nextPort
  nextPort += urlPorts
  const options = ['--state', state, '--url-ports', `${firstPort}-${firstPort + urlPorts - 1}`]
  const running = await startSideProcess(folder, options, { before: before(state) })
  const { side, clients, signedFetch, child } = running
  const [account] = side.accounts
  if (account === undefined) throw new TypeError('The side has no account.')
  const [lambda, iam] = [await clients.lambda(), await clients.iam()]
  const { Role } = await iam.createRole({ RoleName: 'faults', AssumeRolePolicyDocument: trustPolicy })
  const source = await readFile(new URL('functions/faulty.mjs', import.meta.url))
  const bootstrap = await readFile(new URL('functions/bootstrap.mjs', import.meta.url))
  const start = Buffer.from(`#!/bin/sh\nexec '${process.execPath}' bootstrap.mjs\n`)
  const zip = zipSync({
    'index.mjs': source,
    'bootstrap.mjs': bootstrap,
    bootstrap: [start, { attrs: 0o755 << 16, os: 3 }],
  })
  const create: Stage['create'] = async (FunctionName, settings = {}) => {
    const { handler = 'handler', runtime = 'nodejs24.x', timeoutSeconds = 10, memorySizeMb = 256 } = settings
    await lambda.createFunction({
      FunctionName,
      Runtime: runtime,
      Handler: `index.${handler}`,
      Role: Role?.Arn,
      Timeout: timeoutSeconds,
      MemorySize: memorySizeMb,
      Environment: { Variables: { ...settings.variables } },
      Code: { ZipFile: zip },
    })
    const InvokeMode = settings.isStreamed === true ? 'RESPONSE_STREAM' : 'BUFFERED'
    const { FunctionUrl = '' } = await lambda.createFunctionUrlConfig({
      FunctionName,
      AuthType: 'AWS_IAM',
      InvokeMode,
    })
    return FunctionUrl
  }
  const url = await create('steady')
  const call = async (): Promise<number> => {
    const response = await signedFetch(`${url}ok`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(20_000),
    })
    await response.arrayBuffer()
    return response.status
  }
  await call()
  return {
    running,
    url,
    create,
    remove: async (FunctionName) => {
      await lambda.deleteFunction({ FunctionName })
    },
    write: (target, method = 'GET', body = '', more = []) => {
      const { accessKeyId, secretAccessKey } = account
      const signed = sign(
        { method, url: target, headers: [], ...(body === '' ? {} : { body: Buffer.from(body) }) },
        {
          credentials: { accessKeyId, secretAccessKey },
          region: side.region,
          service: 'lambda',
          now: new Date(),
        },
      )
      const { host, pathname, search } = new URL(signed.url)
      const length =
        body === '' || more.some((line) => /^(?:content-length|transfer-encoding)/i.test(line))
          ? []
          : [`Content-Length: ${Buffer.byteLength(body)}`]
      const lines = [
        `${method} ${pathname}${search} HTTP/1.1`,
        `Host: ${host}`,
        ...signed.headers.map(([name, value]) => `${name}: ${value}`),
        ...length,
        ...more,
      ]
      return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
    },
    pidsOf: (name) => findProcesses(`AWS_LAMBDA_FUNCTION_NAME=${name}\0`, folder),
    environmentsOf: async (name) => {
      const { environments } = await askSide<SideStatus>(side, 'status')
      const pools = environments.functions.filter(({ functionArn }) => functionArn.endsWith(`:${name}`))
      return pools.flatMap((pool) => pool.environments)
    },
    look: async () => ({
      serving: await call(),
      state: await readState(running),
      processes: (await findProcesses(folder)).length,
      handles: (await readdir(`/proc/${child.pid ?? 0}/fd`)).length - (await countUrlPorts(firstPort)),
    }),
    close: async () => {
      await endSideProcess(running)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function readState({ clients }: SideProcess): Promise<string> {
  const lambda = await clients.lambda()
  const { Functions = [] } = await lambda.listFunctions({})
  const lines: string[] = []
  for (const { FunctionName = '', CodeSha256 = '' } of Functions) {
    const { FunctionUrlConfigs = [] } = await lambda.listFunctionUrlConfigs({ FunctionName })
    lines.push(
      `${FunctionName} ${CodeSha256} ${FunctionUrlConfigs.map(({ FunctionUrl = '' }) => FunctionUrl).join()}`,
    )
  }
  return lines.toSorted().join('\n')
}

/** @returns how many ports of the range listen, by the kernel's own table */
async function countUrlPorts(firstPort: number): Promise<number> {
  const table = await readFile('/proc/net/tcp', 'latin1')
  const listening = [...table.matchAll(/^ *\d+: 0100007F:([\dA-F]{4}) \d{8}:0000 0A /gm)]
  return listening.filter(([, hex = '']) => {
    const port = Number.parseInt(hex, 16)
    return port >= firstPort && port < firstPort + urlPorts
  }).length
}

/** Every process with these texts in its environment or its command line. */
async function findProcesses(...texts: readonly string[]): Promise<number[]> {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    try {
      const about = `${await readFile(`/proc/${name}/environ`, 'latin1')}\0${await readFile(`/proc/${name}/cmdline`, 'latin1')}`
      if (texts.every((text) => about.includes(text))) found.push(Number(name))
    } catch {
      // It ended meanwhile.
    }
  }
  return found
}

/** How long what is ending may take, in milliseconds. */
const patienceMs = 20_000

/**
 * Makes, fails and deletes once: the server opens some of its files, and clients their connections, with the first use.
 *
 * @returns what holds once that has come to rest
 */
export async function warmUp(stage: Stage): Promise<Situation> {
  const url = await stage.create('warm-up')
  await stage.running.signedFetch(`${url}exit`, { headers: { connection: 'close' } })
  await stage.remove('warm-up')
  // Records are written a moment later; the connections of fetch stay for four seconds.
  await sleep(5000)
  return stage.look()
}

/**
 * Looks until everything is as it was before.
 *
 * @param stage after a fault
 * @param before what held before it
 * @returns what is not as it was; empty when all is
 */
export async function findDamage(stage: Stage, before: Situation): Promise<string[]> {
  const end = performance.now() + patienceMs
  for (;;) {
    const now = await stage.look()
    const damage = [
      ...(now.serving === 200 ? [] : [`a steady function answers ${now.serving}`]),
      ...(now.state === before.state ? [] : ['the state is another']),
      ...(now.processes <= before.processes
        ? []
        : [`${now.processes - before.processes} processes are left`]),
      ...(now.handles <= before.handles ? [] : [`${now.handles - before.handles} handles are left`]),
    ]
    if (damage.length === 0 || performance.now() > end) return damage
    await sleep(200)
  }
}

/** Makes a function, misuses it, and takes it away. */
export async function withFunction<T>(
  stage: Stage,
  settings: FunctionSettings | undefined,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const url = await stage.create('faulty', settings)
  try {
    return await use(url)
  } finally {
    await stage.remove('faulty')
  }
}
