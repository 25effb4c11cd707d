import { parseFunctionArn } from '@furlong/iam'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Target } from '@furlong/aws'
import { listSides, sidesFolder, type LocalAccount, type Side } from '@furlong/local/sides'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'
import type { Reporter } from './reporter.ts'
import type { Values } from './values.ts'

/** Port of the local side when none is named. */
export const defaultPort = 9311
/** Name of the state folder, looked for from the current folder upwards. */
export const stateFolderName = '.furlong'

/** What a command works on. */
export type Selection =
  | { readonly kind: 'local'; readonly side: Side; readonly account: LocalAccount; readonly target: Target }
  | { readonly kind: 'aws'; readonly target: Target }

/** What the call says about the target, beside its options. */
export interface TargetHints {
  /** A function's ARN: it brings its account and region. */
  readonly functionName?: string
  /** A URL of AWS selects AWS by its host; its region comes along. */
  readonly awsRegion?: string
  /** The side that was found to serve a URL. */
  readonly side?: Side
}

/**
 * Selects what a command works on, and says it on stderr: the local side, or AWS when it is named.
 * @param values the call's options
 * @param context environment and folder
 * @param reporter where the target is said
 * @param hints what the arguments say
 * @returns the selection
 * @throws {CliError} `no-local-side`, `several-local-sides`, `shell-is-local`, `unknown-account`, `wrong-usage`; never AWS by default
 */
export async function selectTarget(
  values: Values,
  context: Context,
  reporter: Reporter,
  hints: TargetHints = {},
): Promise<Selection> {
  const isForAws = isAws(values, hints)
  if (isForAws) refuseLocalShell(context)
  const selection = isForAws ? await selectAws(values, hints) : await selectLocal(values, context, hints)
  reporter.say(reporter.errorPaint('dim', describeSelection(selection, context)))
  return selection
}

function isAws(values: Values, hints: TargetHints): boolean {
  const isNamed = values.flag('aws') || values.text('profile') !== undefined
  const local = ['port', 'state', 'account'].find((name) => values.text(name) !== undefined)
  if (isNamed && local !== undefined) {
    throw values.wrong(`--${local} names a local side, --aws and --profile name AWS: one or the other.`)
  }
  return isNamed || (hints.awsRegion !== undefined && local === undefined)
}

/** What `furlong env` has set would send a request that is meant for AWS to the local side. */
function refuseLocalShell({ env }: Context): void {
  const { FURLONG_ENDPOINT: endpoint, AWS_ENDPOINT_URL_LAMBDA: lambda } = env
  if (endpoint !== undefined && endpoint !== '' && endpoint === lambda) {
    throw new CliError('shell-is-local', { endpoint })
  }
}

async function selectAws(values: Values, hints: TargetHints): Promise<Selection> {
  const { createAwsTarget } = await import('@furlong/aws')
  const region =
    values.text('region') ?? hints.awsRegion ?? parseFunctionArn(hints.functionName ?? '')?.region
  const profile = values.text('profile')
  const target = await createAwsTarget({
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
  })
  return { kind: 'aws', target }
}

async function selectLocal(values: Values, context: Context, hints: TargetHints): Promise<Selection> {
  const side = hints.side ?? (await findSide(values, context))
  const arn = parseFunctionArn(hints.functionName ?? '')
  const account = findAccount(side, values.text('account') ?? arn?.accountId)
  // A region in the shell counts when the shell points at this very side, as it does for the AWS CLI.
  const isOwnShell = context.env['AWS_ENDPOINT_URL_LAMBDA'] === side.endpoint
  const shellRegion = isOwnShell ? context.env['AWS_REGION'] : undefined
  return {
    kind: 'local',
    side,
    account,
    target: {
      kind: 'local',
      endpoint: side.endpoint,
      region: values.text('region') ?? arn?.region ?? shellRegion ?? side.region,
      credentials: { accessKeyId: account.accessKeyId, secretAccessKey: account.secretAccessKey },
    },
  }
}

/**
 * Finds the running local side: `--port`, `--state`, FURLONG_ENDPOINT, the nearest `.furlong` upwards, port 9311.
 * @param values the call's options
 * @param context environment and folder
 * @returns the side
 * @throws {CliError} `no-local-side`, `several-local-sides`
 */
export async function findSide(values: Values, context: Context): Promise<Side> {
  const sides = await listSides(sidesFolder(context.env))
  return chooseSide(sides, {
    ...readNamed(values, context),
    stateFolders: listStateFolders(context.cwd),
  })
}

/**
 * Finds the running local side for a command that works on a side as a whole, and says it on stderr.
 * @param values the call's options
 * @param context environment and folder
 * @param reporter where the target is said
 * @returns the side
 * @throws {CliError} `no-local-side`, `several-local-sides`
 */
export async function selectSide(values: Values, context: Context, reporter: Reporter): Promise<Side> {
  const side = await findSide(values, context)
  reporter.say(reporter.errorPaint('dim', `target: ${nameSide(side)}`))
  return side
}

function nameSide(side: Side): string {
  return `local side ${side.endpoint} (${side.stateFolder ?? 'in memory'})`
}

