import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LocalError } from '../errors.ts'
import { isRunning } from './sides.ts'

/**
 * Keeps a second side away from a state folder.
 *
 * @param stateFolder an existing folder
 * @returns gives the folder free again
 * @throws {LocalError} `StateFolderInUse`, naming the process; a lock that a dead process left is taken over
 */
export async function lockStateFolder(stateFolder: string): Promise<() => Promise<void>> {
  const file = join(stateFolder, 'lock')
  for (;;) {
    try {
      const handle = await open(file, 'wx', 0o600)
      await handle.writeFile(String(process.pid))
      await handle.close()
      return () => rm(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = Number(await readFile(file, 'utf8').catch(() => ''))
    if (Number.isInteger(holder) && holder > 0 && holder !== process.pid && isRunning(holder)) {
      throw new LocalError(
        'StateFolderInUse',
        `The state folder ${stateFolder} is in use by process ${holder}. Use that side (npx furlong status), end it (npx furlong down), or name another folder with --state.`,
      )
    }
    if (holder === process.pid) {
      throw new LocalError(
        'StateFolderInUse',
        `The state folder ${stateFolder} is in use by this very process. Close the other local side first.`,
      )
    }
    await rm(file, { force: true })
  }
}
