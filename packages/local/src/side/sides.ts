/**
 * The register of running local sides: one file of mode 0600 per side, in the user's runtime folder.
 *
 * It is the only place where an administrator's keys leave the process: never over HTTP. The command line finds a
 * side through it, and proves itself to the side's own HTTP API with the `token` it holds.
 */
import { readFileSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** One account's administrator: an IAM user, because root cannot assume roles. */
export interface LocalAccount {
  /** 12 digits. */
  readonly accountId: string
  readonly userArn: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** A running local side, as its file describes it. */
export interface Side {
  readonly pid: number
  readonly port: number
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly endpoint: string
  readonly region: string
  /** Absolute path, or null for a side that keeps its state in memory. */
  readonly stateFolder: string | null
  /** Bearer token of the side's own HTTP API (`/_furlong/…`). */
  readonly token: string
  readonly accounts: readonly LocalAccount[]
  /** ISO 8601. */
  readonly startedAt: string
}

/**
 * Where the files lie: `$XDG_RUNTIME_DIR/furlong`, else `~/.furlong-run`, else a folder of the user's in the temporary folder.
 *
 * @param env environment to read, default the process's own
 * @returns absolute path; the folder may not exist yet
 */
export function sidesFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const runtime = env['XDG_RUNTIME_DIR']
  if (runtime !== undefined && runtime !== '') return join(runtime, 'furlong')
  const home = env['HOME'] ?? homedir()
  return home === '' ? join(tmpdir(), `furlong-${userInfo().uid}`) : join(home, '.furlong-run')
}

const fileOf = (folder: string, port: number): string => join(folder, `${port}.json`)

/**
 * Announces a running side.
 *
 * @param side what to announce
 * @param folder the register's folder, default `sidesFolder()`
 */
export async function writeSide(side: Side, folder: string = sidesFolder()): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const temporary = `${fileOf(folder, side.port)}.${side.pid}`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(side, undefined, 2)}\n`)
  } finally {
    await file.close()
  }
  // Renaming makes the announcement whole or absent: a reader never sees half a file.
  await rename(temporary, fileOf(folder, side.port))
}

/**
 * Takes an announcement back; one that another side has written since is left alone.
 *
 * @param side the side that ends
 * @param folder the register's folder, default `sidesFolder()`
 */
export async function removeSide(
  side: Pick<Side, 'pid' | 'port'>,
  folder: string = sidesFolder(),
): Promise<void> {
  const found = await readSide(fileOf(folder, side.port))
  if (found?.pid === side.pid) await rm(fileOf(folder, side.port), { force: true })
}

/**
 * The sides that run now, by port; announcements of dead processes are removed on the way.
 *
 * @param folder the register's folder, default `sidesFolder()`
 * @returns running sides, lowest port first
 */
export async function listSides(folder: string = sidesFolder()): Promise<Side[]> {
  const names = await readdir(folder).catch(() => [])
  const sides: Side[] = []
  for (const name of names.filter((name) => name.endsWith('.json'))) {
    const side = await readSide(join(folder, name))
    if (side === undefined) continue
    if (isRunning(side.pid)) sides.push(side)
    else await rm(join(folder, name), { force: true })
  }
  return sides.sort((a, b) => a.port - b.port)
}

async function readSide(file: string): Promise<Side | undefined> {
  try {
    const side = JSON.parse(await readFile(file, 'utf8')) as Side
    return typeof side.pid === 'number' && typeof side.port === 'number' ? side : undefined
  } catch {
    return undefined
  }
}

/**
 * Whether a process runs, of whatever user. One that has ended but was not yet collected by its parent still has its id,
 * in a container for seconds: it does not run.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in brackets may hold anything; the state follows it.
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z'
  } catch {
    return true
  }
}
