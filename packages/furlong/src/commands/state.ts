import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { listSides, sidesFolder, type Side } from '@furlong/local/sides'
import type { PortableState } from '@furlong/local/state'
import { targetOptions, type Command, type Invocation, type Option, type Outcome } from '../command.ts'
import { CliError } from '../errors.ts'
import { createSideClient } from '../side-client.ts'
import { findSide, folderOf, listStateFolders, stateFolderName, toRealPath } from '../target.ts'

const { port, state } = targetOptions
const defaultFile = 'furlong-state.zip'

const actions: Readonly<Record<string, (invocation: Invocation) => Promise<Outcome>>> = {
  export: exportState,
  import: importState,
}

/** `furlong state` */
export const command: Command = {
  name: 'state',
  summary: 'keep a state as one file, and bring it back',
  usage: 'state export [<file>] | state import <file>',
  description: [
    'export writes functions with their code, URLs with their ids and ports, policies and principals into one zip,',
    'from a running side or from the folder of one that is down. Access keys and sessions stay out unless --with-secrets',
    'is given; administrators get new keys then at the next furlong up. Environment variables of functions are part of it.',
    'import is for a folder that no side uses: all of the file or nothing.',
  ],
  options: {
    'with-secrets': { type: 'boolean', says: 'export: access keys and sessions, too' },
    force: { type: 'boolean', says: 'export: replace the file when it exists' },
    replace: { type: 'boolean', says: 'import: in place of the state that is there' },
    ...(port && { port }),
    ...(state && {
      state: { ...state, says: 'the state folder; default the nearest .furlong' } satisfies Option,
    }),
  },
  positionals: [1, 2],
  takes: [Object.keys(actions), 'file'],
  examples: [
    ['furlong state export', `into ${defaultFile}, without keys`],
    [
      'furlong state export all.zip --with-secrets',
      'with keys, for this machine or one that is trusted as much',
    ],
    ['furlong state import all.zip --state /tmp/other', 'into a new folder'],
  ],
  run: async (invocation) => {
    const [action = ''] = invocation.positionals
    return invocation.values.row(action, actions)(invocation)
  },
}

async function exportState(invocation: Invocation): Promise<Outcome> {
  const { values, context, positionals, reporter } = invocation
  const file = resolve(context.cwd, positionals[1] ?? defaultFile)
  const options = { withSecrets: values.flag('with-secrets'), replace: values.flag('force') }
  const source = await findSource(invocation)
  reporter.say(
    reporter.errorPaint('dim', `source: ${source.kind === 'side' ? source.side.endpoint : source.folder}`),
  )
  const exported =
    source.kind === 'side'
      ? await createSideClient(source.side).exportState(file, options)
      : await (
          await import('@furlong/local/state')
        ).exportFolder(source.folder, file, { ...options, now: context.now() })
  const secrets = exported.secrets
    ? `It holds access keys and sessions: whoever reads it can act as their owners. Its mode is 0600.`
    : 'Access keys and sessions are not in it (--with-secrets); environment variables of functions are.'
  return { data: { file, ...exported }, lines: [`Exported ${describe(exported)} into ${file}.`, secrets] }
}

async function importState(invocation: Invocation): Promise<Outcome> {
  const { values, context, positionals } = invocation
  const [, name] = positionals
  if (name === undefined) throw values.wrong('An argument is missing: furlong state import <file>')
  if (values.text('port') !== undefined)
    throw values.wrong('import works on a folder that no side uses: --state names it, --port does not.')
  const file = resolve(context.cwd, name)
  const folder = resolve(context.cwd, values.text('state') ?? stateFolderName)
  const user = await findUser(invocation, folder)
  if (user !== undefined)
    throw new CliError('state-in-use', { folder, endpoint: user.endpoint, port: String(user.port) })
  const { importFile } = await import('@furlong/local/state')
  const imported = await importFile(file, folder, { replace: values.flag('replace') })
  const keys = imported.secrets
    ? []
    : ['It brought no access keys: administrators get new ones at the next furlong up.']
  return {
    data: { file, stateFolder: folder, ...imported },
    lines: [`Imported ${describe(imported)} into ${folder}.`, ...keys],
  }
}

type Source =
  | { readonly kind: 'side'; readonly side: Side }
  | { readonly kind: 'folder'; readonly folder: string }

/** `--port` means a running side; else the nearest state folder counts, whether a side uses it or not. */
async function findSource(invocation: Invocation): Promise<Source> {
  const { values, context } = invocation
  const named = values.text('state')
  const folder = named === undefined ? listStateFolders(context.cwd)[0] : resolve(context.cwd, named)
  if (values.text('port') !== undefined || folder === undefined) {
    return { kind: 'side', side: await findSide(values, context) }
  }
  const side = await findUser(invocation, folder)
  if (side !== undefined) return { kind: 'side', side }
  if (!existsSync(join(folder, 'state.db'))) return { kind: 'side', side: await findSide(values, context) }
  return { kind: 'folder', folder }
}

async function findUser({ context }: Invocation, folder: string): Promise<Side | undefined> {
  const path = toRealPath(folder)
  return (await listSides(sidesFolder(context.env))).find((side) => folderOf(side) === path)
}

function describe({ functions, urls, principals }: PortableState): string {
  const counted = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`
  return `${counted(functions, 'function')}, ${counted(urls, 'URL')} and ${counted(principals, 'principal')}`
}
