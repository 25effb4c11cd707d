import { parseFunctionArn } from '@furlong/iam'
import { readCallTarget, type CallTarget } from './call-input.ts'
import { type Invocation, type Option, targetOptions } from './command.ts'
import { CliError } from './errors.ts'
import { findSideOf, isLoopback } from './find-side.ts'
import type { SessionCredentials } from './renewing-credentials.ts'
import { createCredentialsOf } from './session.ts'
import { selectTarget, type Selection } from './target.ts'

/** The function URL that a command calls, and where it lies. */
export interface Callee {
  readonly selection: Selection
  /** Absolute, with path and query. */
  readonly url: string
  /** The region that requests are signed for. */
  readonly region: string
  /** Endpoint to connect to in place of the URL's host: the local twin of a URL of AWS answers on the main port. */
  readonly via?: string
}

/** Options of each command that calls a function URL as somebody. */
export const calleeOptions: Readonly<Record<string, Option>> = {
  as: {
    type: 'string',
    value: '<function|role|user>',
    says: 'call as that role, as the role of that function, or locally as that user',
  },
  ...targetOptions,
}

/**
 * Finds what a command calls, and says the target on stderr.
 * @param invocation the call of the command
 * @param text a URL, or a function's name or ARN with a path behind it
 * @returns the URL and whose it is
 * @throws {CliError} `wrong-usage` for a URL that says nothing about whose keys to sign with; those of `selectTarget`
 */
export async function findCallee(invocation: Invocation, text: string): Promise<Callee> {
  const { values, context, reporter } = invocation
  const callTarget = readTarget(text, invocation)
  refuseForeignHost(callTarget, invocation)
  const owner = callTarget.kind === 'url' ? await findSideOf(callTarget.url, context) : undefined
  const selection = await selectTarget(values, context, reporter, {
    ...(callTarget.kind === 'function' ? { functionName: callTarget.functionName } : {}),
    ...(callTarget.kind === 'url' && callTarget.awsRegion !== undefined
      ? { awsRegion: callTarget.awsRegion }
      : {}),
    ...(owner === undefined ? {} : { side: owner.side }),
  })
  const shellSide = context.env['FURLONG_ENDPOINT'] ?? ''
  if (selection.kind === 'aws' && callTarget.kind === 'url' && URL.canParse(shellSide)) {
    const { port } = new URL(shellSide)
    reporter.say(
      `This shell has the keys of a local side, which AWS does not know; --port ${port} calls the local twin.`,
    )
  }
  const { url, region } = await locate(callTarget, selection, owner?.region)
  const isTwin = selection.kind === 'local' && new URL(url).hostname.endsWith('.on.aws')
  return { selection, url, region, ...(isTwin ? { via: selection.side.endpoint } : {}) }
}

/**
 * Finds the credentials of whoever calls: those of `--as`, else the target's own.
 * @param invocation the call of the command
 * @param selection the target
 * @returns the credentials as they are now; a role's are those of a new session
 * @throws {CliError} `no-keys` when `--as` names somebody whose keys nobody has here
 * @throws {AwsError} when the role is unknown or may not be assumed
 */
export async function chooseCredentials(
  { values }: Invocation,
  selection: Selection,
): Promise<SessionCredentials> {
  const { createClients, readCredentials, resolvePrincipal, toAwsError } = await import('@furlong/aws')
  const as = values.text('as')
  try {
    if (as === undefined) return await readCredentials(selection.target.credentials)
    return await createCredentialsOf(selection, await resolvePrincipal(as, createClients(selection.target)))
  } catch (error) {
    throw error instanceof CliError ? error : toAwsError(error)
  }
}

function readTarget(text: string, { values }: Invocation): CallTarget {
  try {
    return readCallTarget(text)
  } catch {
    throw values.wrong(`'${text}' is no URL.`)
  }
}

function refuseForeignHost(callTarget: CallTarget, { values }: Invocation): void {
  const isNamed = values.flag('aws') || values.text('profile') !== undefined
  if (
    callTarget.kind !== 'url' ||
    isNamed ||
    callTarget.awsRegion !== undefined ||
    isLoopback(callTarget.url)
  )
    return
  // Keys of a local side are of no use elsewhere, and those of AWS go nowhere without being asked for.
  throw values.wrong(
    `${callTarget.url.host} is neither a function URL of AWS nor this machine, so nothing says whose keys to sign with.`,
    '--aws or --profile <name>, with --region',
  )
}

async function locate(
  callTarget: CallTarget,
  selection: Selection,
  ownerRegion: string | undefined,
): Promise<Pick<Callee, 'url' | 'region'>> {
  const { target } = selection
  if (callTarget.kind === 'url') {
    const hostRegion = /\.lambda-url\.([a-z0-9-]+)\.(?:on\.aws|localhost)$/.exec(callTarget.url.hostname)?.[1]
    return { url: callTarget.url.href, region: hostRegion ?? ownerRegion ?? target.region }
  }
  const { getUrl } = await import('@furlong/aws')
  const { url, functionArn } = await getUrl(target, { functionName: callTarget.functionName })
  return {
    url: url.replace(/\/$/, '') + callTarget.pathAndQuery,
    region: parseFunctionArn(functionArn)?.region ?? target.region,
  }
}
