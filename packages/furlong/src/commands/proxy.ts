import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { calleeOptions, chooseCredentials, findCallee } from '../callee.ts'
import type { Command, Invocation, Outcome } from '../command.ts'
import { CliError } from '../errors.ts'
import type { ProxyRules } from '../proxy/guard.ts'
import { createSigningProxy, type ProxiedRequest } from '../proxy/signing-proxy.ts'
import { readOrigin } from '../read-origin.ts'
import { renewCredentials } from '../renewing-credentials.ts'

const tokenVariable = 'FURLONG_PROXY_TOKEN'

/** `furlong proxy` */
export const command: Command = {
  name: 'proxy',
  summary: 'plain HTTP in, signed requests out',
  usage: 'proxy <url|function>[/path] [--listen <port>] [--as <function|role|user>]',
  description: [
    'Listens on 127.0.0.1 and signs what comes: for programs that cannot sign, in any language, and for browsers.',
    'Whoever may open a connection on this machine calls as you: pages of other origins are refused, and --token asks',
    'for more. Answers stream; a body is held for its hash, up to 6,291,456 bytes, unless x-amz-content-sha256 gives it.',
  ],
  options: {
    listen: { type: 'string', value: '<port>', says: 'port of 127.0.0.1; default any free one' },
    token: {
      type: 'boolean',
      says: `clients have to send Authorization: Bearer with ${tokenVariable}, or with a token made up and printed`,
    },
    'allow-origin': {
      type: 'string',
      multiple: true,
      value: '<origin>',
      says: 'pages of this origin may call as well; the URL’s own CORS configuration answers them',
    },
    ...calleeOptions,
  },
  positionals: [1, 1],
  examples: [
    ['furlong proxy my-function-with-url --listen 4000', 'then: curl localhost:4000/book?page=5'],
    ['furlong proxy https://<id>.lambda-url.eu-west-1.on.aws/ --as reader', 'a URL of AWS, as a role'],
  ],
  run: async (invocation) => {
    const { values, positionals, context } = invocation
    const now = (): Date => context.now()
    const listen = values.number('listen', { min: 1, max: 65_535 }) ?? 0
    const origins = values.list('allow-origin').map((text) => readOrigin(text, values))
    const callee = await findCallee(invocation, positionals[0] ?? '')
    if (new URL(callee.url).search !== '') {
      throw values.wrong('A proxy takes no query: each request brings its own.')
    }
    const getCredentials = renewCredentials(() => chooseCredentials(invocation, callee.selection), now)
    // Credentials that cannot be had are told now, and not to the first client.
    await getCredentials()
    const token = values.flag('token') ? chooseToken(invocation) : undefined
    let port = listen
    const rules = (): ProxyRules => ({ port, origins, ...(token === undefined ? {} : { token }) })
    const server = createSigningProxy({
      url: callee.url,
      region: callee.region,
      ...(callee.via === undefined ? {} : { via: callee.via }),
      getCredentials,
      rules,
      now,
      onRequest: (request) => tell(invocation, request),
    })
    server.listen(listen, '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException
      throw new CliError('not-started', {
        message: `The proxy cannot listen on 127.0.0.1:${listen}: ${code}.`,
        suggestion: 'another --listen <port>, or none for any free one',
      })
    }
    port = (server.address() as AddressInfo).port
    return serve(invocation, { endpoint: `http://127.0.0.1:${port}/`, url: callee.url, server })
  },
}

async function serve(
  { context, reporter }: Invocation,
  proxy: { endpoint: string; url: string; server: ReturnType<typeof createSigningProxy> },
): Promise<Outcome> {
  const { endpoint, url, server } = proxy
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
  const stopHearing = context.onSignal(() => stop())
  reporter.print(reporter.format === 'json' ? JSON.stringify({ type: 'listening', endpoint, url }) : endpoint)
  reporter.say(reporter.errorPaint('dim', `signs for ${url}; ctrl-c ends it`))
  try {
    await stopped
    server.close()
    server.closeAllConnections()
    return {}
  } finally {
    stopHearing()
  }
}

function tell({ reporter }: Invocation, request: ProxiedRequest): void {
  const { method, path, status, durationMs, note } = request
  if (reporter.format === 'json') {
    reporter.print(JSON.stringify({ type: 'request', ...request }))
    return
  }
  const told = status === 0 ? 'client left' : String(status)
  const paint = status >= 400 || status === 0 ? 'red' : 'dim'
  reporter.say(
    reporter.errorPaint(
      paint,
      `${method} ${path} → ${told}  ${Math.round(durationMs)} ms${note === undefined ? '' : `  ${note}`}`,
    ),
  )
}

function chooseToken({ context, reporter }: Invocation): string {
  const given = context.env[tokenVariable]
  if (given !== undefined && given !== '') return given
  const token = randomBytes(24).toString('base64url')
  reporter.say(`clients send: Authorization: Bearer ${token}`)
  return token
}
