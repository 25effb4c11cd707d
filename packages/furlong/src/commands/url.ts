import { nameFunction } from '../render/name.ts'
import type { FunctionUrl, Target } from '@furlong/aws'
import { targetOptions, type Command, type Invocation, type Outcome } from '../command.ts'
import { confirmOnAws } from '../confirm.ts'
import { readOrigin } from '../read-origin.ts'
import { createTable } from '../reporter.ts'
import { createSideClient } from '../side-client.ts'
import { selectTarget, type Selection } from '../target.ts'

type Action = (invocation: Invocation, functionName: string, selection: Selection) => Promise<Outcome>

/** What may be done to a URL: one row each. */
const actions: Readonly<Record<string, { readonly needsFunction: boolean; run: Action }>> = {
  create: {
    needsFunction: true,
    run: async (invocation, functionName, { target }) => {
      const { values } = invocation
      await confirmPublic(invocation, functionName, target)
      const { createUrl } = await import('@furlong/aws')
      const id = values.text('id')
      const url = await createUrl(target, {
        functionName,
        ...readChanges(values),
        ...(id === undefined ? {} : { id }),
      })
      return { data: url, lines: renderUrl(url) }
    },
  },
  get: {
    needsFunction: true,
    run: async (_invocation, functionName, selection) => {
      const { getUrl } = await import('@furlong/aws')
      const url = await getUrl(selection.target, { functionName })
      return { data: url, lines: [...renderUrl(url), ...(await renderWays(url, selection))] }
    },
  },
  update: {
    needsFunction: true,
    run: async (invocation, functionName, { target }) => {
      const { values } = invocation
      const changes = readChanges(values)
      if (Object.keys(changes).length === 0) {
        throw values.wrong(
          'There is nothing to change: --stream, --no-stream, --public, --no-public, --cors or --no-cors is wanted.',
        )
      }
      await confirmPublic(invocation, functionName, target)
      const { updateUrl } = await import('@furlong/aws')
      const url = await updateUrl(target, { functionName, ...changes })
      return { data: url, lines: renderUrl(url) }
    },
  },
  delete: {
    needsFunction: true,
    run: async ({ values, context, reporter }, functionName, { target }) => {
      await confirmOnAws(target, `Deleting the URL of ${functionName}`, { yes: values.flag('yes'), context })
      const { deleteUrl } = await import('@furlong/aws')
      const deleted = await deleteUrl(target, { functionName })
      if (deleted.publicStatementsLeft.length > 0) {
        reporter.say(
          `The public statements ${deleted.publicStatementsLeft.join(', ')} stay in the policy: npx furlong revoke ${functionName} --from '*'`,
        )
      }
      return { data: deleted, lines: [`Deleted ${deleted.url}`] }
    },
  },
  list: {
    needsFunction: false,
    run: async (_invocation, functionName, { target }) => {
      const { listUrls } = await import('@furlong/aws')
      const urls = await listUrls(target, functionName === '' ? {} : { functionName })
      const rows = urls.map((url) => [nameFunction(url.functionArn), url.url, url.authType, url.invokeMode])
      return { data: urls, lines: urls.length === 0 ? ['There is no function URL.'] : createTable(rows) }
    },
  },
}

/** `furlong url` */
export const command: Command = {
  name: 'url',
  summary: 'create, get, update, delete or list function URLs',
  usage: 'url create|get|update|delete <function> [options], or url list [<function>]',
  description: ['A function is named by name, name:alias or ARN.'],
  options: {
    id: { type: 'string', value: '<id>', says: 'create: the id of the URL, local side only' },
    stream: { type: 'boolean', says: 'create, update: stream responses' },
    'no-stream': { type: 'boolean', says: 'create, update: buffer responses' },
    public: { type: 'boolean', says: 'create, update: let everybody call, without signature' },
    'no-public': { type: 'boolean', says: 'update: let in those it is granted to' },
    cors: {
      type: 'string',
      multiple: true,
      value: '<origin>',
      says: 'create, update: pages of this origin may call, signed or not; may be repeated',
    },
    'no-cors': { type: 'boolean', says: 'update: no page of another origin may call' },
    yes: { type: 'boolean', short: 'y', says: 'delete, --public: do not ask on AWS' },
    ...targetOptions,
  },
  positionals: [1, 2],
  takes: [Object.keys(actions)],
  examples: [
    ['furlong url create books', 'a URL for signed callers'],
    ['furlong url create books --id abcdefghijklmnopqrstuvwxyz012345', 'the local twin of a URL on AWS'],
    ['furlong url update books --stream', 'changes the one thing that is said'],
    ['furlong url list', 'all of the account and region'],
  ],
  run: async (invocation) => {
    const { values, context, reporter, positionals } = invocation
    const [name = '', functionName = ''] = positionals
    const action = values.row(name, actions)
    if (action.needsFunction && functionName === '')
      throw values.wrong(`furlong url ${name} needs a function.`)
    const selection = await selectTarget(values, context, reporter, { functionName })
    return action.run(invocation, functionName, selection)
  },
}

async function confirmPublic(
  { values, context }: Invocation,
  functionName: string,
  target: Target,
): Promise<void> {
  if (values.choice('public') !== true) return
  await confirmOnAws(target, `Opening the URL of ${functionName}`, {
    yes: values.flag('yes'),
    because: 'lets everybody call it without a signature',
    context,
  })
}

function readChanges(values: Invocation['values']): {
  stream?: boolean
  public?: boolean
  corsOrigins?: readonly string[]
} {
  const [stream, isPublic] = [values.choice('stream'), values.choice('public')]
  const origins = values.list('cors').map((text) => (text === '*' ? text : readOrigin(text, values)))
  if (origins.length > 0 && values.flag('no-cors'))
    throw values.wrong('--cors and --no-cors exclude each other.')
  const saysCors = origins.length > 0 || values.flag('no-cors')
  return {
    ...(stream === undefined ? {} : { stream }),
    ...(isPublic === undefined ? {} : { public: isPublic }),
    ...(saysCors ? { corsOrigins: origins } : {}),
  }
}

/** The other addresses of a local URL. */
async function renderWays({ url }: FunctionUrl, selection: Selection): Promise<string[]> {
  if (selection.kind === 'aws') return []
  const { urls } = await createSideClient(selection.side).status()
  const found = urls.find((one) => one.url === url)
  if (found === undefined) return []
  return createTable([
    ['browser', found.browserUrl],
    ['as on AWS', `${found.awsUrl} under npx furlong run -- <command>`],
  ])
}

function renderUrl({ url, functionArn, authType, invokeMode, cors }: FunctionUrl): string[] {
  return createTable([
    ['url', url],
    ['function', functionArn],
    ['auth', `${authType}, ${invokeMode}`],
    ...(cors?.AllowOrigins === undefined ? [] : renderCors(cors)),
  ])
}

const corsMembers = [
  'AllowOrigins',
  'AllowMethods',
  'AllowHeaders',
  'ExposeHeaders',
  'AllowCredentials',
  'MaxAge',
] as const

/** Each member that is set, under its name at AWS. */
function renderCors(cors: NonNullable<FunctionUrl['cors']>): string[][] {
  const members = corsMembers.flatMap((name) => {
    const value = cors[name]
    return value === undefined ? [] : `${name} ${Array.isArray(value) ? value.join(', ') : String(value)}`
  })
  return members.map((text, index) => [index === 0 ? 'cors' : '', text])
}
