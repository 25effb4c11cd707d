import type { Credentials } from '@furlong/sigv4'
import { type CallerName, callerNames, type UrlName, type UrlTarget, urlNames } from './target.ts'

/** `streamOfBuffered` → `STREAM_OF_BUFFERED` */
const shout = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()

const variableOf = (name: UrlName): string => `FURLONG_SUITE_URL_${shout(name)}`

const keyVariables = ['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'SESSION_TOKEN'] as const
const keyVariable = (caller: CallerName, key: (typeof keyVariables)[number]): string =>
  `FURLONG_SUITE_${shout(caller)}_${key}`

/**
 * Reads from environment variables which resources of AWS the suite is to call.
 *
 * @param environment the variables
 * @returns the target
 * @throws Error that names every variable that is missing: nothing is taken from a profile or from the default credentials
 */
export function readRemoteTarget(environment: Readonly<Record<string, string | undefined>>): UrlTarget {
  const needed = [
    'FURLONG_SUITE_REGION',
    ...urlNames.map(variableOf),
    ...callerNames.flatMap((caller) =>
      [keyVariables[0], keyVariables[1]].map((key) => keyVariable(caller, key)),
    ),
  ]
  const missing = needed.filter((name) => (environment[name] ?? '') === '')
  if (missing.length > 0) {
    throw new Error(
      `REMOTE=1 calls function URLs of an AWS account and needs them named. Not set: ${missing.join(', ')}. See conform/url/README.md.`,
    )
  }
  const valueOf = (name: string): string => environment[name] ?? ''
  const urls = Object.fromEntries(urlNames.map((name) => [name, valueOf(variableOf(name))])) as Record<
    UrlName,
    string
  >
  for (const [name, url] of Object.entries(urls)) {
    if (!/^https:\/\/[a-z0-9]+\.lambda-url\.[a-z0-9-]+\.on\.aws\/$/.test(url)) {
      throw new Error(`${variableOf(name as UrlName)} is no function URL of AWS: ${url}`)
    }
  }
  const credentialsOf = (caller: CallerName): Credentials => {
    const token = valueOf(keyVariable(caller, 'SESSION_TOKEN'))
    return {
      accessKeyId: valueOf(keyVariable(caller, 'ACCESS_KEY_ID')),
      secretAccessKey: valueOf(keyVariable(caller, 'SECRET_ACCESS_KEY')),
      ...(token === '' ? {} : { sessionToken: token }),
    }
  }
  return {
    kind: 'aws',
    region: valueOf('FURLONG_SUITE_REGION'),
    urls,
    callers: { granted: credentialsOf('granted'), denied: credentialsOf('denied') },
    anyHost: urls.iam,
  }
}
