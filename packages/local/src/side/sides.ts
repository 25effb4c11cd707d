/**
 * The register of running local sides: one file of mode 0600 per side, in the user's runtime folder.
 *
 * It is the only place where an administrator's keys leave the process: never over HTTP. The command line finds a
 * side through it, and proves itself to the side's own HTTP API with the `token` it holds.
 */
import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { LocalError } from '../errors.ts'

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
  /** Opens the built-in proxy for hosts that are not the side's own. */
  readonly proxyPassword: string
  /** Whether it answers AWS's hosts of Lambda, IAM and STS. */
  readonly awsHosts: boolean
  /** Whether the proxy connects to nothing outside. */
  readonly offline: boolean
  /** `host:port` of the proxy through which it connects to other hosts, when there is one. */
  readonly upstream?: string
  /** ISO 8601. */
  readonly startedAt: string
  /** When the system started the process, where it tells: an id alone may have gone to another process since. */
  readonly processStart?: string
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
 * @throws {LocalError} `RuntimeFolderNotWritable`
 */
export async function writeSide(side: Side, folder: string = sidesFolder()): Promise<void> {
  const temporary = `${fileOf(folder, side.port)}.${side.pid}`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(temporary, `${JSON.stringify(side, undefined, 2)}\n`, { mode: 0o600 })
    // Renaming makes the announcement whole or absent: a reader never sees half a file.
    await rename(temporary, fileOf(folder, side.port))
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new LocalError(
      'RuntimeFolderNotWritable',
      `The runtime folder ${folder} cannot be written (${code}), so that no command would find this side. Set XDG_RUNTIME_DIR to a folder of your own.`,
      { cause: error },
    )
  }
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
    if (isRunning(side.pid, side.processStart)) sides.push(side)
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
 *
 * @param pid its id
 * @param processStart what `readProcessStart` said of it, to tell it from a later process of the same id
 */
export function isRunning(pid: number, processStart?: string): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const stat = readProcessStat(pid)
  if (stat === undefined) return true
  return stat.state !== 'Z' && (processStart === undefined || stat.start === processStart)
}

/**
 * @param pid a running process
 * @returns when it was started, in the system's own count; undefined where the system does not tell
 */
export function readProcessStart(pid: number): string | undefined {
  return readProcessStat(pid)?.start
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function readProcessStat(pid: number): { state: string; start: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in brackets may hold anything; fields 3 and 22 follow it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', start: fields[19] ?? '' }
  } catch {
    return undefined
  }
}