/** By what a side is chosen. */
export interface SideWish {
  readonly port?: number
  readonly stateFolder?: string
  readonly endpoint?: string
  /** State folders from here upwards, the nearest first. */
  readonly stateFolders: readonly string[]
}

function readNamed(values: Values, context: Context): Omit<SideWish, 'stateFolders'> {
  const port = values.number('port', { min: 1, max: 65_535 })
  const state = values.text('state')
  const endpoint = context.env['FURLONG_ENDPOINT']
  return {
    ...(port === undefined ? {} : { port }),
    ...(state === undefined ? {} : { stateFolder: toRealPath(resolve(context.cwd, state)) }),
    ...(endpoint === undefined || endpoint === ''
      ? {}
      : { endpoint: endpoint.replace(/\/$/, '').replace('//localhost:', '//127.0.0.1:') }),
  }
}

/**
 * Chooses among the running sides.
 * @param sides the running sides
 * @param wish what was named, and where the call stands
 * @returns the side
 * @throws {CliError} `no-local-side`, `several-local-sides`
 */
export function chooseSide(sides: readonly Side[], wish: SideWish): Side {
  const isNamed = wish.port !== undefined || wish.stateFolder !== undefined || wish.endpoint !== undefined
  if (wish.port !== undefined || wish.stateFolder !== undefined) {
    const found = sides.find(
      (side) =>
        (wish.port === undefined || side.port === wish.port) &&
        (wish.stateFolder === undefined || folderOf(side) === wish.stateFolder),
    )
    if (found !== undefined) return found
    const named = [
      ...(wish.port === undefined ? [] : [`on port ${wish.port}`]),
      ...(wish.stateFolder === undefined ? [] : [`with the state folder ${wish.stateFolder}`]),
    ]
    throw noSide(sides, `none ${named.join(' and ')}`)
  }
  if (isNamed) {
    const found = sides.find((side) => side.endpoint === wish.endpoint)
    if (found !== undefined) return found
    throw noSide(sides, `FURLONG_ENDPOINT names ${wish.endpoint}, where none is`)
  }
  for (const folder of wish.stateFolders) {
    const found = sides.find((side) => folderOf(side) === folder)
    if (found !== undefined) return found
  }
  const usual = sides.find((side) => side.port === defaultPort)
  if (usual !== undefined) return usual
  const [first, ...others] = sides
  // A side of another project is never taken for this one's, be it the only one: `down` would end it.
  if (first === undefined || others.length === 0) {
    throw noSide(sides, `no ${stateFolderName} from here upwards is in use, and port ${defaultPort} has none`)
  }
  throw new CliError('several-local-sides', { list: listSidesForPeople(sides), port: String(first.port) })
}

function noSide(sides: readonly Side[], looked: string): CliError {
  const [first] = sides
  if (first === undefined) return new CliError('no-local-side', { looked })
  return new CliError('no-local-side', {
    looked: `${looked}. Running are:\n${listSidesForPeople(sides)}`,
    suggestion: `--port ${first.port}`,
  })
}

function listSidesForPeople(sides: readonly Side[]): string {
  return sides
    .map(({ port, stateFolder, pid }) => `--port ${port}  ${stateFolder ?? 'in memory'}  (process ${pid})`)
    .join('\n')
}

/**
 * Tells where a side keeps its state.
 * @param side the side
 * @returns the real path; undefined for one in memory
 */
export function folderOf(side: Side): string | undefined {
  return side.stateFolder === null ? undefined : toRealPath(side.stateFolder)
}

/**
 * Follows symbolic links.
 * @param path absolute path
 * @returns the real path; the path itself when nothing is there
 */
export function toRealPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path
}

/**
 * Lists the state folders that stand from a folder upwards.
 * @param from absolute path
 * @returns those that exist, the nearest first
 */
export function listStateFolders(from: string): string[] {
  const found: string[] = []
  for (let folder = toRealPath(from); ; folder = dirname(folder)) {
    const candidate = join(folder, stateFolderName)
    if (existsSync(candidate)) found.push(toRealPath(candidate))
    if (folder === dirname(folder)) return found
  }
}

/**
 * Finds an account of a side.
 * @param side the side
 * @param accountId 12 digits; default its first account
 * @returns the account with its administrator's keys
 * @throws {CliError} `unknown-account`
 */
export function findAccount(side: Pick<Side, 'accounts'>, accountId?: string): LocalAccount {
  const found =
    accountId === undefined
      ? side.accounts[0]
      : side.accounts.find((account) => account.accountId === accountId)
  if (found !== undefined) return found
  const known = side.accounts.map((account) => account.accountId).join(', ')
  throw new CliError('unknown-account', { account: accountId ?? '', known })
}

function describeSelection(selection: Selection, context: Context): string {
  if (selection.kind === 'local') {
    const { side, account, target } = selection
    return `target: ${nameSide(side)}, account ${account.accountId}, ${target.region}`
  }
  const { profile, region } = selection.target
  const endpoint = context.env['AWS_ENDPOINT_URL_LAMBDA'] ?? context.env['AWS_ENDPOINT_URL']
  const by = endpoint === undefined ? '' : `, sent to ${endpoint} by this shell's AWS_ENDPOINT_URL variables`
  return `target: AWS, ${profile === undefined ? 'default credentials' : `profile ${profile}`}, ${region}${by}`
}
