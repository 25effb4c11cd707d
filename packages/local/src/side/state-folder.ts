import { access, chmod, constants, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { LocalError } from '../errors.ts'
import { isRunning } from './sides.ts'

/** A folder of a side, and how to let go of it. */
export interface HeldFolder {
  readonly folder: string
  readonly release: () => Promise<void>
}

/** Name of the database in a state folder; whoever holds its lock holds the folder. */
export const stateFileName = 'state.db'

/**
 * Makes the folder a side works in. An existing one must be furlong's own, or empty: nothing in it is touched otherwise.
 *
 * @param stateFolder absolute path, or null for a temporary folder that goes with the side
 * @returns the folder
 * @throws {LocalError} `StateFolderNotWritable`, `StateFolderForeign`
 */
export async function holdStateFolder(stateFolder: string | null): Promise<HeldFolder> {
  if (stateFolder === null) {
    await sweepTemporaryFolders()
    const folder = await mkdtemp(join(tmpdir(), `${temporaryPrefix}${process.pid}-`))
    return { folder, release: () => rm(folder, { recursive: true, force: true }) }
  }
  try {
    await makeFolder(stateFolder)
    await access(stateFolder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    const why = code === 'ENOTDIR' ? 'a file is there' : code
    throw new LocalError(
      'StateFolderNotWritable',
      `The state folder ${stateFolder} cannot be written (${why}). Name another one with --state, or keep the state in memory with --memory.`,
      { cause: error },
    )
  }
  const names = await readdir(stateFolder)
  if (names.length > 0 && !names.some((name) => name.startsWith(stateFileName))) {
    throw new LocalError(
      'StateFolderForeign',
      `The folder ${stateFolder} holds files that are not furlong's (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}). Name an empty or a new folder with --state; the default is .furlong.`,
    )
  }
  await takeForOwnerAlone(stateFolder)
  return { folder: stateFolder, release: () => Promise.resolve() }
}

/** Secrets lie in it. What another user can change, or has made, is not trusted; root may be a container's. */
async function takeForOwnerAlone(folder: string): Promise<void> {
  const me = process.getuid?.() ?? 0
  const { uid } = await stat(folder)
  if (me !== 0 && uid !== me) {
    throw new LocalError(
      'StateFolderForeign',
      `The state folder ${folder} belongs to another user (id ${uid}; this is ${me}). Run furlong as that user, or name a folder of your own with --state.`,
    )
  }
  await chmod(folder, 0o700)
}

const temporaryPrefix = 'furlong-side-'
const temporaryName = /^furlong-side-(\d+)-/

/** Removes what sides that were killed have left; their names tell whose they are. */
async function sweepTemporaryFolders(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => [])
  const left = names.filter((name) => {
    const pid = Number(temporaryName.exec(name)?.[1] ?? process.pid)
    return pid !== process.pid && !isRunning(pid)
  })
  // One of another user's stays where it is: that is not this side's trouble.
  await Promise.all(left.map((name) => rm(join(tmpdir(), name), { recursive: true }).catch(() => {})))
}

/** Folder by folder: Node's own `recursive` never comes back from a place where nothing can be made, such as /proc. */
async function makeFolder(path: string): Promise<void> {
  const make = (): Promise<void> => mkdir(path, { mode: 0o700 })
  try {
    await make()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code === 'EEXIST') throw Object.assign(new Error('a file is there'), { code: 'ENOTDIR' })
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    await make()
  }
}
