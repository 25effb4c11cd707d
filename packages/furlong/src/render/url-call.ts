import { quoteShellWord } from '@furlong/aws/command-line'
import type { RequestCode, UrlCall } from '@furlong/local'

/**
 * Renders a call of a function URL as code that makes it; keys come from the environment, as `furlong env` sets them.
 * @param call method, URL, headers and body; nothing of a signature
 * @returns commands for a POSIX shell, and a module of JavaScript
 */
export function renderUrlCall(call: UrlCall): RequestCode {
  return { furlong: renderFurlong(call), curl: renderCurl(call), fetch: renderFetch(call) }
}

function renderFurlong({ method, url, headers, body, isSigned }: UrlCall): string {
  // A body that begins like the name of a file goes through stdin.
  const isPiped = body?.startsWith('@') === true
  const words = [
    ...(method === defaultMethod(body) ? [] : ['-X', method]),
    ...headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    ...(body === undefined ? [] : ['-d', isPiped ? '@-' : body]),
    ...(isSigned ? [] : ['--unsigned']),
  ]
  const command = ['npx furlong call', ...[url, ...words].map(quoteShellWord)].join(' ')
  return isPiped ? `printf %s ${quoteShellWord(body)} | ${command}` : command
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
    ...(body === undefined ? [] : [`--data-raw ${quoteShellWord(body)}`]),
  ]
  const command = [`curl ${quoteShellWord(url)}`, ...signing, ...words].join(' \\\n  ')
  return isSigned && new URL(url).pathname.includes('%') ? `${onEscapes}\n${command}` : command
}

/** As curl 7.88 does, and `furlong explain` says of it. */
const onEscapes =
  '# curl encodes a path once when it signs, and Lambda wants it encoded twice: for this path, furlong call or fetch.'

const defaultMethod = (body: string | undefined): string => (body === undefined ? 'GET' : 'POST')

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
    ...(body === undefined ? [] : [`  body: ${JSON.stringify(body)},`]),
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
