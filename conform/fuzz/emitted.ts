import type { Sigv4 } from '../sigv4/check.ts'
import { compareParts, explainOne } from './agree.ts'
import { type FuzzCase, type Pair, urlOf } from './cases.ts'
import type { Finding } from './findings.ts'
import { type Oracle, targetOf } from './oracles/oracle.ts'
import { isJudged, readSignedHeaders, receiveSent, referenceOf, type Sent, verifyingOf } from './signing.ts'

/**
 * Has another signer sign the raw request, and puts what it sends to `verify`: accepted where the reference says that
 * the signature is right, and refused, with the deviation explained, where it is not.
 * @param sigv4 the package
 * @param fuzz the case
 * @param oracle the other signer
 */
export async function checkEmitted(sigv4: Sigv4, fuzz: FuzzCase, oracle: Oracle): Promise<Finding[]> {
  const what = `verify judges what ${oracle.name} sends`
  const url = urlOf(fuzz)
  const headers = rawHeadersOf(fuzz)
  const target =
    oracle.name === 'botocore' || oracle.name === 'aws4' ? targetOf(url) : targetOf(new URL(url).href)
  const [path, query] = splitOnce(target, '?')
  const context = { oracle: oracle.name, fuzz, path, query, headers, message: '' }
  let sent: Sent
  let theirs: string
  try {
    const answer = await oracle.sign({ ...fuzz, url, headers, signsAll: false })
    theirs = answer.canonicalRequest
    sent = sendAnswer(fuzz, url, answer.target, answer.headers)
  } catch (error) {
    return [explainOne(what, { ...context, part: 'threw', message: String(error) })]
  }
  if (!isJudged(fuzz)) return []
  const reference = referenceOf(sent, readSignedHeaders(sent.headers, sent.target), fuzz.service)
  // Some leave S3 bodies out by default, which is for S3 to judge and not for the canonicaliser.
  const allowUnsignedPayload = fuzz.service === 's3'
  const result = sigv4.verify(receiveSent(sent), { ...verifyingOf(fuzz), allowUnsignedPayload })
  if (reference !== theirs) {
    if (result.ok) return [{ kind: 'unexplained', what, detail: 'accepted, against the reference' }]
    return compareParts(what, context, theirs, reference)
  }
  if (result.ok) return [{ kind: 'agrees', what }]
  return [explainOne(what, { ...context, part: 'refused', message: result.message })]
}

// No client sends a folded line. What another signer gets is what it can send.
function rawHeadersOf(fuzz: FuzzCase): Pair[] {
  const headers = fuzz.headers.map(([name, value]) => [name, value.replaceAll(/\r?\n[ \t]/g, ' ')] as const)
  return fuzz.isUnsigned ? [...headers, ['X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD']] : headers
}

function sendAnswer(fuzz: FuzzCase, url: string, target: string, headers: readonly Pair[]): Sent {
  const { host } = new URL(url)
  const others = headers.filter(([name]) => name.toLowerCase() !== 'host')
  return {
    method: fuzz.method.toUpperCase(),
    host,
    target,
    headers: others,
    body: fuzz.body ?? new Uint8Array(),
  }
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at)
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)]
}
