/** Functions that misbehave, runtimes that break the rules, and environments that are killed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Fault, expectThat } from './fault.ts'
import { type FunctionSettings, type Stage, withFunction } from './stage.ts'

interface Row {
  readonly name: string
  readonly path: string
  readonly status: number
  readonly settings?: FunctionSettings
}

const functionRows: readonly Row[] = [
  { name: 'exits', path: 'exit', status: 502 },
  { name: 'aborts', path: 'abort', status: 502 },
  { name: 'exits behind its answer', path: 'late', status: 200 },
  { name: 'hangs in a loop', path: 'hang', status: 502, settings: { timeoutSeconds: 1 } },
  { name: 'waits for ever', path: 'sleep', status: 502, settings: { timeoutSeconds: 1 } },
  { name: 'forks 40 children, half of them out of its group', path: 'fork', status: 200 },
  { name: 'fills /tmp with 96 MiB', path: 'fill', status: 200 },
  { name: 'exhausts its memory', path: 'memory', status: 502, settings: { memorySizeMb: 128 } },
  { name: 'answers 7 MiB', path: 'large', status: 502 },
  { name: 'logs 50,000 lines', path: 'log', status: 200 },
]

async function call({ running }: Stage, url: string): Promise<number> {
  const response = await running.signedFetch(url, { headers: { connection: 'close' } })
  await response.arrayBuffer()
  return response.status
}

const misbehaving = functionRows.map(({ name, path, status, settings }): Fault => ({
  name,
  who: 'function',
  strike: (stage) =>
    withFunction(stage, settings, async (url) => {
      const got = await call(stage, url + path)
      expectThat(got === status, `answered ${got} instead of ${status}`)
      const expected = path === 'late' && (await isStopped(stage)) ? [502, 200] : [200]
      const following: number[] = []
      for (const _ of expected) following.push(await call(stage, `${url}ok`))
      expectThat(
        following.join() === expected.join(),
        `the next calls were answered ${following.join()} instead of ${expected.join()}`,
      )
      return `${got}, then ${following.join(', ')}`
    }),
}))

/**
 * Waits for what becomes of an environment whose handler left an exit running behind its answer: that comes before the
 * environment is frozen, and the next call meets a fresh one; or the freeze comes first, as on a machine that is busy, and the
 * next call, which thaws it, meets the exit, here as on Lambda.
 *
 * @returns whether the freeze came first
 */
async function isStopped(stage: Stage): Promise<boolean> {
  for (;;) {
    const environments = await stage.environmentsOf('faulty')
    if (environments.length === 0) return false
    if (environments.some(({ isFrozen }) => isFrozen)) return true
    await sleep(20)
  }
}

const streaming: Fault = {
  name: 'streams for ever, and its reader leaves',
  who: 'function',
  strike: (stage) =>
    withFunction(stage, { handler: 'streamer', isStreamed: true, timeoutSeconds: 2 }, async (url) => {
      const abort = new AbortController()
      const response = await stage.running.signedFetch(url, { signal: abort.signal })
      let bytes = 0
      for await (const chunk of response.body ?? []) {
        bytes += (chunk as Uint8Array).length
        if (bytes > 2_000_000) break
      }
      abort.abort()
      expectThat(response.status === 200, `answered ${response.status}`)
      return `200, left after ${Math.round(bytes / 1e6)} MB`
    }),
}

const endless: Fault = {
  name: 'streams for ever, and its reader stays',
  who: 'function',
  strike: (stage) =>
    withFunction(stage, { handler: 'streamer', isStreamed: true, timeoutSeconds: 2 }, async (url) => {
      const response = await stage.running.signedFetch(url)
      const torn = await response.arrayBuffer().then(
        () => false,
        () => true,
      )
      expectThat(torn, 'the stream ended as if it were whole')
      return '200, torn at the timeout'
    }),
}

const mistakes: readonly (readonly [mistake: string, name: string, status: number])[] = [
  ['twice', 'answers twice', 200],
  ['next', 'asks for the next event and owes an answer', 502],
  ['short', 'closes its socket in the middle of an answer', 200],
  ['garbage', 'sends what is no HTTP', 200],
  ['foreign', 'answers an invocation that is not its own', 200],
  ['silent', 'closes its socket and says nothing more', 502],
  ['leave', 'ends with code 0', 502],
]

const runtimes = mistakes.map(([MISTAKE, name, status]): Fault => ({
  name,
  who: 'runtime',
  strike: (stage) =>
    withFunction(
      stage,
      { runtime: 'provided.al2023', timeoutSeconds: 2, variables: { MISTAKE } },
      async (url) => {
        const got = await call(stage, url)
        expectThat(got === status, `answered ${got} instead of ${status}`)
        return String(got)
      },
    ),
}))

/** When an environment is killed: how it is brought there, and what its caller gets. */
interface Phase {
  readonly name: string
  readonly settings?: FunctionSettings
  /** Begins the call that is under way; none for an environment that waits. */
  readonly path?: string
  readonly status?: number
  /** How long the environment is left in this phase before it is killed, in milliseconds. */
  readonly afterMs: number
}

const phases: readonly Phase[] = [
  {
    name: 'in its init phase',
    path: 'ok',
    status: 502,
    afterMs: 300,
    settings: { variables: { INIT_MS: '5000' } },
  },
  { name: 'in an invocation', path: 'sleep', status: 502, afterMs: 500 },
  { name: 'while it waits', afterMs: 0 },
  { name: 'while it is frozen', afterMs: 800 },
]

const killed = phases.map(({ name, settings, path, status, afterMs }): Fault => ({
  name,
  who: 'environment killed',
  strike: (stage) =>
    withFunction(stage, settings, async (url) => {
      if (path === undefined) await call(stage, `${url}ok`)
      const answer = path === undefined ? undefined : call(stage, url + path)
      const pids = await waitForProcesses(stage)
      await sleep(afterMs)
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      const got = await answer
      // The next call comes when the server knows that it has ended: one that was on its way to it fails, as on Lambda.
      while ((await stage.environmentsOf('faulty')).some(({ pid = 0 }) => pids.includes(pid))) await sleep(20)
      expectThat(got === status, `its caller got ${got} instead of ${status}`)
      const next = await call(stage, `${url}ok`)
      expectThat(next === 200, `the next call was answered ${next}`)
      return `${got === undefined ? '' : `${got}, `}the next call 200`
    }),
}))

const killedStream: Fault = {
  name: 'in the middle of a stream',
  who: 'environment killed',
  strike: (stage) =>
    withFunction(stage, { handler: 'streamer', isStreamed: true }, async (url) => {
      const response = await stage.running.signedFetch(url)
      process.kill(Number(response.headers.get('x-pid')), 'SIGKILL')
      const torn = await response.arrayBuffer().then(
        () => false,
        () => true,
      )
      expectThat(torn, 'the stream ended as if it were whole')
      return '200, torn'
    }),
}

async function waitForProcesses(stage: Stage): Promise<number[]> {
  for (;;) {
    const pids = await stage.pidsOf('faulty')
    if (pids.length > 0) return pids
    await sleep(20)
  }
}

/** Everything that functions and their processes do. */
export const faultsByFunctions: readonly Fault[] = [
  ...misbehaving,
  streaming,
  endless,
  ...runtimes,
  ...killed,
  killedStream,
]
