/** Clients that are here as what they put on the wire, with a key and a clock of then: verified without a server. */
import * as sigv4 from '@furlong/sigv4'
import { loadVectors } from '../sigv4/load-vectors.ts'
import { receiveCase, verifying } from '../sigv4/python-signers.ts'
import type { PythonCase } from '../sigv4/vectors.ts'
import type { Result } from './cells.ts'
import type { MatrixRequest } from './requests.ts'
import type { Way } from './stage.ts'

const libraries = ['requests-aws4auth', 'requests-auth-aws-sigv4'] as const

/** What came of one recorded request. */
export interface RecordedCell {
  readonly client: string
  readonly way: Way
  readonly request: string
  readonly group: MatrixRequest['group']
  readonly result: Result
}

const groups: readonly (readonly [begin: string, group: MatrixRequest['group']])[] = [
  ['get', 'GET'],
  ['post-bytes', 'binary'],
  ['post', 'POST JSON'],
  ['put-empty', 'empty body'],
  ['delete', 'empty body'],
]

/** @returns a cell for each recorded request without a session token; those with one are tried by `conform -- sigv4` */
export function listRecordedCells(): RecordedCell[] {
  const { pythonSigners: file } = loadVectors()
  return file.cases
    .filter(({ library, token }) => !token && libraries.some((one) => one === library))
    .map((vector) => ({
      client: `${vector.library}, recorded`,
      way: vector.host.endsWith('.on.aws') ? 'aws' : 'port',
      request: vector.name,
      group: groups.find(([begin]) => vector.name.startsWith(begin))?.[1] ?? 'GET',
      result: verify(vector, verifying(file, vector)),
    }))
}

function verify(vector: PythonCase, options: sigv4.VerifyOptions): Result {
  const request = receiveCase(vector)
  // As the local side does on loopback: several signers drop the port.
  const local = { ...options, hosts: [vector.host.replace(/:\d+$/, '')] }
  const result = sigv4.verify(request, local)
  if (result.ok) return 'pass'
  const [first] = sigv4.diagnose(request, local, result)
  return `refused: ${first?.cause ?? 'unknown'}${first?.proof === 'signature-matches' ? '' : '?'}`
}
