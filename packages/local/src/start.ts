import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Admission, defaultAccountConcurrency, Invoker } from './admit/index.ts'
import type { Console } from './console/console.ts'
import { MetricsRecorder } from './console/metrics.ts'
import type { ConsolePage } from './console/page.ts'
import { CompiledPolicies } from './auth/compiled-policies.ts'
import { mintCallerSession } from './auth/caller-sessions.ts'
import { mintSession } from './auth/function-sessions.ts'
import { CodeStore } from './store/code-store.ts'
import {
  checkRuntimes,
  createFunctionSpec,
  Engine,
  type EngineOptions,
  type LiveFunction,
  type LogLine,
  type SessionCredentials,
} from './engine/index.ts'
import { LocalError } from './errors.ts'
import { EventQueue, type Schedule, startTimer } from './event-queue/index.ts'
import { Faults } from './faults/index.ts'
import type * as ControlPlaneModule from './front/control-plane.ts'
import { createDoor } from './front/door.ts'
import { createFront } from './front/front.ts'
import { isConsoleTarget, serveOwnApi } from './front/own-api.ts'
import { listen } from './front/listen.ts'
import { LocalCa } from './front/local-ca.ts'
import { createOwnNames } from './front/own-hosts.ts'
import { createProxy, createRefusalRecorder } from './front/proxy.ts'
import { describeSide } from './front/side-status.ts'
import { findUpstream, type ProxyVariables } from './front/upstream-proxy.ts'
import { createRenderUrl, createUrlListeners, reopenUrls, type UrlStyle } from './front/url-listeners.ts'
import { UrlPorts } from './front/url-ports.ts'
import type { RequestRecord } from './record/record.ts'
import { Archive } from './record/archive.ts'
import { recordLimits, Records } from './record/records.ts'
import { Ring, type RingLimits } from './record/ring.ts'
import { Releases } from './side/releases.ts'
import { clientEnvironment } from './side/client-environment.ts'
import { reachEnvironment, type ReachEnvironment } from './side/reach-environment.ts'
import {
  listSides,
  type LocalAccount,
  readProcessStart,
  removeSide,
  type Side,
  writeSide,
} from './side/sides.ts'
import { holdStateFolder, stateFileName } from './side/state-folder.ts'
import { bundleVariables, removeUnusedTrustFiles } from './side/trust-files.ts'
import { Store } from './store/store.ts'
import { serveFunctionUrl } from './url/serve.ts'

