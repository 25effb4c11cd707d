import { readings } from '../sigv4/reference.ts'
import type { Sigv4 } from '../sigv4/check.ts'
import type { FuzzCase, Pair } from './cases.ts'
import { type DeviationContext, explain } from './deviations.ts'
import type { Finding } from './findings.ts'
import type { Oracle, OracleRequest } from './oracles/oracle.ts'
import { parts, readParts } from './parts.ts'
import { isJudged, type Ours, receiveSent, referenceOf, verifyingOf } from './signing.ts'

/**
 * Checks a request that the package signed: by the reference under every reading, and by `verify`.
 * @param sigv4 the package
 * @param fuzz the case
 * @param ours what the package made of it
 */
export function checkOurs(sigv4: Sigv4, fuzz: FuzzCase, ours: Ours): Finding[] {
  const findings: Finding[] = readings.map((reading) => {
    const text = referenceOf(ours.sent, ours.signedHeaders, fuzz.service, reading)
    const what = `reference, ${reading} reading`
    if (text === ours.canonicalRequest) return { kind: 'agrees', what }
    return {
      kind: 'unexplained',
      what,
      detail: `${JSON.stringify(ours.canonicalRequest)} instead of ${JSON.stringify(text)}`,
    }
  })
  if (!isJudged(fuzz)) return findings
  const what = 'verify accepts what sign sends'
  const result = sigv4.verify(receiveSent(ours.sent), verifyingOf(fuzz))
  findings.push(result.ok ? { kind: 'agrees', what } : { kind: 'unexplained', what, detail: result.message })
  return findings
}

/**
 * Has another signer sign what the package sends, with the same headers: both have to agree.
 * @param fuzz the case
 * @param ours what the package made of it
 * @param oracle the other signer
 */
export async function compareSignatures(fuzz: FuzzCase, ours: Ours, oracle: Oracle): Promise<Finding[]> {
  const request = requestOf(fuzz, ours)
  const { pathname, search } = new URL(request.url)
  const what = `${oracle.name} signs the same request alike`
  const context = {
    oracle: oracle.name,
    fuzz,
    path: pathname,
    query: search.slice(1),
    headers: request.headers,
    message: '',
  }
  try {
    const answer = await oracle.sign(request)
    if (answer.canonicalRequest === ours.canonicalRequest) {
      if (answer.signature === ours.signature) return [{ kind: 'agrees', what }]
      return [{ kind: 'unexplained', what, detail: 'the canonical requests agree and the signatures do not' }]
    }
    return compareParts(what, context, answer.canonicalRequest, ours.canonicalRequest)
  } catch (error) {
    return [explainOne(what, { ...context, part: 'threw', message: String(error) })]
  }
}

/**
 * Explains every part in which two canonical requests differ.
 * @param what the comparison
 * @param context what is known
 * @param theirs the oracle's
 * @param ours the one it is compared with
 */
export function compareParts(
  what: string,
  context: Omit<DeviationContext, 'part'>,
  theirs: string,
  ours: string,
): Finding[] {
  const both = { theirs: readParts(theirs), ours: readParts(ours) }
  return parts
    .filter((part) => both.theirs[part] !== both.ours[part])
    .map((part) => explainOne(what, { ...context, ...both, part }))
}

/**
 * Explains one deviation.
 * @param what the comparison
 * @param context what differs
 */
export function explainOne(what: string, context: DeviationContext): Finding {
  const by = explain(context)
  if (by) return { kind: 'explained', what, oracle: context.oracle, by }
  const { part, theirs, ours, message } = context
  const detail =
    part === 'threw' || part === 'refused'
      ? `${part}: ${message}`
      : `the ${part} ${JSON.stringify(theirs?.[part])} instead of ${JSON.stringify(ours?.[part])}`
  return { kind: 'unexplained', what, detail }
}

// The very headers that the package signed, as it sends them, and the URL without the signature of ours.
function requestOf(fuzz: FuzzCase, { sent, url, signedHeaders }: Ours): OracleRequest {
  const headers: Pair[] = sent.headers.filter(
    ([name]) => signedHeaders.includes(name.toLowerCase()) && name.toLowerCase() !== 'host',
  )
  return { ...fuzz, method: sent.method, url: withoutSignature(url), headers, signsAll: true }
}

function withoutSignature(url: string): string {
  const mark = `${url}?`.indexOf('?')
  const pairs = url
    .slice(mark + 1)
    .split('&')
    .filter(
      (pair) =>
        pair !== '' &&
        !/^X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Security-Token|Signature)=/.test(pair),
    )
  return url.slice(0, mark) + (pairs.length === 0 ? '' : `?${pairs.join('&')}`)
}
