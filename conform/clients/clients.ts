import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { MatrixRequest } from './requests.ts'

/** A client of the matrix. */
export interface Client {
  readonly name: string
  /** Whether it calls a function URL, or Invoke of the Lambda API. */
  readonly calls: 'url' | 'api'
  /** Absent when it is not on this machine; `why` says so then. */
  readonly command?: readonly [program: string, ...args: string[]]
  readonly why?: string
  /** Which requests it can be asked for; all unless said. */
  readonly takes?: (request: MatrixRequest) => boolean
  /** Why its results are shown and not judged: a version that `expected.ts` does not know. */
  readonly isUnjudged?: string
}

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const program = (name: string): string => fileOf(`programs/${name}`)

const canRun = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const createNodeClient = (name: string, kind: string): Client => ({
  name,
  calls: 'url',
  command: [process.execPath, program('client.mjs'), kind],
})

function createPeerClient(name: string): Client {
  return existsSync(fileOf(`peers/node_modules/${name}`))
    ? createNodeClient(name, name)
    : { name, calls: 'url', why: 'npm ci --prefix conform/clients/peers failed' }
}

/** The first python3 that has the modules: the system's own may have others than the one on the path. */
function createPythonClient(name: string, kind: string, ...modules: string[]): Client {
  const python = ['python3', '/usr/bin/python3'].find((one) =>
    canRun(one, '-c', `import ${modules.join(', ')}`),
  )
  return python === undefined
    ? { name, calls: 'url', why: `no python3 here has ${modules.join(' and ')}` }
    : { name, calls: 'url', command: [python, program('client.py'), kind] }
}

function createCommandClient(name: string, kind: string, ...needs: string[]): Client {
  const missing = needs.find((one) => !canRun(one, '--version'))
  return missing === undefined
    ? { name, calls: 'url', command: [process.execPath, program('command.mjs'), kind] }
    : { name, calls: 'url', why: `${missing} is not on this machine` }
}

/** A link is opened, and opening it says GET and nothing else. */
const isPlainGet = ({ method, body }: MatrixRequest): boolean => method === 'GET' && body === undefined
const createLink = (signer: string, kind: string, ...needs: string[]): Client => ({
  ...createCommandClient(`link presigned by ${signer}`, kind, 'curl', ...needs),
  takes: isPlainGet,
})

/** The curl whose deviations `expected.ts` knows. */
const knownCurl = /^curl 7\.88\./

function createCurl(): Client {
  const client = createCommandClient('curl --aws-sigv4', 'curl', 'curl')
  if (client.command === undefined) return client
  const version = execFileSync('curl', ['--version'], { encoding: 'utf8' })
  return knownCurl.test(version)
    ? client
    : { ...client, isUnjudged: `the table of what fails is of curl 7.88, this is ${version.slice(0, 12)}` }
}

/** The AWS CLI has no command for InvokeWithResponseStream. */
const isWhole = ({ isStreamed = false }: MatrixRequest): boolean => !isStreamed
const asApi = (client: Client): Client => ({ ...client, calls: 'api' })

/** @returns every client, in the order of the report */
export function listClients(): Client[] {
  return [
    createPythonClient('botocore + requests', 'send_requests', 'botocore', 'requests'),
    createPythonClient('botocore + httpx', 'send_httpx', 'botocore', 'httpx'),
    createPythonClient('boto3 session, botocore', 'send_boto3', 'boto3'),
    createPythonClient('requests-aws4auth, live', 'send_aws4auth', 'requests', 'requests_aws4auth'),
    createPythonClient(
      'requests-auth-aws-sigv4, live',
      'send_auth_aws_sigv4',
      'requests',
      'requests_auth_aws_sigv4',
    ),
    createNodeClient('@smithy/signature-v4 + SDK handler', 'smithy-handler'),
    createNodeClient('@smithy/signature-v4 + fetch', 'smithy-fetch'),
    { name: '@aws-lambda-powertools/signer', calls: 'url', why: 'the npm registry has no such package' },
    createNodeClient('aws4 + node:http', 'aws4'),
    createNodeClient('aws4fetch', 'aws4fetch'),
    createPeerClient('aws-sigv4-fetch'),
    createPeerClient('aws4-axios'),
    createCurl(),
    createLink('furlong', 'link-furlong'),
    createLink('botocore', 'link-botocore', 'python3'),
    createLink('aws4', 'link-aws4'),
    createLink('aws4fetch', 'link-aws4fetch'),
    createNodeClient('furlong fetch', 'furlong-fetch'),
    createNodeClient('furlong axios', 'furlong-axios'),
    createNodeClient('furlong undici', 'furlong-undici'),
    createCommandClient('furlong call', 'furlong-call'),
    { ...asApi(createCommandClient('AWS CLI, invoke', 'aws-invoke', 'aws')), takes: isWhole },
    asApi(createPythonClient('boto3 client, invoke', 'invoke_boto3', 'boto3')),
    asApi(createNodeClient('AWS SDK v3, invoke', 'sdk-invoke')),
  ]
}
