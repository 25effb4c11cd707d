/**
 * The server is killed (SIGKILL) again and again while clients write and call; after each restart everything that was
 * acknowledged must be there, and what was under way must be there whole or not at all.
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRunning } from '@furlong/local/sides'
import { createRandom, type Random } from '../conform/fuzz/random.ts'
import { endSideProcess, type SideProcess, startSideProcess } from '../conform/side-process.ts'
import { median } from '../bench/stats.ts'
import { Facts } from './facts.ts'
import { createWriter, readFacts, type Writer } from './kill-writes.ts'

/** What a run found. */
export interface KillFindings {
  kills: number
  acknowledged: number
  calls: number
  checked: number
  /** A sentence for each acknowledged write that was gone. */
  readonly lost: string[]
  /** Writes whose answer never came and that were there. */
  keptUnsaid: number
  /** URLs that did not answer on the port they had. */
  moved: number
  processes: number
  orphans: number
  restartMs: number
}

/** How a run is set up. */
export interface KillOptions {
  readonly times: number
  readonly seed: number
  readonly onKill?: (kill: number, findings: KillFindings) => void
}

/**
 * Below the ports that other local sides of this machine take, and away from another run of this proof: a port that is taken
 * while the server is down is lost.
 */
const firstPort = 10_000 + (process.pid % 100) * 50
const urlPorts = `${firstPort}-${firstPort + 49}`
const writers = 3
const callers = 2
/** How long a process of a function may outlive the server that was killed. */
const patienceMs = 10_000

/**
 * Kills the server so many times.
 *
 * @param options how often, and the seed of the order of writes and the moments of the kills
 * @returns what was found; nothing is thrown for what was lost
 */
export async function proveKill({ times, seed, onKill }: KillOptions): Promise<KillFindings> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-prove-'))
  const findings: KillFindings = {
    kills: 0,
    acknowledged: 0,
    calls: 0,
    checked: 0,
    lost: [],
    keptUnsaid: 0,
    moved: 0,
    processes: 0,
    orphans: 0,
    restartMs: 0,
  }
  const facts = new Facts()
  const random = createRandom(seed, 0)
  const pids = new Set<number>()
  const readyMs: number[] = []
  try {
    let running = await start(folder)
    try {
      const work = Array.from({ length: writers }, (_, at) =>
        createWriter(`w${at}`, createRandom(seed, at + 1)),
      )
      for (; findings.kills < times; findings.kills += 1) {
        await workUntilKilled(running, { facts, work, random, findings, pids })
        findings.processes += pids.size
        findings.orphans += await countLeft(pids)
        pids.clear()
        running = await start(folder)
        readyMs.push(running.readyMs)
        await check(running, facts, findings)
        onKill?.(findings.kills + 1, findings)
      }
    } finally {
      await endSideProcess(running)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  findings.restartMs = median(readyMs)
  return findings
}

const start = (folder: string): Promise<SideProcess> =>
  startSideProcess(folder, ['--state', join(folder, 'state'), '--url-ports', urlPorts])

interface Load {
  readonly facts: Facts
  readonly work: readonly Writer[]
  readonly random: Random
  readonly findings: KillFindings
  readonly pids: Set<number>
}

async function workUntilKilled(
  { child, clients, signedFetch }: SideProcess,
  { facts, work, random, findings, pids }: Load,
): Promise<void> {
  const enough = 10 + random.below(50)
  const delayMs = random.below(20)
  let done = 0
  let isKilled = false
  const gone = once(child, 'exit')
  const kill = async (): Promise<void> => {
    if (isKilled) return
    isKilled = true
    // Not at an answer, but somewhere in the work that follows it.
    await sleep(delayMs)
    child.kill('SIGKILL')
  }
  const goOnWriting = async (writer: Writer): Promise<void> => {
    while (child.signalCode === null) {
      const write = writer.next(facts)
      const { key, value } = write
      facts.begin(key, value)
      try {
        facts.acknowledge(key, await write.send(clients))
      } catch (error) {
        if (child.signalCode === null && !isKilled) throw error
        return
      }
      findings.acknowledged += 1
      done += 1
      if (done === enough) void kill()
    }
  }
  const call = async (offset: number): Promise<void> => {
    for (let at = offset; child.signalCode === null; at += 1) {
      const urls = facts.list('url/')
      const url = urls[at % Math.max(1, urls.length)]
      if (url === undefined) {
        await Promise.race([sleep(20), gone])
        continue
      }
      try {
        const response = await signedFetch(url)
        if (response.status !== 200) continue
        pids.add(((await response.json()) as { pid: number }).pid)
        findings.calls += 1
      } catch {
        // The server was killed, or the URL was deleted, in the middle of the call.
      }
    }
  }
  await Promise.all([...work.map(goOnWriting), ...Array.from({ length: callers }, (_, at) => call(at)), gone])
}

async function countLeft(pids: ReadonlySet<number>): Promise<number> {
  const end = performance.now() + patienceMs
  for (;;) {
    const left = [...pids].filter((pid) => isRunning(pid)).length
    if (left === 0 || performance.now() > end) return left
    await sleep(20)
  }
}

async function check(
  { clients, signedFetch }: SideProcess,
  facts: Facts,
  findings: KillFindings,
): Promise<void> {
  const found = await readFacts(clients)
  const { lost, keptUnsaid, checked } = facts.settle(found)
  findings.lost.push(...lost)
  findings.keptUnsaid += keptUnsaid
  findings.checked += checked
  for (const url of facts.list('url/')) {
    const answered = await signedFetch(url).catch(() => undefined)
    if (answered?.status !== 200) findings.moved += 1
  }
}
