import type { Cors, FunctionUrlAuthType, InvokeMode } from '@aws-sdk/client-lambda'
import { dirname, resolve } from 'node:path'
import { nameFromEntry, type Bundle } from '../bundle/bundle.ts'
import type { Architecture } from '../bundle/python-platform.ts'
import { AwsError } from '../errors.ts'
import { parseFunctionName } from '../function-name.ts'
import { invokeModeVariable, toInvokeMode } from '../invoke-mode.ts'
import type { CorsConfig, FurlongConfig, UrlConfig } from './config.ts'
import { createCors } from './cors.ts'
import { parseGrantee, type Grantee } from './grantee.ts'
import { aliasPattern, variableNamePattern } from './limits.ts'
import type { LoadedConfig } from './load-config.ts'
import { basicExecutionPolicy, nameOwnRole } from './own-role.ts'
import { readGrantee } from './parse-config.ts'

/** What a set-up is made of: a configuration, and what overrides it. */
export interface SetupOptions {
  readonly config?: LoadedConfig
  /** A TypeScript, JavaScript or Python file, a folder, or a zip; relative to `cwd`. */
  readonly entry?: string
  readonly cwd?: string
  /** Default: the entry's name, or its folder's when the file is called index, app, main and the like. */
  readonly name?: string
  readonly runtime?: string
  readonly architecture?: Architecture
  readonly handler?: string
  /** Name or ARN of a role; default: `<name>-role`, made when it is missing. */
  readonly role?: string
  readonly stream?: boolean
  /** Whether the function gets a URL; default true. */
  readonly url?: boolean
  /** Whether everybody may call the URL; default: those it is granted to. */
  readonly public?: boolean
  /** Id of the URL, local side only. */
  readonly id?: string
  /** Variables to add; those the function has are kept. */
  readonly environment?: Readonly<Record<string, string>>
  readonly timeoutSeconds?: number
  readonly memorySizeMb?: number
  readonly alias?: string
  /** Who may call the URL, beside those of the configuration; as for `furlong grant --to`. */
  readonly grants?: readonly string[]
  readonly sdk?: 'bundled' | 'external'
}

/** The role of a function. */
export type RoleSetup =
  /** One that is there, by name or ARN. */
  | { readonly kind: 'named'; readonly role: string }
  /** The function's own. Managed policies are names of AWS's own or ARNs; inline policies are documents by name. */
  | {
      readonly kind: 'own'
      readonly roleName: string
      readonly managedPolicies: readonly string[]
      readonly policies: Readonly<Record<string, object>>
    }

/** The URL of a function; what is absent is AWS's default on a new one, and stays as it is on one that is there. */
export interface UrlSetup {
  readonly authType?: FunctionUrlAuthType
  readonly invokeMode?: InvokeMode
  /** An empty object takes it away. */
  readonly cors?: Cors
  /** Local side only. */
  readonly id?: string
}

/**
 * What is to exist: pure data, the same whether it is deployed to an account or written as a template.
 * What is absent was not said: a new function gets a default, one that is there keeps what it has.
 */
export interface Setup {
  readonly functionName: string
  /** Absolute path. */
  readonly entry: string
  readonly runtime?: string
  readonly architecture?: Architecture
  readonly handler?: string
  readonly memorySizeMb?: number
  readonly timeoutSeconds?: number
  /** Variables to add, the one that tells the function its invoke mode included. */
  readonly environment: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly role?: RoleSetup
  /** Absent: the function gets no URL, and keeps one it has. */
  readonly url?: UrlSetup
  /** URL and grants are this alias's. */
  readonly alias?: string
  readonly grants: readonly Grantee[]
  /** Whether `grants` are meant to be all there are, as a configuration's are. */
  readonly listsAllGrants: boolean
  readonly sdk?: 'bundled' | 'external'
}

/** A set-up with every default filled in: what a new function gets. */
export interface CompleteSetup extends Omit<Setup, 'url'> {
  readonly runtime: string
  readonly handler: string
  readonly memorySizeMb: number
  readonly timeoutSeconds: number
  readonly role: RoleSetup
  readonly url?: UrlSetup & { readonly authType: FunctionUrlAuthType; readonly invokeMode: InvokeMode }
}

