import { access, chmod, constants, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { LocalError } from '../errors.ts'
import { lockStateFolder } from './folder-lock.ts'

/** A folder of a side, and how to let go of it. */
export interface HeldFolder {
  readonly folder: string
  readonly release: () => Promise<void>
}

/**
 * Makes the folder a side works in: private, writable and its own.
 *
 * @param stateFolder absolute path, or null for a temporary folder that goes with the side
 * @returns the folder, locked against a second side
 * @throws {LocalError} `StateFolderNotWritable`, `StateFolderInUse`
 */
export async function holdStateFolder(stateFolder: string | null): Promise<HeldFolder> {
  if (stateFolder === null) {
    const folder = await mkdtemp(join(tmpdir(), 'furlong-'))
    return { folder, release: () => rm(folder, { recursive: true, force: true }) }
  }
  try {
    await makeFolder(stateFolder)
    await chmod(stateFolder, 0o700)
    await access(stateFolder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new LocalError(
      'StateFolderNotWritable',
      `The state folder ${stateFolder} cannot be written (${code}). Name another one with --state, or keep the state in memory with --memory.`,
      { cause: error },
    )
  }
  return { folder: stateFolder, release: await lockStateFolder(stateFolder) }
}

/** Folder by folder: Node's own `recursive` never comes back from a place where nothing can be made, such as /proc. */
async function makeFolder(path: string): Promise<void> {
  const make = (): Promise<void> => mkdir(path, { mode: 0o700 })
  try {
    await make()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    await make()
  }
}
