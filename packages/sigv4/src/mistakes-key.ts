import { createHmacKey, hmacBytes, hmacHex, type HmacKey } from '#sha256'
import type { Attempt, Situation } from './situation.ts'

/** What becomes of a secret on its way from a file, a variable or a form. */
const spoils: readonly (readonly [detail: string, spoil: (secret: string) => string])[] = [
  ['a newline at its end', (secret) => secret + '\n'],
  ['CR LF at its end', (secret) => secret + '\r\n'],
  ['a carriage return at its end', (secret) => secret + '\r'],
  ['a blank at its end', (secret) => secret + ' '],
  ['a blank before it', (secret) => ' ' + secret],
  ['a tab at its end', (secret) => secret + '\t'],
  ['quotes around it', (secret) => `"${secret}"`],
  ['quotes around it', (secret) => `'${secret}'`],
  ['its `/` and `+` percent-encoded', encodeURIComponent],
  ['its `+` turned into blanks', (secret) => secret.replaceAll('+', ' ')],
  ['`AWS4` put before it, which the signer does itself', (secret) => 'AWS4' + secret],
  ['nothing in it', () => ''],
  ['the text `undefined` in its place', () => 'undefined'],
]

/** Assumes a secret that was read with something around it. */
export function* attemptSecrets({ context: { claim, options } }: Situation): Iterable<Attempt> {
  const found = options.lookup(claim.accessKeyId, claim.sessionToken)
  if ('code' in found) return
  for (const [detail, spoil] of spoils) yield { secretAccessKey: spoil(found.secretAccessKey), detail }
  yield { secretAccessKey: claim.accessKeyId, detail: 'the access key id in its place' }
}

/** Assumes a key that was derived for another scope than the one stated, or in another way. */
export function* attemptKeys({ context: { claim, options } }: Situation): Iterable<Attempt> {
  const { date, region, service } = claim.scope
  const last = 'aws4_request'
  for (const [index, others] of [
    listNearDays(claim.signedAt),
    [options.region, 'us-east-1'],
    [options.service, 'execute-api', 's3', 'lambda'],
  ].entries()) {
    for (const other of others) {
      const steps = [date, region, service, last].with(index, other)
      yield attemptKey(
        steps,
        `for \`${other}\`, where the scope says \`${claim.scope[scopeNames[index] ?? 'date']}\``,
      )
    }
  }
  yield attemptKey([date, region, service], "without the last step, 'aws4_request'")
  yield attemptKey([date, region, service, last], "without 'AWS4' before the secret", '')
  yield {
    deriveKey: (secret) => deriveByHex(secret, [date, region, service, last]),
    detail: 'from hexadecimal text at each step, in place of bytes',
  }
}

const scopeNames = ['date', 'region', 'service'] as const

function attemptKey(steps: readonly string[], detail: string, prefix = 'AWS4'): Attempt {
  const deriveKey = (secret: string): HmacKey =>
    steps.reduce((key, step) => createHmacKey(hmacBytes(key, step)), createKey(prefix + secret))
  return { deriveKey, detail }
}

function deriveByHex(secret: string, steps: readonly string[]): HmacKey {
  return steps.reduce((key, step) => createKey(hmacHex(key, step)), createKey('AWS4' + secret))
}

function createKey(text: string): HmacKey {
  return createHmacKey(new TextEncoder().encode(text))
}

function listNearDays(signedAt: Date): string[] {
  return [-1, 1].map((days) =>
    new Date(signedAt.getTime() + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', ''),
  )
}

/** Assumes a signature that was written in another way. */
export function* attemptSpellings({ context: { claim }, parts }: Situation): Iterable<Attempt> {
  const { signature } = claim
  yield { claim: { signature: signature.toLowerCase() }, detail: 'The signature is written in capitals' }
  if (/^[A-Za-z0-9+/]{43}=?$/.test(signature)) {
    const hex = Array.from(atob(signature), (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'))
    yield { claim: { signature: hex.join('') }, detail: 'The signature is written in base64' }
  }
  yield {
    parts: { payloadHash: parts.payloadHash.toUpperCase() },
    detail: "The body's hash is written in capitals",
  }
  yield {
    rewriteStringToSign: (text) => text.slice(0, -64) + text.slice(-64).toUpperCase(),
    detail: 'The hash in the string to sign is written in capitals',
  }
}

/** Assumes texts that were put together wrongly. */
export function* attemptLayouts(): Iterable<Attempt> {
  const toCrLf = (text: string): string => text.replaceAll('\n', '\r\n')
  yield { rewrite: toCrLf, rewriteStringToSign: toCrLf, detail: 'with CR LF line ends' }
  yield { rewrite: toCrLf, detail: 'with CR LF line ends in the canonical request' }
  yield { rewriteStringToSign: toCrLf, detail: 'with CR LF line ends in the string to sign' }
  yield { rewrite: (text) => text + '\n', detail: 'with a line end after the canonical request' }
  yield { rewriteStringToSign: (text) => text + '\n', detail: 'with a line end after the string to sign' }
  yield {
    rewrite: (text) => text.replace('\n\n', '\n'),
    detail: 'without the empty line for a query that is empty',
  }
  yield {
    rewrite: (text) => text.replace(/\n\n(?=[^\n]*\n[^\n]*$)/, '\n'),
    detail: 'without the empty line after the headers',
  }
}
