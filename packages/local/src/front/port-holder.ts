import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'

/**
 * Names the process that listens on a port of this machine, so that "in use" can say by whom.
 *
 * Linux only, by /proc, and only for processes this user may look into.
 *
 * @param port 1 to 65535
 * @returns `node server.js (process 4711)`, or undefined when it cannot be told
 */
export async function findPortHolder(port: number): Promise<string | undefined> {
  try {
    const inode = await findListeningInode(port)
    return inode === undefined ? undefined : await findProcess(`socket:[${inode}]`)
  } catch {
    return undefined
  }
}

/** @see https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html */
async function findListeningInode(port: number): Promise<string | undefined> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  )
  for (const line of tables.join('\n').split('\n')) {
    const columns = line.trim().split(/\s+/)
    // Columns: number, local address, remote address, state (0A = LISTEN), …, inode at 9.
    if (columns[3] === '0A' && columns[1]?.endsWith(suffix) === true) return columns[9]
  }
  return undefined
}

async function findProcess(socket: string): Promise<string | undefined> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')
      if (target === socket) {
        return `${await nameProcess(pid)} (process ${pid})`
      }
    }
  }
  return undefined
}

/** Program and first argument: the name the kernel keeps is a thread's, which Node calls "MainThread". */
async function nameProcess(pid: string): Promise<string> {
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
  const [program = '', first = ''] = words
  const name = [basename(program), first.startsWith('-') ? '' : basename(first)].join(' ').trim()
  return name === '' ? 'a process' : name
}
