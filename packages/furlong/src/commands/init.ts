import { basename, relative, resolve } from 'node:path'
import type { Command, Invocation } from '../command.ts'
import { createProjectFiles, projectKinds, writeProject, type ProjectKind } from '../init/project.ts'
import { createTable } from '../reporter.ts'
import { readVersion } from '../version.ts'

/** `furlong init` */
export const command: Command = {
  name: 'init',
  summary: 'a small project that passes its own test',
  usage: 'init [<folder>] [--hono | --express | --python] [options]',
  description: [
    'Writes an application, its furlong.config.ts, a test on a local side, and a GitHub Actions workflow that deploys by a role',
    "that trusts the repository, with that role's trust policy and permissions. The folder must be new or empty; default this one.",
    'Nothing is asked, installed or deployed.',
  ],
  options: {
    hono: { type: 'boolean', says: 'TypeScript with Hono; the default' },
    express: { type: 'boolean', says: 'TypeScript with Express' },
    python: { type: 'boolean', says: 'Python with FastAPI and Mangum' },
    name: { type: 'string', short: 'n', value: '<name>', says: "function name; default the folder's" },
    account: { type: 'string', value: '<id>', says: 'account that GitHub deploys to, for the policies' },
    region: { type: 'string', value: '<region>', says: 'its region; default us-east-1' },
    repository: { type: 'string', value: '<owner/name>', says: 'repository on GitHub, for the trust policy' },
  },
  positionals: [0, 1],
  takes: ['folder'],
  examples: [
    ['furlong init books', 'TypeScript with Hono, in the new folder books'],
    ['furlong init --python', 'FastAPI and Mangum, in this folder'],
    [
      'furlong init books --account 444455556666 --repository my-company/books',
      'with nothing left to fill in before GitHub deploys it',
    ],
  ],
  run: async (invocation) => {
    const { context, positionals } = invocation
    const { parseFunctionName, suggestFunctionName } = await import('@furlong/aws')
    const folder = resolve(context.cwd, positionals[0] ?? '.')
    const { name } = parseFunctionName(
      invocation.values.text('name') ?? suggestFunctionName(basename(folder)),
    )
    const kind = readKind(invocation)
    const files = await createProjectFiles(kind, {
      ...readNames(invocation, name),
      name,
      furlong: `^${readVersion()}`,
    })
    await writeProject(folder, files)
    const paths = files.map(({ path }) => path)
    return {
      data: { folder, kind, name, files: paths },
      lines: renderProject(kind, name, relative(context.cwd, folder), paths),
    }
  },
}

function readKind({ values }: Invocation): ProjectKind {
  const [kind = 'hono', other] = (Object.keys(projectKinds) as ProjectKind[]).filter((name) =>
    values.flag(name),
  )
  if (other !== undefined) throw values.wrong(`--${kind} and --${other} exclude each other.`)
  return kind
}

/** What is said here is written down, and what is not stays to be filled in. */
function readNames(
  { values }: Invocation,
  name: string,
): { account: string; region: string; repository: string; placeholders: string } {
  const account = values.text('account')
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw values.wrong(`--account ${account}: 12 digits are wanted.`)
  }
  const region = values.text('region') ?? 'us-east-1'
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) {
    throw values.wrong(`--region ${region}: a region such as eu-west-1 is wanted.`)
  }
  const repository = values.text('repository')
  // It stands in a trust policy, where `*` and `?` would stand for others.
  if (repository !== undefined && !/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw values.wrong(`--repository ${repository}: <owner>/<name> is wanted.`)
  }
  const used = { account: account ?? '111122223333', repository: repository ?? `my-company/${name}` }
  const open = [
    ...(account === undefined ? [`the account \`${used.account}\``] : []),
    ...(repository === undefined ? [`the repository \`${used.repository}\``] : []),
  ]
  const placeholders =
    open.length === 0 ? '' : `\nTo be filled in here and in both files: ${open.join(' and ')}.\n`
  return { ...used, region, placeholders }
}

function renderProject(kind: ProjectKind, name: string, folder: string, paths: readonly string[]): string[] {
  const { entry } = projectKinds[kind]
  return [
    ...paths.map((path) => `  ${path}`),
    '',
    ...createTable([
      ...(folder === '' ? [] : [[`cd ${folder}`, '']]),
      ['npm install', ''],
      ['npm test', 'on a local side of its own'],
      ['npm run dev', `a local side, ${entry} as the function ${name}, new code on every save`],
      [`npx furlong call ${name}`, 'in another terminal: a signed request'],
    ]),
  ]
}
