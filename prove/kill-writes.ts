/** The writes of the kill proof: each changes one fact, through the SDK, and each fact can be read back. */
import { createHash } from 'node:crypto'
import type { Clients } from '@furlong/aws'
import { trustPolicy } from '@furlong/aws'
import { strToU8, zipSync } from 'fflate'
import type { Random } from '../conform/fuzz/random.ts'
import type { Facts } from './facts.ts'

/** One write. */
export interface Write {
  readonly key: string
  /** What the fact will be; undefined for its end, `any` when the server chooses. */
  readonly value: string | undefined
  /** @returns the fact as acknowledged */
  send(clients: Clients): Promise<string | undefined>
}

/** A client that goes on writing; its names are its own. */
export interface Writer {
  next(facts: Facts): Write
}

const roleName = 'proof'
const functionsEach = 2
const usersEach = 3
function createZip(version: number): { zip: Uint8Array; sha256: string } {
  const source = `export const handler = async () => ({ pid: process.pid, version: ${version} })`
  const zip = zipSync({ 'index.mjs': strToU8(source) }, { mtime: '2026-11-29' })
  return { zip, sha256: createHash('sha256').update(zip).digest('base64') }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && ['ResourceNotFoundException', 'NoSuchEntityException'].includes(error.name)

/**
 * Creates a writer.
 *
 * @param prefix of its names
 * @param random the order of its writes
 */
export function createWriter(prefix: string, random: Random): Writer {
  let version = 0
  const kinds: readonly [(facts: Facts) => Write, ...((facts: Facts) => Write)[]] = [
    (facts) => writeUser(`${prefix}-user${random.below(usersEach)}`, facts),
    (facts) => writeCode(`${prefix}-function${random.below(functionsEach)}`, (version += 1), facts, random),
    (facts) => writeUrl(`${prefix}-function${random.below(functionsEach)}`, facts, random),
    (facts) => writePermission(`${prefix}-function${random.below(functionsEach)}`, random.below(4), facts),
  ]
  return { next: (facts) => random.pick(kinds)(facts) }
}

function writeUser(name: string, facts: Facts): Write {
  const key = `user/${name}`
  return facts.get(key) === undefined
    ? {
        key,
        value: name,
        send: async (clients) => {
          await (await clients.iam()).createUser({ UserName: name })
          return name
        },
      }
    : {
        key,
        value: undefined,
        send: async (clients) => {
          await (await clients.iam()).deleteUser({ UserName: name })
          return undefined
        },
      }
}

function writeCode(name: string, version: number, facts: Facts, random: Random): Write {
  const key = `function/${name}`
  const { zip, sha256 } = createZip(version)
  if (facts.get(key) === undefined) {
    return {
      key,
      value: sha256,
      send: async (clients) => {
        const Role = await ensureRole(clients)
        const Code = { ZipFile: zip }
        const named = { FunctionName: name, Runtime: 'nodejs24.x', Handler: 'index.handler' } as const
        return (await (await clients.lambda()).createFunction({ ...named, Role, Code })).CodeSha256
      },
    }
  }
  const isBare = facts.get(`url/${name}`) === undefined && facts.list(`permission/${name}/`).length === 0
  if (isBare && random.chance(0.2)) {
    return {
      key,
      value: undefined,
      send: async (clients) => {
        await (await clients.lambda()).deleteFunction({ FunctionName: name })
        return undefined
      },
    }
  }
  return {
    key,
    value: sha256,
    send: async (clients) =>
      (await (await clients.lambda()).updateFunctionCode({ FunctionName: name, ZipFile: zip })).CodeSha256,
  }
}

function writeUrl(name: string, facts: Facts, random: Random): Write {
  const key = `url/${name}`
  if (facts.get(`function/${name}`) === undefined) return writeCode(name, 0, facts, random)
  return facts.get(key) === undefined
    ? {
        key,
        value: 'any',
        send: async (clients) =>
          (
            await (
              await clients.lambda()
            ).createFunctionUrlConfig({ FunctionName: name, AuthType: 'AWS_IAM' })
          ).FunctionUrl,
      }
    : random.chance(0.7)
      ? writePermission(name, random.below(4), facts)
      : {
          key,
          value: undefined,
          send: async (clients) => {
            await (await clients.lambda()).deleteFunctionUrlConfig({ FunctionName: name })
            return undefined
          },
        }
}

function writePermission(name: string, number: number, facts: Facts): Write {
  const sid = `s${number}`
  const key = `permission/${name}/${sid}`
  if (facts.get(`function/${name}`) === undefined) return writeUser(`${name}-user`, facts)
  return facts.get(key) === undefined
    ? {
        key,
        value: sid,
        send: async (clients) => {
          await (
            await clients.lambda()
          ).addPermission({
            FunctionName: name,
            StatementId: sid,
            Action: 'lambda:InvokeFunction',
            Principal: '444455556666',
          })
          return sid
        },
      }
    : {
        key,
        value: undefined,
        send: async (clients) => {
          await (await clients.lambda()).removePermission({ FunctionName: name, StatementId: sid })
          return undefined
        },
      }
}

async function ensureRole(clients: Clients): Promise<string> {
  const client = await clients.iam()
  try {
    return (await client.getRole({ RoleName: roleName })).Role?.Arn ?? ''
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  try {
    const { Role } = await client.createRole({ RoleName: roleName, AssumeRolePolicyDocument: trustPolicy })
    return Role?.Arn ?? ''
  } catch (error) {
    // Another writer was faster.
    if (error instanceof Error && error.name === 'EntityAlreadyExistsException') return ensureRole(clients)
    throw error
  }
}

/**
 * Reads every fact back.
 *
 * @param clients of the server that was started again
 * @returns key → value
 */
export async function readFacts(clients: Clients): Promise<Map<string, string>> {
  const facts = new Map<string, string>()
  const [iam, lambda] = [await clients.iam(), await clients.lambda()]
  const { Users = [] } = await iam.listUsers({ MaxItems: 1000 })
  for (const { UserName = '' } of Users)
    if (UserName !== 'administrator') facts.set(`user/${UserName}`, UserName)
  const { Functions = [] } = await lambda.listFunctions({})
  for (const { FunctionName = '', CodeSha256 = '' } of Functions) {
    facts.set(`function/${FunctionName}`, CodeSha256)
    const url = await orMissing(lambda.getFunctionUrlConfig({ FunctionName }))
    if (url !== undefined) facts.set(`url/${FunctionName}`, url.FunctionUrl ?? '')
    const policy = await orMissing(lambda.getPolicy({ FunctionName }))
    const { Statement = [] } = JSON.parse(policy?.Policy ?? '{}') as { Statement?: { Sid: string }[] }
    for (const { Sid } of Statement) facts.set(`permission/${FunctionName}/${Sid}`, Sid)
  }
  return facts
}

async function orMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
