import { resolve } from 'node:path'
import type { LocalOptions } from '@furlong/local'
import type { Command, Invocation, Option, Outcome } from '../command.ts'
import { hearStop } from '../stop-signal.ts'
import { defaultPort, stateFolderName } from '../target.ts'
import type { Values } from '../values.ts'

const urlStyles = ['port', 'aws'] as const

/** How the local side is started; `furlong dev` takes the same. */
export const startOptions: Readonly<Record<string, Option>> = {
  port: { type: 'string', value: '<port>', says: `main port; default ${defaultPort}` },
  memory: { type: 'boolean', says: 'keep no state on disk' },
  state: { type: 'string', value: '<folder>', takes: 'folder', says: 'state folder; default .furlong' },
  accounts: { type: 'string', value: '<id,id>', says: 'account ids; default 111122223333,444455556666' },
  'account-concurrency': {
    type: 'string',
    value: '<count>',
    says: 'simultaneous executions of each account; default 1000',
  },
  'url-ports': { type: 'string', value: '<from-to>', says: 'ports of function URLs; default 20000-29999' },
  'move-ports': { type: 'boolean', says: 'give a URL another port when its own is in use' },
  runtime: {
    type: 'string',
    multiple: true,
    value: '<id>=<program>',
    says: 'program that runs functions of a runtime: nodejs22.x=/usr/bin/node',
  },
  opt: {
    type: 'string',
    value: '<folder>',
    takes: 'folder',
    says: 'folder that stands for /opt: layers, their extensions',
  },
  'freeze-after': {
    type: 'string',
    value: '<ms>',
    says: 'idle time before a function is frozen; default 100',
  },
  'record-payloads': {
    type: 'boolean',
    says: 'keep the beginning of events and results in the records, masked',
  },
  host: {
    type: 'string',
    value: '<address>',
    says: 'address to listen on; default 127.0.0.1. 0.0.0.0 lets containers and other machines in',
  },
  'url-host': {
    type: 'string',
    value: '<name>',
    says: 'name of this machine in function URLs; default 127.0.0.1',
  },
  'url-style': {
    type: 'string',
    takes: urlStyles,
    says: 'hand out http://127.0.0.1:<port>/, or https://<id>.lambda-url.<region>.on.aws/ for furlong run',
  },
  'aws-hosts': { type: 'boolean', says: 'answer for lambda, iam and sts.<region>.amazonaws.com as well' },
  offline: { type: 'boolean', says: 'let the built-in proxy connect to nothing outside' },
  'no-hints': { type: 'boolean', says: 'leave the header x-furlong-why out of refusals' },
  'no-stream-throttle': {
    type: 'boolean',
    says: 'stream at full speed beyond 6 MB; Lambda slows down to 2 MB a second',
  },
}

/** `furlong up` */
export const command: Command = {
  name: 'up',
  summary: 'start the local side',
  usage: 'up [--port <port>] [--memory | --state <folder>] [--detach]',
  description: [
    'Serves Lambda, IAM, STS and function URLs on 127.0.0.1, closed by default, and prints one line for',
    'each refusal: gate, cause, fix. The first line on stderr names the endpoint once it is ready.',
  ],
  options: {
    ...startOptions,
    detach: { type: 'boolean', says: 'return once it is ready, and leave it running' },
  },
  positionals: [0, 0],
  examples: [
    ['furlong up', 'state in .furlong, until ctrl-c'],
    ['furlong up --memory --detach', 'nothing kept, in the background; furlong down ends it'],
    ['furlong up --port 9400 --state /tmp/other', 'a second one beside the first'],
  ],
  run: async (invocation) => {
    const options = readStartOptions(invocation.values)
    if (invocation.values.flag('detach')) {
      const { startDetached } = await import('../detach.ts')
      return startDetached(invocation, options)
    }
    return runHere(invocation, options)
  },
}

async function runHere(invocation: Invocation, options: LocalOptions): Promise<Outcome> {
  const { context, reporter } = invocation
  const { startSide } = await import('../start-side.ts')
  const stop = hearStop(context, reporter)
  try {
    await using local = await startSide(resolveFolders(options, context.cwd), { reporter })
    const where = local.side.stateFolder ?? 'in memory'
    reporter.say(
      `furlong is ready on ${local.endpoint} (${where}, accounts ${local.accounts.map(({ accountId }) => accountId).join(' and ')})`,
    )
    if (reporter.format === 'json') {
      reporter.print(
        JSON.stringify({
          type: 'ready',
          endpoint: local.endpoint,
          stateFolder: local.side.stateFolder,
          pid: process.pid,
        }),
      )
    } else {
      reporter.say(
        reporter.errorPaint(
          'dim',
          'In another shell: eval "$(npx furlong env)". Refusals are told here, and by npx furlong console.',
        ),
      )
    }
    await Promise.race([stop.stopped, local.closed])
    return {}
  } finally {
    stop.close()
  }
}