/** What a new function gets where nothing is said. */
const defaults = {
  /** Lambda's own default of 3 is short for a first start of an application. */
  timeoutSeconds: 30,
  /** Lambda gives processor time in proportion. */
  memorySizeMb: 512,
  authType: 'AWS_IAM',
  invokeMode: 'BUFFERED',
} as const

/**
 * Describes what is to exist, of a configuration and what overrides it.
 * @param options the configuration, and members that count more; variables and grants are added to the configuration's
 * @returns the set-up
 * @throws {AwsError} `EntryNotFound` when no entry is named, `InvalidFunctionName`, `InvalidVariableName`, `InvalidAlias`,
 *   `PrincipalNotFound`, `ServicePrincipalRefused`
 */
export function createSetup(options: SetupOptions): Setup {
  const config = options.config?.config ?? {}
  const entry = readEntry(options)
  const name = options.name ?? config.name ?? nameFromEntry(entry)
  const { name: functionName } = parseFunctionName(name)
  const url = readUrl(options, config)
  const alias = options.alias ?? config.alias
  if (alias !== undefined) checkAlias(alias)
  const mode = readInvokeMode(options, config)
  const environment = {
    ...config.environment,
    ...(mode === undefined ? {} : { [invokeModeVariable]: mode }),
    ...options.environment,
  }
  checkVariableNames(environment)
  const role = readRole(options, config, functionName)
  return {
    functionName,
    entry,
    ...pick(config, options, 'runtime'),
    ...pick(config, options, 'architecture'),
    ...pick(config, options, 'handler'),
    ...pick(config, options, 'memorySizeMb'),
    ...pick(config, options, 'timeoutSeconds'),
    ...pick(config, options, 'sdk'),
    environment,
    tags: config.tags ?? {},
    ...(role === undefined ? {} : { role }),
    ...(url === undefined ? {} : { url }),
    ...(alias === undefined ? {} : { alias }),
    grants: [
      ...(config.grants ?? []).map(({ to }) => readGrantee(to)),
      ...(options.grants ?? []).map((to) => parseGrantee(to)),
    ],
    listsAllGrants: config.grants !== undefined,
  }
}

/**
 * Fills in what a new function gets where nothing was said.
 * @param setup the set-up
 * @param code what the bundle says of itself
 * @returns the complete set-up
 * @throws {AwsError} `BundleFailed` when neither says the handler or the runtime: a zip or a folder may say neither
 */
export function completeSetup(
  setup: Setup,
  code: Pick<Bundle, 'kind' | 'handler' | 'runtime'>,
): CompleteSetup {
  const handler = code.handler ?? setup.handler
  const runtime = setup.runtime ?? code.runtime
  if (handler === undefined || runtime === undefined) {
    throw new AwsError('BundleFailed', `${setup.entry} does not say its handler and runtime.`, {
      tryThis: '--handler index.handler --runtime nodejs24.x, or --handler app.handler --runtime python3.13',
    })
  }
  const { timeoutSeconds, memorySizeMb, authType, invokeMode } = defaults
  const { url, ...said } = setup
  return {
    timeoutSeconds,
    memorySizeMb,
    ...said,
    handler,
    runtime,
    environment: { ...createBundleVariables(code.kind, runtime), ...setup.environment },
    role: completeRole(setup),
    ...(url === undefined ? {} : { url: { authType, invokeMode, ...url } }),
  }
}

/**
 * Fills in the role that a new function gets where none was said.
 * @param setup the set-up
 * @returns the role
 */
export function completeRole({ role, functionName }: Pick<Setup, 'role' | 'functionName'>): RoleSetup {
  return role ?? createOwnRole(functionName)
}

/**
 * Creates the variables that a bundle wants: a source map is read by Node when it is told.
 * @param kind what the entry was
 * @param runtime the function's runtime
 * @returns the variables
 */
export function createBundleVariables(
  kind: Bundle['kind'],
  runtime: string,
): Readonly<Record<string, string>> {
  return kind === 'javascript' && runtime.startsWith('nodejs') ? { NODE_OPTIONS: '--enable-source-maps' } : {}
}

