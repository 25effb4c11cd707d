/** The work of the soak: what callers do, how often, and what has to come of it. */
import { readFile } from 'node:fs/promises'
import type { Random } from '../../conform/fuzz/random.ts'
import type { SideProcess } from '../../conform/side-process.ts'
import { trustPolicy } from '@furlong/aws'
import { zipSync } from 'fflate'

/** One thing that a caller does. */
export interface Task {
  readonly name: string
  /** How often, among all. */
  readonly weight: number
  /** @returns whether what came is what has to come */
  readonly run: (random: Random) => Promise<boolean>
}

/**
 * Makes the functions and names the tasks.
 *
 * @param running the server
 * @returns the tasks; they may run at once
 */
export async function createTasks({ clients, signedFetch }: SideProcess): Promise<Task[]> {
  const [lambda, iam] = [await clients.lambda(), await clients.iam()]
  const { Role } = await iam.createRole({ RoleName: 'soak', AssumeRolePolicyDocument: trustPolicy })
  const ZipFile = zipSync({ 'index.mjs': await readFile(new URL('functions/mixed.mjs', import.meta.url)) })
  const create = async (
    FunctionName: string,
    handler: string,
    InvokeMode: 'BUFFERED' | 'RESPONSE_STREAM',
  ): Promise<string> => {
    const named = {
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: `index.${handler}`,
      Role: Role?.Arn,
    } as const
    await lambda.createFunction({ ...named, Timeout: 30, Code: { ZipFile } })
    return (
      (await lambda.createFunctionUrlConfig({ FunctionName, AuthType: 'AWS_IAM', InvokeMode })).FunctionUrl ??
      ''
    )
  }
  const mixed = await create('mixed', 'handler', 'BUFFERED')
  const streamer = await create('streamer', 'streamer', 'RESPONSE_STREAM')
  const json = JSON.stringify({ text: 'ä'.repeat(1000) })
  const bytes = Buffer.alloc(20_000, 7)
  const send = async (url: string, init?: RequestInit): Promise<{ status: number; length: number }> => {
    const response = await signedFetch(url, init)
    return { status: response.status, length: (await response.arrayBuffer()).byteLength }
  }
  const unsigned = async (url: string, init?: RequestInit): Promise<number> => {
    const response = await fetch(url, init)
    await response.arrayBuffer()
    return response.status
  }
  let name = 0
  return [
    {
      name: 'GET',
      weight: 55,
      run: async (random) => (await send(`${mixed}book?page=${random.below(1000)}`)).status === 200,
    },
    {
      name: 'POST JSON',
      weight: 12,
      run: async () => (await send(mixed, { method: 'POST', body: json })).status === 200,
    },
    {
      name: 'POST bytes',
      weight: 5,
      run: async () => (await send(mixed, { method: 'POST', body: bytes })).status === 200,
    },
    { name: 'stream', weight: 5, run: async () => (await send(streamer)).length === 65_536 },
    { name: 'log', weight: 5, run: async () => (await send(`${mixed}log`)).status === 200 },
    { name: 'unsigned', weight: 6, run: async () => (await unsigned(mixed)) === 403 },
    {
      name: 'wrong signature',
      weight: 6,
      run: async () =>
        (await unsigned(mixed, {
          headers: {
            'x-amz-date': new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, ''),
            authorization: `AWS4-HMAC-SHA256 Credential=AKIAUNKNOWN/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
          },
        })) === 403,
    },
    { name: 'function error', weight: 1, run: async () => (await send(`${mixed}fail`)).status === 502 },
    {
      name: 'list functions',
      weight: 3,
      run: async () => (await lambda.listFunctions({})).Functions?.length === 2,
    },
    {
      name: 'user made and deleted',
      weight: 1,
      run: async () => {
        const UserName = `soak-${(name += 1)}`
        await iam.createUser({ UserName })
        await iam.deleteUser({ UserName })
        return true
      },
    },
    {
      name: 'permission added and removed',
      weight: 1,
      run: async () => {
        const about = { FunctionName: 'mixed', StatementId: `soak-${(name += 1)}` }
        await lambda.addPermission({ ...about, Action: 'lambda:InvokeFunction', Principal: '444455556666' })
        await lambda.removePermission(about)
        return true
      },
    },
  ]
}
