import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runtimes } from '../sigv4/runtimes.ts'

/** A program that was not made for furlong. */
export interface Client {
  readonly name: string
  /** Absent when it is not on this machine; `why` says so then. */
  readonly command?: readonly [program: string, ...args: string[]]
  readonly why?: string
  /** Whether it calls a function URL, or the API of Lambda by its host on AWS. */
  readonly calls: 'url' | 'api'
}

const programOf = (name: string): string => fileURLToPath(new URL(`programs/${name}`, import.meta.url))

const canRun = (program: string, ...args: string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const sends = ['fetch', 'https', 'axios', 'undici', 'ky'] as const

/** What a client itself asks for, where that is more than Node 20. */
const leastNode: Readonly<Record<string, number>> = { undici: 22, ky: 22 }

function listNodeClients(): Client[] {
  const systemNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path))
  const nodes = [
    { name: 'Node 20', executable: systemNode ?? '' },
    ...runtimes.filter(({ name }) => name === 'Node 22' || name === 'Node 24'),
  ]
  return nodes.flatMap(({ name, executable }) => {
    const major = existsSync(executable)
      ? Number(execFileSync(executable, ['-p', 'process.versions.node.split(".")[0]'], { env: {} }))
      : 0
    const missing = `Node ${name.slice(5)}` === `Node ${major}` ? undefined : 'not on this machine'
    const create = (kind: string, file: string, calls: Client['calls'], args: string[]): Client => {
      const least = leastNode[kind] ?? 0
      const why = missing ?? (major < least ? `${kind} asks for Node ${least}` : undefined)
      const named = `${name} ${kind}`
      return why === undefined
        ? { name: named, calls, command: [executable, programOf(file), ...args] }
        : { name: named, calls, why }
    }
    return [
      ...sends.map((kind) => create(kind, 'client.mjs', 'url', [kind])),
      create('AWS SDK', 'sdk.mjs', 'api', ['node']),
      create('AWS SDK, fetch handler', 'sdk.mjs', 'api', ['fetch']),
    ]
  })
}

function listPythonClients(): Client[] {
  const pythons = ['/usr/bin/python3', 'python3']
  return ['requests', 'httpx', 'urllib'].map((kind) => {
    const python = pythons.find((one) => canRun(one, '-c', `import botocore, ${kind}`))
    return python === undefined
      ? { name: `Python ${kind}`, calls: 'url', why: `no python3 here has ${kind} and botocore` }
      : { name: `Python ${kind}`, calls: 'url', command: [python, programOf('client.py'), kind] }
  })
}

function createShellClient(name: string, program: string, file: string, calls: Client['calls']): Client {
  return canRun(program, '--version')
    ? { name, calls, command: ['sh', programOf(file), ''] }
    : { name, calls, why: 'not on this machine' }
}

/** @returns every client, in the order of the report */
export function listClients(): Client[] {
  return [
    ...listPythonClients(),
    createShellClient('curl --aws-sigv4', 'curl', 'client.sh', 'url'),
    ...listNodeClients(),
    createShellClient('AWS CLI', 'aws', 'aws.sh', 'api'),
  ]
}