function createOwnRole(functionName: string, config: FurlongConfig['role'] & object = {}): RoleSetup {
  const { managedPolicies = [], policies = {} } = config
  return {
    kind: 'own',
    roleName: nameOwnRole(functionName),
    managedPolicies: [...new Set([basicExecutionPolicy, ...managedPolicies])],
    policies,
  }
}

function readEntry({ entry, cwd = process.cwd(), config }: SetupOptions): string {
  if (entry !== undefined) return resolve(cwd, entry)
  if (config?.config.entry !== undefined) return resolve(dirname(config.path), config.config.entry)
  throw new AwsError(
    'EntryNotFound',
    'No entry is named: neither an argument nor a furlong.config.ts says what to deploy.',
    {
      tryThis: 'npx furlong deploy app.ts',
    },
  )
}

function readRole(options: SetupOptions, config: FurlongConfig, functionName: string): RoleSetup | undefined {
  const role = options.role ?? config.role
  if (role === undefined) return undefined
  return typeof role === 'string' ? { kind: 'named', role } : createOwnRole(functionName, role)
}

function readUrl(options: SetupOptions, config: FurlongConfig): UrlSetup | undefined {
  if (!(options.url ?? config.url !== false)) return undefined
  const { authType, cors } = readUrlConfig(config)
  const invokeMode = readInvokeMode(options, config)
  const said = options.public === undefined ? authType : toAuthType(options.public)
  return {
    ...(said === undefined ? {} : { authType: said }),
    ...(invokeMode === undefined ? {} : { invokeMode }),
    ...(cors === undefined ? {} : { cors: readCors(cors) }),
    ...(options.id === undefined ? {} : { id: options.id }),
  }
}

const readUrlConfig = ({ url = {} }: FurlongConfig): UrlConfig => (url === false ? {} : url)

const toAuthType = (isPublic: boolean): FunctionUrlAuthType => (isPublic ? 'NONE' : 'AWS_IAM')

/** Also of a function without a URL: it may get one later. */
function readInvokeMode({ stream }: SetupOptions, config: FurlongConfig): InvokeMode | undefined {
  return stream === undefined ? readUrlConfig(config).invokeMode : toInvokeMode(stream)
}

function readCors(cors: readonly string[] | CorsConfig): Cors {
  if (isOrigins(cors)) return createCors(cors)
  const { allowCredentials, allowHeaders, allowMethods, allowOrigins, exposeHeaders, maxAgeSeconds } = cors
  return {
    ...(allowCredentials === undefined ? {} : { AllowCredentials: allowCredentials }),
    ...(allowHeaders === undefined ? {} : { AllowHeaders: [...allowHeaders] }),
    ...(allowMethods === undefined ? {} : { AllowMethods: [...allowMethods] }),
    ...(allowOrigins === undefined ? {} : { AllowOrigins: [...allowOrigins] }),
    ...(exposeHeaders === undefined ? {} : { ExposeHeaders: [...exposeHeaders] }),
    ...(maxAgeSeconds === undefined ? {} : { MaxAge: maxAgeSeconds }),
  }
}

const isOrigins = (cors: readonly string[] | CorsConfig): cors is readonly string[] => Array.isArray(cors)

function pick<K extends keyof FurlongConfig & keyof SetupOptions>(
  config: FurlongConfig,
  options: SetupOptions,
  name: K,
): { readonly [P in K]?: Exclude<SetupOptions[K], undefined> } {
  const value = options[name] ?? config[name]
  return (value === undefined ? {} : { [name]: value }) as {
    readonly [P in K]?: Exclude<SetupOptions[K], undefined>
  }
}

function checkAlias(alias: string): void {
  if (aliasPattern.test(alias)) return
  throw new AwsError(
    'InvalidAlias',
    `The alias '${alias}' is not valid: it must be 1 to 128 characters of [a-zA-Z0-9-_] and no number; it has ${alias.length}.`,
  )
}

function checkVariableNames(environment: Readonly<Record<string, string>>): void {
  const wrong = Object.keys(environment).find((name) => !variableNamePattern.test(name))
  if (wrong === undefined) return
  throw new AwsError(
    'InvalidVariableName',
    `The environment variable '${wrong}' has a name that Lambda refuses: it must match ${variableNamePattern.source}, so it has at least 2 characters.`,
  )
}
