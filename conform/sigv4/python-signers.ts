import type { RawRequest, VerifyOptions } from '@furlong/sigv4'
import { bytesOf, dateOf, lookupOf } from './requests.ts'
import { type CheckGroup, differs, first, type Sigv4 } from './check.ts'
import type { PythonCase, Vectors } from './vectors.ts'

/** What is wrong with them, as `diagnose` names it. */
const repeatsDropped = 'query-repeats-left-out'
const portDropped = 'host-without-port'

type File = Vectors['pythonSigners']

/**
 * Checks requests as Python clients put them on the wire.
 * @param sigv4 the package
 * @param file the requests, with what is to be expected of each
 */
export function pythonSigners(sigv4: Sigv4, file: File): CheckGroup[] {
  const nameOf = (vector: PythonCase): string =>
    `${vector.library} ${vector.name} ${vector.host} token=${vector.token}`
  const invalid = file.cases.filter((vector) => vector.expect === 'invalid')
  const withoutPort = file.cases.filter((vector) => vector.expect === 'valid-with-host-without-port')
  return [
    {
      name: 'Python signers: verified as expected',
      checks: file.cases.map((vector) => [nameOf(vector), () => verifies(sigv4, file, vector)]),
    },
    {
      name: 'Python signers: the invalid ones diagnosed',
      checks: invalid.map((vector) => [nameOf(vector), () => diagnoses(sigv4, file, vector, repeatsDropped)]),
    },
    {
      name: 'Python signers: a missing port diagnosed',
      checks: withoutPort
        .filter((vector) => !isHostSent(vector))
        .map((vector) => [nameOf(vector), () => diagnoses(sigv4, file, vector, portDropped)]),
    },
  ]
}

function isHostSent(vector: PythonCase): boolean {
  return vector.headers.some(([name]) => name.toLowerCase() === 'host')
}

/** @returns a recorded request as a server receives it */
export function receiveCase(vector: PythonCase): RawRequest {
  return {
    method: vector.method,
    target: vector.target,
    rawHeaders: [...(isHostSent(vector) ? [] : ['Host', vector.host]), ...vector.headers.flat()],
    body: bytesOf(vector.bodyBase64),
  }
}

/** @returns with which key and clock a recorded request is verified */
export function verifying(file: File, vector: PythonCase): VerifyOptions {
  const { accessKeyId, secretAccessKey, sessionToken } = file.credentials
  const lookup = lookupOf({ accessKeyId, secretAccessKey, ...(vector.token ? { sessionToken } : {}) })
  return { lookup, region: file.region, service: file.service, now: dateOf(file.clock) }
}

function verifies(sigv4: Sigv4, file: File, vector: PythonCase): string | undefined {
  const request = receiveCase(vector)
  const options = verifying(file, vector)
  const hosts = [vector.host.replace(/:\d+$/, '')]
  const isValid = vector.expect === 'valid' || (isHostSent(vector) && vector.expect !== 'invalid')
  return first(
    differs('accepted under the host sent', sigv4.verify(request, options).ok, isValid),
    differs(
      'accepted under the host without its port',
      sigv4.verify(request, { ...options, hosts }).ok,
      vector.expect !== 'invalid',
    ),
  )
}

function diagnoses(sigv4: Sigv4, file: File, vector: PythonCase, wanted: string): string | undefined {
  const request = receiveCase(vector)
  const withoutPort = [vector.host.replace(/:\d+$/, '')]
  const options = { ...verifying(file, vector), hosts: wanted === repeatsDropped ? withoutPort : [] }
  const result = sigv4.verify(request, options)
  if (result.ok) return 'accepted'
  const [best] = sigv4.diagnose(request, options, result)
  return first(
    differs('the cause', best?.cause, wanted),
    differs('its proof', best?.proof, 'signature-matches'),
  )
}
