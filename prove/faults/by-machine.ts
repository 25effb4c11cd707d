/** A disk that is full, and a clock that jumps. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { IAM } from '@aws-sdk/client-iam'
import { Lambda } from '@aws-sdk/client-lambda'
import { trustPolicy } from '@furlong/aws'
import { sign } from '@furlong/sigv4'
import { strToU8, zipSync } from 'fflate'
import { startLocal } from '../../packages/local/src/start.ts'
import { type Fault, expectThat } from './fault.ts'
import { openStage, type Stage } from './stage.ts'

const smallDisk = (folder: string): readonly string[] => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `mkdir -p '${folder}' && chmod 700 '${folder}' && mount -t tmpfs -o size=16m,mode=0700 tmpfs '${folder}' && exec "$@"`,
  'sh',
]

/** @returns why a small disk cannot be had here, or undefined */
export function findNoDisk(): string | undefined {
  try {
    execFileSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /mnt'], {
      stdio: 'ignore',
    })
    return undefined
  } catch {
    return 'a disk of its own needs root, unshare and nsenter'
  }
}

const fullDisk: Fault = {
  name: 'the disk is full',
  who: 'machine',
  strike: async () => {
    const stage = await openStage(smallDisk)
    try {
      const lambda = await stage.running.clients.lambda()
      const before = await stage.look()
      const { made, refusal } = await fill(lambda)
      const full = await stage.look()
      expectThat(full.serving === 200, `a steady function answers ${full.serving} on a full disk`)
      const there = await listNames(lambda)
      expectThat(there.join() === ['steady', ...made].toSorted().join(), `there is ${there.join()}`)
      await enlarge(stage)
      for (const FunctionName of made) await lambda.deleteFunction({ FunctionName })
      expectThat((await stage.look()).state === before.state, 'the state is another')
      return `the ${made.length + 1}th function refused with ${refusal}, calls served, all well with more room`
    } finally {
      await stage.close()
    }
  },
}

async function listNames(lambda: Lambda): Promise<string[]> {
  const { Functions = [] } = await lambda.listFunctions({})
  return Functions.map(({ FunctionName = '' }) => FunctionName).toSorted()
}

/** Makes functions until one is refused. */
async function fill(lambda: Lambda): Promise<{ readonly made: string[]; readonly refusal: string }> {
  const { Functions: [{ Role } = {}] = [] } = await lambda.listFunctions({})
  const made: string[] = []
  for (let at = 0; at < 40; at += 1) {
    const source = strToU8('export const handler = 1')
    const ZipFile = zipSync({ 'index.mjs': source, noise: [randomBytes(500_000), { level: 0 }] })
    const named = {
      FunctionName: `fill-${at}`,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role,
    } as const
    try {
      await lambda.createFunction({ ...named, Code: { ZipFile } })
    } catch (error) {
      return {
        made,
        refusal: `${(error as Error).name} (${(error as Error).message.replaceAll(/'[^']*'/g, '…')})`,
      }
    }
    made.push(named.FunctionName)
  }
  throw new Error('16 MiB held 40 packages of 1 MiB')
}

/** The disk is seen by the server alone: it is made larger where the server is. */
async function enlarge({ running }: Stage): Promise<void> {
  const { pid = 0 } = running.child
  const mount = ['mount', '-o', 'remount,size=64m', running.side.stateFolder ?? '']
  execFileSync('nsenter', ['--target', String(pid), '--mount', ...mount])
}

const hour = 3_600_000

/** The machine's own clock is nobody's to set: a side in this process is given one. */
const clockJumps: Fault = {
  name: 'the clock jumps 1 hour and 13 hours ahead, and back',
  who: 'machine',
  strike: async () => {
    let offMs = 0
    const now = (): Date => new Date(Date.now() + offMs)
    await using local = await startLocal({ memory: true, now })
    const [credentials] = local.accounts
    expectThat(credentials !== undefined, 'the side has no account')
    const configuration = {
      endpoint: local.endpoint,
      region: local.region,
      credentials: { ...credentials },
      maxAttempts: 1,
    }
    const [lambda, iam] = [new Lambda(configuration), new IAM(configuration)]
    const { Role } = await iam.createRole({
      RoleName: 'jump',
      AssumeRolePolicyDocument: trustPolicy,
    })
    await lambda.createFunction({
      FunctionName: 'jump',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: Role?.Arn,
      Code: {
        ZipFile: zipSync({
          'index.mjs': strToU8('export const handler = async () => process.env.AWS_ACCESS_KEY_ID'),
        }),
      },
    })
    const { FunctionUrl = '' } = await lambda.createFunctionUrlConfig({
      FunctionName: 'jump',
      AuthType: 'AWS_IAM',
    })
    const call = async (signedAt: Date): Promise<readonly [status: number, key: string]> => {
      const signed = sign(
        { method: 'GET', url: FunctionUrl, headers: [] },
        { credentials, region: local.region, service: 'lambda', now: signedAt },
      )
      const response = await fetch(signed.url, {
        headers: signed.headers.map(([name, value]) => [name, value] as [string, string]),
      })
      return [response.status, await response.text()]
    }
    const [, first] = await call(now())
    const seen: string[] = []
    for (const jumpMs of [hour, 13 * hour, 0]) {
      const before = now()
      offMs = jumpMs
      const [late] = await call(before)
      expectThat(late === 403, `a signature of before a jump was answered ${late}`)
      const [status, key] = await call(now())
      expectThat(status === 200, `${jumpMs} ms ahead, a call was answered ${status}`)
      // A session lasts 12 hours: an environment with an older one is ended, not left with keys that do not hold.
      expectThat(jumpMs <= hour || key !== first, 'a function kept its session beyond its end')
      seen.push(`${late} and ${status}`)
      await sleep(1)
    }
    lambda.destroy()
    iam.destroy()
    return `old and new signature: ${seen.join('; ')}`
  },
}

/** What the machine does; what cannot be had here is left out by `findNoDisk`. */
export const faultsByMachine: readonly Fault[] = [fullDisk, clockJumps]
