import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRunning, readProcessStart } from '../side/sides.ts'

/** Name of the file in an engine's folder that tells whose it is and what runs in it. */
export const listName = 'processes'

/** How an engine's folder begins, in the folder for temporary files. */
export const folderPrefix = 'furlong-'

/**
 * Describes a process for the list: one line, by which it is recognised later.
 * @param pid Its id, which is that of its group too.
 * @param marker A text that stands in the environment of whatever it starts; empty for the server itself.
 * @returns Id, start and marker.
 */
export function describeProcess(pid: number, marker: string): string {
  return `${pid} ${readProcessStart(pid) ?? '?'} ${marker}\n`
}

/**
 * Removes a folder of a function with all that the function left there.
 * @param folder The folder; it stays when the function made parts of it that its owner may not remove.
 */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch {
    // What a function did to its temporary files must not keep the server from going on.
  }
}

/**
 * Kills whatever has one of these texts in its environment: a process that left its group for one of its own is found
 * by what it inherited. Linux only; one that was given another environment stays.
 * @param markers The texts.
 */
export async function killMarked(markers: readonly string[]): Promise<void> {
  if (process.platform !== 'linux' || markers.length === 0) return
  const names = await readdir('/proc').catch(() => [])
  await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .map(async (name) => {
        const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '')
        if (environment !== '' && markers.some((marker) => environment.includes(marker))) {
          kill(Number(name))
        }
      }),
  )
}

/**
 * Ends and removes what engines left behind that were killed together with their watchdogs.
 * @param parent Folder for temporary files, where engines keep theirs.
 */
export async function removeLeftovers(parent: string = tmpdir()): Promise<void> {
  const names = await readdir(parent).catch(() => [])
  for (const name of names.filter((candidate) => candidate.startsWith(folderPrefix))) {
    await removeLeftover(join(parent, name))
  }
}

async function removeLeftover(folder: string): Promise<void> {
  // Somebody else's is none of ours; a folder without a list is none of an engine, or one that is just being made.
  const owner = await stat(folder).then(
    ({ uid }) => uid,
    () => undefined,
  )
  const list = await readFile(join(folder, listName), 'utf8').catch(() => '')
  if (owner !== process.getuid?.() || list === '') return
  const [server, ...processes] = list.trimEnd().split('\n').map(readLine)
  if (server === undefined || isRunning(server.pid, server.start)) return
  for (const { pid, start } of processes) {
    // An id alone may have gone to another process since.
    if (start !== undefined && isRunning(pid, start)) kill(-pid)
  }
  await killMarked(processes.map(({ marker }) => marker).filter((marker) => marker !== ''))
  await removeFolder(folder)
}

function readLine(line: string): { pid: number; start: string | undefined; marker: string } {
  const [pid = '', start = '?', marker = ''] = line.split(' ')
  return { pid: Number(pid), start: start === '?' ? undefined : start, marker }
}

function kill(pid: number): void {
  // 0 and -0 are this process's own group.
  if (!Number.isInteger(pid) || pid === 0) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
