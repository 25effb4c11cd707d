import { readdirSync, readFileSync } from 'node:fs'

/** Whether the memory of a process can be read here: from `/proc`. */
const canReadMemory: boolean = process.platform === 'linux'

// Linux on every platform Node.js supports but a few servers with larger ones; those read too little, never too much.
const pageBytes = 4096
const bytesPerMb = 1024 ** 2
const tickMs = 100
// Every process of the machine is looked at for what a function started: less often.
const ticksPerScan = 20

/** What a process holds, in MB. */
export interface ProcessMemory {
  /** The highest so far, with the files it has mapped. */
  readonly peakMb: number
  /** What nobody else holds, now. */
  readonly ownMb: number
}

/**
 * Reads what a process holds.
 * @param pid The process.
 * @returns Its memory, or undefined when it has ended or the platform does not tell.
 */
export function readProcessMemory(pid: number): ProcessMemory | undefined {
  if (!canReadMemory) return undefined
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    return { peakMb: readMb(status, 'VmHWM'), ownMb: readMb(status, 'RssAnon') }
  } catch {
    return undefined
  }
}

function readMb(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024
}

/** What the processes of a group hold, in MB; files that several have mapped count once, as they do for Lambda. */
export interface GroupMemory {
  readonly ownMb: number
  readonly mappedMb: number
}

/**
 * Reads what every process group holds.
 * @returns Group → its memory.
 */
export function readGroupMemory(): ReadonlyMap<number, GroupMemory> {
  const groups = new Map<number, GroupMemory>()
  for (const name of readdirSync('/proc')) {
    if (name < '0' || name > '9:') continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      // The name in brackets may hold anything; fields 3 (state) and 5 (group) follow it.
      const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2])
      const [, resident = 0, shared = 0] = readFileSync(`/proc/${name}/statm`, 'latin1')
        .split(' ')
        .map(Number)
      const { ownMb, mappedMb } = groups.get(group) ?? { ownMb: 0, mappedMb: 0 }
      groups.set(group, {
        ownMb: ownMb + ((resident - shared) * pageBytes) / bytesPerMb,
        mappedMb: Math.max(mappedMb, (shared * pageBytes) / bytesPerMb),
      })
    } catch {
      // It has just ended.
    }
  }
  return groups
}

/** Something whose memory is bounded. */
export interface MemoryUser {
  /** Reads its own processes, and takes what the groups hold when they were read. */
  checkMemory(groups: ReadonlyMap<number, GroupMemory> | undefined): void
}

/** Looks at the memory of environments that are not frozen ten times a second, and at what they started every other second. */
export class MemoryWatch {
  readonly #users = new Set<MemoryUser>()
  #timer: NodeJS.Timeout | undefined
  #ticks = 0

  /**
   * Begins to look.
   * @param user Whose memory.
   */
  add(user: MemoryUser): void {
    if (!canReadMemory) return
    this.#users.add(user)
    this.#timer ??= setInterval(() => this.#tick(), tickMs).unref()
  }

  /**
   * Looks no more.
   * @param user Whose memory.
   */
  remove(user: MemoryUser): void {
    this.#users.delete(user)
  }

  #tick(): void {
    if (this.#users.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    this.#ticks += 1
    const groups = this.#ticks % ticksPerScan === 0 ? readGroupMemory() : undefined
    for (const user of this.#users) user.checkMemory(groups)
  }
}
