/** Two functions on a local side of its own, and the ways to reach their URLs. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { trustPolicy } from '@furlong/aws'
import { zipSync } from 'fflate'
import { endSideProcess, furlongProgram, type SideProcess, startSideProcess } from '../side-process.ts'

/** How a URL is reached. */
export type Way = 'port' | 'host' | 'prefix' | 'aws'

/** How each way is named in the report. */
export const ways: Readonly<Record<Way, string>> = {
  port: 'port',
  host: 'Host',
  prefix: 'path prefix',
  aws: '.on.aws',
}

/** What stands before a client's own command, and before the path of its requests. */
export interface Reach {
  readonly before: readonly string[]
  readonly origins: Readonly<Record<'echo' | 'stream', string>>
}

/** A running side with the functions of the matrix. */
export interface Stage {
  readonly running: SideProcess
  readonly reaches: Readonly<Record<Way, Reach>>
  /** What stands before a client of the Lambda API: by an endpoint, and by AWS's own host. */
  readonly apiBefore: Readonly<Record<'port' | 'aws', readonly string[]>>
  /** Keys, region, and what finds the side. */
  readonly env: Readonly<Record<string, string>>
  close(): Promise<void>
}

/** The ids of the URLs, 32 characters each. */
const urlIds = {
  echo: 'clientsclientsclientsclients0001',
  stream: 'clientsclientsclientsclients0002',
} as const
/**
 * Starts the side and makes the functions.
 * @returns the stage; close it
 */
export async function openStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-clients-'))
  const running = await startSideProcess(folder, ['--memory', '--aws-hosts'])
  const { side, clients } = running
  const [lambda, iam] = [await clients.lambda(), await clients.iam()]
  const { Role } = await iam.createRole({ RoleName: 'matrix', AssumeRolePolicyDocument: trustPolicy })
  const urls: Partial<Record<'echo' | 'stream', string>> = {}
  for (const FunctionName of ['echo', 'stream'] as const) {
    const code = await readFile(new URL(`functions/${FunctionName}.mjs`, import.meta.url))
    const Code = { ZipFile: zipSync({ 'index.mjs': code }) }
    const named = { FunctionName, Runtime: 'nodejs24.x', Handler: 'index.handler' } as const
    const Tags = { 'furlong:url-id': urlIds[FunctionName] }
    await lambda.createFunction({ ...named, Role: Role?.Arn, Timeout: 30, Code, Tags })
    const InvokeMode = FunctionName === 'stream' ? 'RESPONSE_STREAM' : 'BUFFERED'
    const url = await lambda.createFunctionUrlConfig({ FunctionName, AuthType: 'AWS_IAM', InvokeMode })
    urls[FunctionName] = url.FunctionUrl ?? ''
  }
  const originsOf = (make: (id: string, portUrl: string) => string): Reach['origins'] => ({
    echo: make(urlIds.echo, urls.echo ?? ''),
    stream: make(urlIds.stream, urls.stream ?? ''),
  })
  const [account] = side.accounts
  const throughRun = [process.execPath, furlongProgram, 'run', '--port', String(side.port), '--']
  return {
    running,
    reaches: {
      port: { before: [], origins: originsOf((_, url) => url) },
      host: {
        before: await nameHosts(folder, Object.values(urlIds).map(hostOf)),
        origins: originsOf((id) => `http://${hostOf(id)}:${side.port}/`),
      },
      prefix: { before: [], origins: originsOf((id) => `${side.endpoint}/_url/${id}/`) },
      aws: {
        before: throughRun,
        origins: originsOf((id) => `https://${id}.lambda-url.us-east-1.on.aws/`),
      },
    },
    apiBefore: {
      port: ['env', `AWS_ENDPOINT_URL_LAMBDA=${side.endpoint}`],
      aws: [...throughRun, 'env', '-u', 'AWS_ENDPOINT_URL_LAMBDA', '-u', 'AWS_ENDPOINT_URL'],
    },
    env: {
      ...running.env,
      AWS_ACCESS_KEY_ID: account?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: account?.secretAccessKey ?? '',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
    },
    close: async () => {
      await endSideProcess(running)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const hostOf = (id: string): string => `${id}.lambda-url.us-east-1.localhost`

/**
 * Most clients resolve names below `localhost` only where the system does. As a user would, this names the hosts in
 * /etc/hosts, but in one that the client alone sees.
 *
 * @returns what stands before the command; nothing where this system lets nobody have such a file
 */
async function nameHosts(folder: string, hosts: readonly string[]): Promise<string[]> {
  const file = join(folder, 'hosts')
  await writeFile(file, `127.0.0.1 localhost ${hosts.join(' ')}\n`)
  const mount = `mount --bind '${file}' /etc/hosts && exec "$@"`
  for (const flags of [['--mount'], ['--mount', '--map-root-user']]) {
    const before = ['unshare', ...flags, 'sh', '-c', mount, 'sh']
    try {
      execFileSync(before[0] ?? '', [...before.slice(1), 'true'], { stdio: 'ignore' })
      return before
    } catch {
      // Not as this user, or not in this container.
    }
  }
  return []
}