/** How a local side is started. */
export interface LocalOptions {
  /** Keep nothing on disk beyond the life of the side; default false. */
  readonly memory?: boolean
  /** Folder of the state, default `.furlong` in the working folder; made when absent. Not with `memory`. */
  readonly stateFolder?: string
  /** Main port; default 0, any free one. */
  readonly port?: number
  /** Address that the main port and the ports of URLs listen on; default 127.0.0.1. With another one, other machines and containers come in. */
  readonly host?: string
  /** Name by which others reach this machine: it stands in the URLs that are handed out. Default 127.0.0.1. */
  readonly urlHost?: string
  /** `aws`: hand out `https://<id>.lambda-url.<region>.on.aws/`, for programs that are started with `reachEnvironment()`; default `port`. */
  readonly urlStyle?: UrlStyle
  /** Whether the proxy and the preload also answer for AWS's hosts of Lambda, IAM and STS; default false. */
  readonly awsHosts?: boolean
  /** Whether the proxy connects to nothing outside; default false. */
  readonly offline?: boolean
  /** Proxy variables and files of roots that hold on this machine; default the process's environment. */
  readonly env?: ProxyVariables
  /**
   * First and last port for function URLs; default 20000 to 29999. A function's name and the project's folder choose
   * among them.
   */
  readonly urlPorts?: readonly [from: number, to: number]
  /** Give a URL another port when its own is in use, instead of failing; default false. */
  readonly movePorts?: boolean
  /** Account ids of 12 digits; default 111122223333 and 444455556666. The first is the one `environment()` is for. */
  readonly accounts?: readonly string[]
  /** Simultaneous executions of each account in each region, from 1; default 1,000. New accounts of AWS may have 10. */
  readonly accountConcurrency?: number
  /** Region of `environment()`; default us-east-1. Every region is served. */
  readonly region?: string
  /** Whether refusals carry the header `x-furlong-why`; default true. */
  readonly hints?: boolean
  /** Whether streams are slowed to 2 MB a second after their first 6 MB, as on Lambda; default true. */
  readonly streamThrottle?: boolean
  /** Clock, for signatures, sessions and policies; default the machine's. */
  readonly now?: () => Date
  /** Timers for what is tried again later: asynchronous invocations. Default the machine's. */
  readonly schedule?: Schedule
  /** Sees every finished record. */
  readonly onRecord?: (record: RequestRecord) => void
  /** Sees every log line of every function. */
  readonly onLog?: (line: LogLine) => void
  /** Sees what a user should know, each sentence once: that an interpreter is of another version, say. */
  readonly onNotice?: (text: string) => void
  /** Runtime id → program that runs its functions, for example `{ 'nodejs22.x': '/usr/bin/node' }`. */
  readonly runtimes?: Readonly<Record<string, string>>
  /** Folder that stands for Lambda's /opt: layers unzipped, their `extensions/` and wrapper scripts. */
  readonly optFolder?: string
  /** Idle time in milliseconds after which a function is frozen; default 100, 0 for at once, Infinity for never. */
  readonly freezeAfterMs?: number
  /** Functions that run under a debugger: asked for each new revision of a function. */
  readonly debugOf?: EngineOptions['debugOf']
  /** Keep the beginning of what functions get and give in the records, masked; default false. */
  readonly recordPayloads?: boolean
  /** The built page of the console and what renders its commands; without it there is no console, and nothing is kept for one. */
  readonly page?: ConsolePage
  /** Announce the side in the user's runtime folder, so that the command line finds it; default false. */
  readonly announce?: boolean
}

