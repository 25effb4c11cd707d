import { longestExpirySeconds, presign } from '@furlong/sigv4'
import { calleeOptions, chooseCredentials, findCallee } from '../callee.ts'
import type { Command, Outcome } from '../command.ts'

const defaultExpirySeconds = 3600

/** `furlong presign` */
export const command: Command = {
  name: 'presign',
  summary: 'a link that is signed already',
  usage: 'presign <url|function>[/path] [--expires <seconds>] [--as <function|role|user>]',
  description: [
    'Prints a URL that whoever has it may call until it expires, as the one who signed it: share it as you would share',
    'a key. A function URL takes it without a body only. A session that ends sooner ends the link with it.',
  ],
  options: {
    expires: {
      type: 'string',
      value: '<seconds>',
      says: `how long it holds, 1 to ${longestExpirySeconds}; default ${defaultExpirySeconds}`,
    },
    request: { type: 'string', short: 'X', value: '<method>', says: 'the method it holds for; default GET' },
    ...calleeOptions,
  },
  positionals: [1, 1],
  examples: [
    ['furlong presign "my-function-with-url/book?page=5" --expires 300', 'a link for five minutes'],
    ['curl "$(furlong presign my-function-with-url/book)"', 'what it is good for'],
  ],
  run: async (invocation): Promise<Outcome> => {
    const { values, positionals, context, reporter } = invocation
    const expiresInSeconds =
      values.number('expires', { min: 1, max: longestExpirySeconds }) ?? defaultExpirySeconds
    const callee = await findCallee(invocation, positionals[0] ?? '')
    const credentials = await chooseCredentials(invocation, callee.selection)
    const now = context.now()
    const expiresAt = new Date(now.getTime() + expiresInSeconds * 1000).toISOString()
    const method = values.text('request') ?? 'GET'
    const options = { credentials, region: callee.region, service: 'lambda', now, expiresInSeconds }
    try {
      const { url } = presign({ method, url: callee.url }, options)
      if (credentials.sessionToken !== undefined) {
        reporter.say('It is signed by a session: the link ends with the session, if that is sooner.')
      }
      return { data: { method, url, expiresAt }, lines: [url] }
    } catch (error) {
      // The signer takes no method and no URL that cannot be sent.
      throw error instanceof TypeError ? values.wrong(error.message) : error
    }
  },
}
