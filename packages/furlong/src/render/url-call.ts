import { quoteShellWord } from '@furlong/aws/command-line'
import type { RequestCode, UrlCall } from '@furlong/local'

/**
 * Renders a call of a function URL as code that makes it; keys come from the environment, as `furlong env` sets them.
 * @param call method, URL, headers and body; nothing of a signature
 * @returns commands for a POSIX shell, and a module of JavaScript
 */
export function renderUrlCall(call: UrlCall): RequestCode {
  const notes = listNotes(call)
  const note = (mark: string, more: readonly string[] = []): string =>
    [...notes, ...more].map((one) => `${mark} ${one}\n`).join('')
  return {
    furlong: note('#') + renderFurlong(call),
    curl: note('#', call.isSigned && !signsAsCurl(new URL(call.url)) ? [onCurl] : []) + renderCurl(call),
    fetch: note('//') + renderFetch(call),
  }
}

/** What is not as it was sent. */
function listNotes({ headers, body, lostBodyBytes }: UrlCall): readonly string[] {
  const texts = [...headers.map(([, value]) => value), ...(typeof body === 'string' ? [body] : [])]
  return [
    ...(lostBodyBytes === undefined
      ? []
      : [`Its body of ${lostBodyBytes} bytes is left out: only the beginning is kept.`]),
    ...(texts.some((text) => text.includes('***')) ? ['*** stands for a secret: put it in.'] : []),
  ]
}

function renderFurlong({ method, url, headers, body, isSigned }: UrlCall): string {
  // Bytes, and a body that begins like the name of a file, go through stdin.
  const isPiped = body !== undefined && (typeof body !== 'string' || body.startsWith('@'))
  const words = [
    ...(method === defaultMethod(body) ? [] : ['-X', method]),
    ...headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    ...(body === undefined ? [] : ['-d', isPiped ? '@-' : body]),
    ...(isSigned ? [] : ['--unsigned']),
  ]
  const command = ['npx furlong call', ...[url, ...words].map(quoteShellWord)].join(' ')
  return isPiped ? `${print(body)} | ${command}` : command
}

/** A command that writes a body to its output. */
function print(body: string | Uint8Array): string {
  return typeof body === 'string'
    ? `printf %s ${quoteShellWord(body)}`
    : `printf %s ${Buffer.from(body).toString('base64')} | base64 -d`
}

/** A session token curl does not send by itself, brackets and dot segments it would read its own way. */
function renderCurl({ method, url, headers, body, region, isSigned }: UrlCall): string {
  const signing = isSigned
    ? [
        `--aws-sigv4 ${quoteShellWord(`aws:amz:${region}:lambda`)}`,
        '--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"',
        '${AWS_SESSION_TOKEN:+-H "x-amz-security-token: $AWS_SESSION_TOKEN"}',
      ]
    : []
  const isTyped = headers.some(([name]) => name.toLowerCase() === 'content-type')
  const words = [
    ...(/[[\]{}]/.test(url) ? ['--globoff'] : []),
    ...(/\/\.{1,2}(?:[/?]|$)/.test(url) ? ['--path-as-is'] : []),
    ...(method === defaultMethod(body) ? [] : [`-X ${quoteShellWord(method)}`]),
    ...headers.map(([name, value]) => `-H ${quoteShellWord(`${name}: ${value}`)}`),
    ...(body === undefined || isTyped ? [] : ["-H 'content-type:'"]),
    ...(body === undefined
      ? []
      : [typeof body === 'string' ? `--data-raw ${quoteShellWord(body)}` : '--data-binary @-']),
  ]
  const command = [`curl ${quoteShellWord(url)}`, ...signing, ...words].join(' \\\n  ')
  return typeof body === 'object' ? `${print(body)} | ${command}` : command
}

/**
 * Whether curl 7.88 signs what Lambda reads: it takes path and query as they are written, so it fails for a path with escapes
 * or `//`, and for a query that is not in its canonical form. @see docs/clients.md
 */
function signsAsCurl({ pathname, search }: URL): boolean {
  if (/%|\/\//.test(pathname)) return false
  const pairs = search.slice(1).split('&')
  if (!pairs.every((pair) => search.length <= 1 || canonicalPair.test(pair))) return false
  // A space sorts before all that may stand in a name.
  const sorted = pairs.map((pair) => pair.replace('=', ' ')).toSorted()
  return sorted.every((pair, at) => pair === pairs[at]?.replace('=', ' '))
}

const canonicalPair = /^(?:[\w.~-]|%[0-9A-F]{2})+=(?:[\w.~-]|%[0-9A-F]{2})*$/

const onCurl =
  'curl signs this path or query as it is written, and Lambda encodes and sorts first: rather furlong call or fetch.'

const defaultMethod = (body: UrlCall['body']): string => (body === undefined ? 'GET' : 'POST')

function renderFetch({ method, url, headers, body, region, isSigned }: UrlCall): string {
  const members = [
    ...(method === 'GET' ? [] : [`  method: ${JSON.stringify(method)},`]),
    ...(headers.length === 0
      ? []
      : [
          '  headers: [',
          ...headers.map(([name, value]) => `    [${JSON.stringify(name)}, ${JSON.stringify(value)}],`),
          '  ],',
        ]),
    ...(body === undefined ? [] : [`  body: ${renderBody(body)},`]),
  ]
  const rest = members.length === 0 ? '' : `, {\n${members.join('\n')}\n}`
  const send = (name: string): string[] => [
    `const response = await ${name}(${JSON.stringify(url)}${rest})`,
    'console.log(response.status, await response.text())',
  ]
  if (!isSigned) return send('fetch').join('\n')
  return [
    "import { createSignedFetch } from '@furlong/fetch'",
    '',
    `const signedFetch = createSignedFetch({ region: ${JSON.stringify(region)} })`,
    ...send('signedFetch'),
  ].join('\n')
}

function renderBody(body: string | Uint8Array): string {
  return typeof body === 'string'
    ? JSON.stringify(body)
    : `Buffer.from(${JSON.stringify(Buffer.from(body).toString('base64'))}, 'base64')`
}