/** A running local side. */
export interface Local {
  /** `http://127.0.0.1:<port>`: where AWS clients are pointed. */
  readonly endpoint: string
  readonly port: number
  readonly region: string
  /** Each account's administrator with its keys. */
  readonly accounts: readonly LocalAccount[]
  /** Every request of late, with the reasons of refusals. */
  readonly records: Records
  /** Faults on demand: what AWS does on a bad day, to calls of functions. */
  readonly faults: Faults
  /** How the command line finds this side; announced or not. */
  readonly side: Side
  /** Settles when the side has been closed, by `close()` or through its own API. */
  readonly closed: Promise<void>
  /**
   * The environment variables for AWS clients.
   *
   * @param accountId whose administrator, default the first account's
   * @throws {LocalError} `UnknownAccount`
   */
  environment(accountId?: string): Record<string, string>
  /**
   * The variables with which a child process reaches function URLs by their addresses on AWS: proxy, preload and roots.
   *
   * @param env the environment they will be added to; default the process's own
   */
  reachEnvironment(env?: Readonly<Record<string, string | undefined>>): Promise<ReachEnvironment>
  /**
   * A session of a role as Lambda would make it for a function, valid for 12 hours.
   *
   * @throws {LocalError} `UnknownRole`
   */
  mintSession(roleArn: string, sessionName?: string): SessionCredentials
  /**
   * Puts a function under development: its code may change while it is called, until that is closed.
   *
   * @param functionArn unqualified
   * @throws {LocalError} `UnknownFunction`
   */
  develop(functionArn: string): LiveFunction
  /** Ends every function, closes every port, and forgets a state in memory. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const defaultAccounts = ['111122223333', '444455556666'] as const
const defaultUrlPorts = [20_000, 29_999] as const
/** A third of this package's modules: the first call of an API loads them, so that nobody waits for them at the start. */
const loadControlPlane = (): Promise<typeof ControlPlaneModule> =>
  (controlPlane ??= import('./front/control-plane.ts'))
let controlPlane: Promise<typeof ControlPlaneModule> | undefined

/** How often code that nothing uses is deleted, and how long a package stays at least. */
const codeGraceMs = 60_000
const logLimits: RingLimits<LogLine> = {
  entries: 10_000,
  characters: 32 * 1024 * 1024,
  sizeOf: ({ text }) => text.length + 128,
}

/**
 * Starts the AWS side on this machine: Lambda, IAM, STS and function URLs, closed by default.
 *
 * @param options where state lies, which ports and accounts; all optional
 * @returns the running side; any number run side by side in one process
 * @throws {TypeError} for an option that does not exist or has no such value
 * @throws {LocalError} `PortInUse`, `UrlPortInUse`, `NoFreeUrlPort`, `StateFolderNotWritable`, `StateFolderInUse`,
 *   `StoreTooNew`, `StoreUnreadable`, `UnknownRuntime`, `RuntimeMissing`, `OptFolderMissing`
 * @example
 * await using local = await startLocal({ memory: true })
 * Object.assign(process.env, local.environment())
 */
export async function startLocal(options: LocalOptions = {}): Promise<Local> {
  const {
    memory = false,
    region = 'us-east-1',
    hints = true,
    streamThrottle = true,
    now = () => new Date(),
    accounts: accountIds = defaultAccounts,
    accountConcurrency = defaultAccountConcurrency,
    urlPorts: range = defaultUrlPorts,
    host = '127.0.0.1',
    urlHost = '127.0.0.1',
    urlStyle = 'port',
    awsHosts = false,
    offline = false,
    env = process.env,
  } = options
  checkOptions(options, accountIds)
  const engineOptions = await readEngineOptions(options)
  const startedAt = now()
  const releases = new Releases()
  try {
    const project = resolve(options.stateFolder ?? '.furlong')
    const stateFolder = memory ? null : project
    const { folder, release: releaseFolder } = await holdStateFolder(stateFolder)
    releases.add(releaseFolder)
    const store = await openStore(stateFolder, folder)
    releases.add(() => store.close())
    const code = new CodeStore(join(folder, 'code'))
    code.prune(store.functions.codeHashes())
    const accounts = accountIds.map((accountId) => store.seedAccount(accountId, startedAt))

    const archive =
      stateFolder === null
        ? undefined
        : new Archive({
            file: join(folder, 'records.sqlite'),
            maxRecords: recordLimits.entries,
            maxCharacters: recordLimits.characters,
            onTrouble: options.onNotice ?? (() => {}),
          })
    if (archive !== undefined) releases.add(() => archive.close())
    const records = new Records(archive)
    const logs = new Ring<LogLine>(logLimits)
    const policies = new CompiledPolicies()
    const faults = new Faults(now)
    const token = randomBytes(24).toString('base64url')
    const proxyPassword = randomBytes(24).toString('base64url')
    const caFolder = join(folder, 'ca')
    await removeUnusedTrustFiles(caFolder)
    const ca = new LocalCa({ folder: caFolder, region, awsHosts })
    releases.add(() => ca.settled())
    const ports = new UrlPorts({ range, host, onConnection: (socket) => door.enterPlain(socket) })
    releases.add(() => ports.closeAll())
    const render = createRenderUrl({ style: urlStyle, host: urlHost })
    const metrics: MetricsRecorder | undefined =
      options.page === undefined ? undefined : new MetricsRecorder(now, (): number => engine.countProcesses())
    const onRecord = (record: RequestRecord): void => {
      metrics?.add(record)
      options.onRecord?.(record)
    }
    const proxy = createProxy({
      password: proxyPassword,
      awsHosts,
      offline,
      variables: env,
      enter: (socket) => door.enter(socket),
      onRefusal: createRefusalRecorder({ records, now, onRecord }),
    })

    const front = createFront({
      records,
      now,
      hints,
      streamThrottle,
      recordPayloads: options.recordPayloads === true,
      keepsExchanges: options.page !== undefined,
      onRecord,
      names: createOwnNames(urlHost, () => port),
      forward: (...request) => proxy.forward(...request),
      urlIdOfPort: (at) => (at === port ? undefined : (ports.urlIdOf(at) ?? '')),
      ownApi: async (exchange) => {
        if (isConsoleTarget(exchange.raw.target)) {
          const console = await openConsole()
          if (console !== undefined) return console.serve(exchange)
        }
        return serveOwnApi(exchange, {
          token,
          records,
          logs,
          status: () => describeSide(side, store, engine, render),
          mintSession: (principalArn) => mintCallerSession(store, principalArn, 'furlong-call', now()),
          certificateFile: async () => (await ca.authority()).file,
          exportState: async (file, exporting) => {
            // Its library is needed by this alone.
            const { writeStateFile } = await import('./store/portable-state.ts')
            const tables = store.dump(exporting.withSecrets)
            return writeStateFile(tables, (hash) => code.zipFile(hash), file, { ...exporting, now: now() })
          },
          faults,
          consoleLink: async (place) => (await openConsole())?.createLink(place),
          shutdown: () => void setImmediate(() => void close()),
        })
      },
      controlPlane: async (exchange) =>
        (await loadControlPlane()).serveControlPlane(exchange, {
          store,
          engine,
          invoker,
          faults,
          events,
          accountConcurrency,
          code,
          urls,
          policies,
        }),
      functionUrl: (exchange, route) =>
        serveFunctionUrl(exchange, route, {
          store,
          policies,
          invoker,
          faults,
          codeFolder: (sha) => code.folder(sha),
        }),
    })
    const door = createDoor(front, ca)
    front.on('connect', (request, socket, head) => {
      if (request.socket.localPort === port) proxy.connect(request, socket, head)
      else socket.destroy()
    })
    const main = await listen(front, { port: options.port ?? 0, host })
    const { port } = main
    releases.add(() => {
      const stopped = main.stop()
      door.close()
      return stopped
    })
    const endpoint = `http://127.0.0.1:${port}`
    const processStart = readProcessStart(process.pid)
    const upstream = nameUpstream(env)
    const side: Side = {
      pid: process.pid,
      port,
      endpoint,
      region,
      stateFolder,
      token,
      accounts,
      proxyPassword,
      awsHosts,
      offline,
      ...(upstream === undefined ? {} : { upstream }),
      startedAt: startedAt.toISOString(),
      ...(processStart === undefined ? {} : { processStart }),
    }

    const reach = async (env: ProxyVariables): Promise<ReachEnvironment> =>
      reachEnvironment(side, (await ca.authority()).file, env)
    const ofFunctions = memoizeByKey(
      () => ca.authority(),
      async () => ({ ...clientEnvironment(side), ...(await reach(pickRoots(env))).variables }),
    )
    const engine: Engine = new Engine({
      sessionFor: (spec) => mintSession(store, spec.roleArn, spec.name, now()),
      clientEnvironment: ofFunctions,
      now,
      ...engineOptions,
      ...(metrics === undefined ? {} : { onColdStart: () => metrics.addColdStart() }),
      onLog: (line) => {
        logs.push(line)
        options.onLog?.(line)
      },
    })
    releases.add(() => engine.close())

    const admission = new Admission({ accountConcurrency, reserved: () => store.reservedConcurrency() })
    const invoker = new Invoker({ admission, engine, faults })
    const events = new EventQueue({
      store,
      invoker,
      codeFolder: (sha) => code.folder(sha),
      host: `127.0.0.1:${port}`,
      nextRecordId: () => records.nextId(),
      keep: (recording, status) => onRecord(records.add(recording, status)),
      now,
      schedule: options.schedule ?? startTimer,
      isKept: stateFolder !== null,
    })
    releases.add(() => events.close())

    const { page } = options
    let opened: Promise<Console> | undefined
    const openConsole = async (): Promise<Console | undefined> => {
      if (page === undefined || metrics === undefined) return undefined
      const isUrlPort = (at: number): boolean => ports.urlIdOf(at) !== undefined
      const parts = { page, side, store, engine, policies, records, logs, metrics, render, isUrlPort, now }
      opened ??= import('./console/console.ts').then((module) => new module.Console(parts))
      return opened
    }
    if (metrics !== undefined) {
      const sampling = setInterval(() => metrics.sample(), 1_000).unref()
      releases.add(() => clearInterval(sampling))
    }

    const sweep = setInterval(() => {
      // What cannot be deleted now goes at the next start.
      code.collect(store.functions.codeHashes(), engine.codeFolders(), codeGraceMs).catch(() => {})
    }, codeGraceMs).unref()
    releases.add(() => clearInterval(sweep))

    // A function with a URL is about to be called: what its process needs is made meanwhile.
    let preparing: Promise<unknown> = Promise.resolve()
    const prepare = (): void => {
      preparing = ofFunctions().catch(() => {})
    }
    releases.add(async () => void (await preparing))
    const urls = createUrlListeners(ports, store, { render, opened: prepare, project })
    await reopenUrls(ports, urls, store, options.movePorts === true)

    if (options.announce === true) {
      await writeSide(side)
      releases.add(() => removeSide(side))
    }
    events.resume()
    const { promise: closed, resolve: settle, reject: fail } = Promise.withResolvers<void>()
    // Whoever waits for `closed` is told; nobody has to.
    closed.catch(() => {})
    let closing: Promise<void> | undefined
    const close = (): Promise<void> => {
      if (closing === undefined) {
        closing = releases.run()
        closing.then(settle, fail)
      }
      return closing
    }
    return {
      endpoint,
      port,
      region,
      accounts,
      records,
      faults,
      side,
      closed,
      environment: (accountId) => clientEnvironment(side, findAccount(accounts, accountId)),
      reachEnvironment: (env = process.env) => reach(env),
      develop: (functionArn) =>
        engine.develop(() => {
          const record = store.version(functionArn)
          if (record !== undefined) return createFunctionSpec(record, code.folder(record.codeSha256))
          throw new LocalError('UnknownFunction', `There is no function ${functionArn} to develop.`)
        }),
      mintSession: (roleArn, sessionName = 'furlong-call') => mintSession(store, roleArn, sessionName, now()),
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await releases.run()
    throw error
  }
}

/** Makes a value once for each key: its promise is the same for as long as the key is. */
function memoizeByKey<T>(readKey: () => Promise<object>, make: () => Promise<T>): () => Promise<T> {
  let known: { readonly key: object; readonly value: Promise<T> } | undefined
  return async () => {
    const key = await readKey()
    if (known?.key !== key) known = { key, value: make() }
    const { value } = known
    value.catch(() => (known = undefined))
    return value
  }
}

/** Functions get nothing of this process's environment, but they trust what it trusts. */
function pickRoots(env: ProxyVariables): ProxyVariables {
  const names = ['NODE_EXTRA_CA_CERTS', ...bundleVariables]
  return Object.fromEntries(names.map((name) => [name, env[name]]))
}

function nameUpstream(env: ProxyVariables): string | undefined {
  const upstream = findUpstream(env, 'https:', { host: 'example.com', port: 443 })
  return upstream === undefined || upstream === 'unsupported'
    ? undefined
    : `${upstream.host}:${upstream.port}`
}

/** A folder that is in use is worth a name: which side has it, and how to end it. */
async function openStore(stateFolder: string | null, folder: string): Promise<Store> {
  if (stateFolder === null) return Store.open(':memory:')
  try {
    return Store.open(join(folder, stateFileName))
  } catch (error) {
    if (!(error instanceof LocalError) || error.code !== 'StateFolderInUse') throw error
    const holder = (await listSides()).find((side) => side.stateFolder === stateFolder)
    const who = holder === undefined ? 'another local side' : `process ${holder.pid}, on port ${holder.port}`
    throw new LocalError(
      'StateFolderInUse',
      `The state folder ${stateFolder} is in use by ${who}. Use that side (npx furlong status), end it (npx furlong down), or name another folder with --state.`,
      { cause: error },
    )
  }
}

const optionNames: ReadonlySet<string> = new Set<keyof LocalOptions>([
  'memory',
  'stateFolder',
  'port',
  'host',
  'urlHost',
  'urlStyle',
  'awsHosts',
  'offline',
  'env',
  'urlPorts',
  'movePorts',
  'accounts',
  'page',
  'accountConcurrency',
  'region',
  'hints',
  'streamThrottle',
  'now',
  'schedule',
  'onRecord',
  'onLog',
  'recordPayloads',
  'onNotice',
  'runtimes',
  'optFolder',
  'freezeAfterMs',
  'debugOf',
  'announce',
])

const isPort = (value: unknown, lowest: number): boolean =>
  Number.isInteger(value) && Number(value) >= lowest && Number(value) <= 65_535

const isAccountConcurrency = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 1_000_000

function checkOptions(options: LocalOptions, accountIds: readonly string[]): void {
  const wrong = (what: string): TypeError => new TypeError(`startLocal: ${what}.`)
  const unknown = Object.keys(options).find((name) => !optionNames.has(name))
  if (unknown !== undefined)
    throw wrong(`there is no option ${unknown}; there are ${[...optionNames].join(', ')}`)
  const { accountConcurrency = defaultAccountConcurrency } = options
  const { memory, stateFolder, port = 0, urlPorts = defaultUrlPorts, urlHost, urlStyle } = options
  if (memory === true && stateFolder !== undefined) throw wrong('memory and stateFolder exclude each other')
  if (!isPort(port, 0)) throw wrong(`port must be a whole number from 0 to 65535, not ${String(port)}`)
  if (urlHost !== undefined && !/^[a-z0-9.-]+$/i.test(urlHost)) {
    throw wrong(
      `urlHost must be a host name or an IPv4 address without a port, not ${JSON.stringify(urlHost)}`,
    )
  }
  if (urlStyle !== undefined && urlStyle !== 'port' && urlStyle !== 'aws') {
    throw wrong(`urlStyle must be 'port' or 'aws', not ${JSON.stringify(urlStyle)}`)
  }
  const [from, to] = urlPorts
  if (!isPort(from, 1) || !isPort(to, 1) || from > to) {
    throw wrong(`urlPorts must be two ports from 1 to 65535, the lower first, not ${String(urlPorts)}`)
  }
  const { freezeAfterMs = 0 } = options
  if (!(freezeAfterMs >= 0)) {
    throw wrong(`freezeAfterMs must be 0 or more milliseconds, not ${String(freezeAfterMs)}`)
  }
  if (!isAccountConcurrency(accountConcurrency)) {
    throw wrong(
      `accountConcurrency must be a whole number from 1 to 1000000, not ${String(accountConcurrency)}`,
    )
  }
  if (accountIds.length === 0) throw wrong('accounts must name at least one account')
  if (new Set(accountIds).size < accountIds.length) throw wrong('accounts must not name one account twice')
}

/** What of the options is the engine's, tried out: a program that does not run is said now and not at the first call. */
async function readEngineOptions(
  options: LocalOptions,
): Promise<Pick<EngineOptions, 'runtimes' | 'optFolder' | 'limits' | 'debugOf' | 'onNotice'>> {
  const { runtimes, optFolder, freezeAfterMs, debugOf, onNotice } = options
  // A name is looked up on the path, a path is one of this folder: functions run in another.
  const programs = Object.entries(runtimes ?? {}).map(([id, program]) => [
    id,
    program.includes('/') ? resolve(program) : program,
  ])
  const found: Record<string, string> = Object.fromEntries(programs)
  await checkRuntimes(found)
  const folder = optFolder === undefined ? undefined : resolve(optFolder)
  if (folder !== undefined && statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new LocalError(
      'OptFolderMissing',
      `The folder ${folder}, which is to stand for /opt, does not exist. Unzip the layers there, or name another one with --opt.`,
    )
  }
  return {
    runtimes: found,
    ...(folder === undefined ? {} : { optFolder: folder }),
    ...(freezeAfterMs === undefined ? {} : { limits: { freezeAfterMs } }),
    ...(debugOf === undefined ? {} : { debugOf }),
    ...(onNotice === undefined ? {} : { onNotice }),
  }
}

function findAccount(accounts: readonly LocalAccount[], accountId: string | undefined): LocalAccount {
  const account =
    accountId === undefined ? accounts[0] : accounts.find((account) => account.accountId === accountId)
  if (account === undefined) {
    const known = accounts.map((account) => account.accountId).join(', ')
    throw new LocalError(
      'UnknownAccount',
      `Account ${accountId} is not on this local side, which has ${known}. Start it with --accounts to have others.`,
    )
  }
  return account
}
