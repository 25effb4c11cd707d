/** `npm run conform -- init`: projects of every kind, installed from packed packages, do what their READMEs promise. */
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Place } from '../../packages/furlong/src/testing/program.ts'
import { buildAll, packAll } from '../packages/pack.ts'
import { type Outcome, type Row, say } from '../report.ts'
import { makeAdapterWheel } from './adapter.ts'
import { type Kind, kinds, path, tryProject } from './projects.ts'

const execute = promisify(execFile)

/**
 * Makes, installs and tries a project of each kind.
 *
 * @returns a row for each: 1 for passed
 */
export async function run(): Promise<Outcome> {
  const place = await Place.make()
  try {
    const packed = join(place.folder, 'packed')
    await mkdir(packed)
    await buildAll()
    const tarballs = (await packAll(packed)).map(({ tarball }) => tarball)
    const install = async (folder: string): Promise<void> => {
      const words = ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs]
      await execute('npm', words, { cwd: folder, env: { ...process.env, PATH: path } })
    }
    const rows: Row[] = []
    for (const kind of kinds) {
      const variables = kind === 'python' ? await findPackages(place.folder) : {}
      if (variables === undefined) {
        say(`not run  ${kind}: no index on this machine has fastapi; FURLONG_TEST_PIP_INDEX names another`)
        continue
      }
      const fault = await tryProject(kind, { place, install, variables }).then(
        () => undefined,
        (error: unknown) => String(error),
      )
      say(`${fault === undefined ? 'passed' : 'FAILED'}  ${describe(kind, variables)}`)
      if (fault !== undefined) say(fault)
      rows.push({ row: kind, value: fault === undefined ? 1 : 0, unit: 'passed' })
    }
    return { rows, ok: rows.length > 0 && rows.every(({ value }) => value === 1) }
  } finally {
    await place.close()
  }
}

const describe = (kind: Kind, variables: Readonly<Record<string, string>>): string =>
  'PIP_FIND_LINKS' in variables ? `${kind}, with an adapter of ours in the place of Mangum` : kind

/**
 * Finds where pip has what the Python project needs: an index that lies on this machine, or the one that
 * `FURLONG_TEST_PIP_INDEX` names, and for Mangum a wheel of ours.
 *
 * @param folder for downloads and wheels
 * @returns pip's settings; undefined where FastAPI is nowhere
 */
async function findPackages(folder: string): Promise<Readonly<Record<string, string>> | undefined> {
  const index = process.env['FURLONG_TEST_PIP_INDEX'] ?? (await findIndexOnDisk())
  const settings = { PIP_CONFIG_FILE: '/dev/null', PIP_INDEX_URL: index }
  const has = async (name: string): Promise<boolean> => {
    const words = ['-m', 'pip', 'download', '--no-deps', '--dest', join(folder, 'found'), name]
    return execute('python3', words, { env: { ...process.env, ...settings } }).then(
      () => true,
      () => false,
    )
  }
  if (index === '' || !(await has('fastapi'))) return undefined
  if (await has('mangum')) return settings
  const wheels = join(folder, 'wheels')
  await mkdir(wheels)
  await makeAdapterWheel(wheels)
  return { ...settings, PIP_FIND_LINKS: wheels }
}

async function findIndexOnDisk(): Promise<string> {
  const { stdout } = await execute('python3', ['-m', 'pip', 'config', 'list']).catch(() => ({ stdout: '' }))
  return /file:\/\/[^\s']+/.exec(stdout)?.[0] ?? ''
}
