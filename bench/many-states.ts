/** State folders that hold much of one thing; what is asked of them is always one call of one function. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createClients, createUrl, deploy, type Target } from '@furlong/aws'
import { startLocal } from '@furlong/local'
import type { Credentials } from '@furlong/sigv4'

/** Where URLs listen: away from those of other local sides. */
export const manyUrlPorts = [26_000, 27_499] as const
const [firstPort, lastPort] = manyUrlPorts

/** A state folder, and who calls its first function. */
export interface ManyState {
  /** The caller removes it. */
  readonly folder: string
  /** One after the other; the administrator where there are none. */
  readonly callers: readonly Credentials[]
}

/** What the rest of a state hangs on. */
interface First {
  readonly target: Target
  readonly functionArn: string
}

/** Makes a state folder with one function and its URL, and with what `fill` puts there. */
async function makeState(
  fill: (first: First) => Promise<readonly Credentials[]> = () => Promise.resolve([]),
  entry = 'hello',
): Promise<ManyState> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-bench-'))
  await using local = await startLocal({ stateFolder: folder, urlPorts: manyUrlPorts })
  const [administrator] = local.accounts
  if (administrator === undefined) throw new Error('The local side has no account.')
  const target: Target = {
    kind: 'local',
    region: local.region,
    endpoint: local.endpoint,
    credentials: administrator,
  }
  const path = new URL(`functions/${entry}.mjs`, import.meta.url).pathname
  const { functionArn } = await deploy(target, { entry: path, name: 'hello', url: false })
  await createUrl(target, { functionName: 'hello', stream: entry === 'stream' })
  return { folder, callers: await fill({ target, functionArn }) }
}

/**
 * Makes a state folder with functions, written straight into the store: deploying 1,000 is not what is timed.
 *
 * @param count functions, each with a URL; the first is deployed, the others are copies of its rows
 */
export async function makeFunctions(count: number): Promise<ManyState> {
  const state = await makeState()
  const database = new DatabaseSync(join(state.folder, 'state.db'))
  database.exec('BEGIN')
  copyRow(database, 'functions', count, (row, at) => ({
    ...row,
    name: `hello${at}`,
    arn: `${String(row['arn'])}${at}`,
  }))
  copyRow(database, 'functionUrls', count, (row, at) => ({
    ...row,
    urlId: `${String(row['urlId']).slice(0, 28)}${String(at).padStart(4, '0')}`,
    functionArn: `${String(row['functionArn'])}${at}`,
    port: firstPort + ((Number(row['port']) - firstPort + at) % (lastPort - firstPort + 1)),
  }))
  database.exec('COMMIT')
  database.close()
  return state
}

const allowing = (functionArn: string): object[] => [
  {
    Effect: 'Allow',
    Action: ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'],
    Resource: functionArn,
  },
]
const write = (Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement })

/**
 * Makes a state folder with users, each with a key and a policy of its own that lets it call.
 *
 * @param count users; they call one after the other
 */
export const makeCallers = (count: number): Promise<ManyState> =>
  makeState(async ({ target, functionArn }) => {
    const iam = await createClients(target).iam()
    const callers: Credentials[] = []
    for (let at = 0; at < count; at += 1) {
      const UserName = `caller-${at}`
      await iam.createUser({ UserName })
      await iam.putUserPolicy({ UserName, PolicyName: 'call', PolicyDocument: write(allowing(functionArn)) })
      const { AccessKey } = await iam.createAccessKey({ UserName })
      const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
      callers.push({ accessKeyId, secretAccessKey })
    }
    return callers
  })

/** What a managed policy holds, and what may be attached to a user or a group. */
const statementsEach = 50
const policiesEach = 10

/**
 * Makes a state folder with one caller under managed policies, most of them of its groups, as AWS's quotas have it.
 *
 * @param count statements; the last one is that which lets the caller call
 */
export const makeStatements = (count: number): Promise<ManyState> =>
  makeState(async ({ target, functionArn }) => {
    const iam = await createClients(target).iam()
    const UserName = 'caller'
    await iam.createUser({ UserName })
    const others = Array.from({ length: count - 1 }, (_, at) => ({
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::bucket-${at}/*`,
    }))
    const statements = [...others, ...allowing(functionArn)]
    for (let at = 0; at * statementsEach < count; at += 1) {
      const { Policy } = await iam.createPolicy({
        PolicyName: `policy-${at}`,
        PolicyDocument: write(statements.slice(at * statementsEach, (at + 1) * statementsEach)),
      })
      const GroupName = `group-${Math.floor(at / policiesEach)}`
      if (at % policiesEach === 0) {
        await iam.createGroup({ GroupName })
        await iam.addUserToGroup({ GroupName, UserName })
      }
      await iam.attachGroupPolicy({ GroupName, PolicyArn: Policy?.Arn })
    }
    const { AccessKey } = await iam.createAccessKey({ UserName })
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
    return [{ accessKeyId, secretAccessKey }]
  })

/** Makes a state folder with a function that streams 64 KiB in 16 pieces. */
export const makeStream = (): Promise<ManyState> => makeState(undefined, 'stream')

type Values = Record<string, string | number | null>

function copyRow(
  database: DatabaseSync,
  table: string,
  count: number,
  change: (row: Values, at: number) => Values,
): void {
  const row = database.prepare(`SELECT * FROM ${table}`).get() as Values
  const names = Object.keys(row)
  const insert = database.prepare(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `:${name}`).join(', ')})`,
  )
  for (let at = 1; at < count; at += 1) insert.run(change(row, at))
}