/**
 * Reads how the local side is to be started.
 * @param values the call's options
 * @returns options for `startLocal`, announced; the state folder as it was written
 */
export function readStartOptions(values: Values): LocalOptions {
  const stateFolder = values.text('state')
  const memory = values.flag('memory')
  if (memory && stateFolder !== undefined) throw values.wrong('--memory and --state exclude each other.')
  const accounts = readAccounts(values)
  const urlPorts = readPortRange(values)
  const optFolder = values.text('opt')
  const [host, urlHost] = [values.text('host'), readHostName(values, 'url-host')]
  const urlStyle = values.oneOf('url-style', urlStyles)
  const freezeAfterMs = values.number('freeze-after', { min: 0, max: 2_147_483_647 })
  const accountConcurrency = values.number('account-concurrency', { min: 1, max: 1_000_000 })
  return {
    announce: true,
    port: values.number('port', { min: 0, max: 65_535 }) ?? defaultPort,
    hints: !values.flag('no-hints'),
    streamThrottle: !values.flag('no-stream-throttle'),
    recordPayloads: values.flag('record-payloads'),
    movePorts: values.flag('move-ports'),
    awsHosts: values.flag('aws-hosts'),
    offline: values.flag('offline'),
    ...(host === undefined ? {} : { host }),
    ...(urlHost === undefined ? {} : { urlHost }),
    ...(urlStyle === undefined ? {} : { urlStyle }),
    runtimes: values.pairs('runtime'),
    memory,
    ...(stateFolder === undefined ? {} : { stateFolder }),
    ...(accounts === undefined ? {} : { accounts }),
    ...(urlPorts === undefined ? {} : { urlPorts }),
    ...(optFolder === undefined ? {} : { optFolder }),
    ...(freezeAfterMs === undefined ? {} : { freezeAfterMs }),
    ...(accountConcurrency === undefined ? {} : { accountConcurrency }),
  }
}

/**
 * Makes folders and programs absolute: the folder of the call counts, not that of the process.
 * @param options how the local side is started
 * @param cwd folder of the call
 * @returns the options with an absolute state folder, none in memory
 */
export function resolveFolders(options: LocalOptions, cwd: string): LocalOptions {
  const { memory, stateFolder = stateFolderName, optFolder, runtimes = {} } = options
  const programs = Object.entries(runtimes).map(([id, program]) => {
    return [id, program.includes('/') ? resolve(cwd, program) : program]
  })
  return {
    ...options,
    runtimes: Object.fromEntries(programs),
    ...(optFolder === undefined ? {} : { optFolder: resolve(cwd, optFolder) }),
    ...(memory === true ? {} : { stateFolder: resolve(cwd, stateFolder) }),
  }
}

function readAccounts(values: Values): readonly string[] | undefined {
  const accounts = values
    .text('accounts')
    ?.split(',')
    .map((id) => id.trim())
  const wrong = accounts?.find((id) => !/^\d{12}$/.test(id))
  if (wrong !== undefined) throw values.wrong(`--accounts: '${wrong}' is no account id of 12 digits.`)
  return accounts
}

function readHostName(values: Values, name: string): string | undefined {
  const text = values.text(name)
  if (text === undefined || /^[a-z0-9.-]+$/i.test(text)) return text
  throw values.wrong(`--${name} ${text}: a host name or an IPv4 address without a port is wanted.`)
}

function readPortRange(values: Values): readonly [number, number] | undefined {
  const text = values.text('url-ports')
  if (text === undefined) return undefined
  const [from = 0, to = 0] = /^(\d+)-(\d+)$/.exec(text)?.slice(1).map(Number) ?? []
  if (from < 1 || to > 65_535 || from > to) {
    throw values.wrong(`--url-ports ${text}: <from>-<to> within 1 to 65535 is wanted, such as 20000-29999.`)
  }
  return [from, to]
}
