/** Engines and functions for tests: real processes, all ended after each test. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { Engine } from '../engine/index.ts'
import type { EngineOptions, FunctionSpec, InvokeOutcome, LogLine } from '../engine/index.ts'

export const isLinux = process.platform === 'linux'
export const hasPython = canRun('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))'])
if (!hasPython) {
  console.warn('python3 (3.9 or later) is missing on this machine: the Python tests are not run')
}

export function canRun(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export const session = () => ({
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'token',
  expiresAt: new Date(Date.now() + 12 * 3_600_000),
})

export function createEngine(options: Partial<EngineOptions> = {}): { engine: Engine; lines: LogLine[] } {
  const lines: LogLine[] = []
  const engine = new Engine({
    sessionFor: session,
    clientEnvironment: async () => ({}),
    onLog: (line) => lines.push(line),
    ...options,
  })
  onTestFinished(() => engine.close())
  return { engine, lines }
}

/** Writes the files of a function into a folder of its own. */
export async function createFunction(
  files: Record<string, string>,
  changes: Partial<FunctionSpec> = {},
): Promise<FunctionSpec> {
  const codeFolder = await mkdtemp(join(tmpdir(), 'engine-test-'))
  onTestFinished(() => rm(codeFolder, { recursive: true, force: true, maxRetries: 3 }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(codeFolder, name)), { recursive: true })
    await writeFile(join(codeFolder, name), text)
  }
  return {
    arn: 'arn:aws:lambda:eu-west-1:111122223333:function:hello',
    accountId: '111122223333',
    region: 'eu-west-1',
    name: 'hello',
    version: '$LATEST',
    runtime: 'nodejs22.x',
    handler: 'index.handler',
    roleArn: 'arn:aws:iam::111122223333:role/hello',
    timeoutSeconds: 10,
    memorySizeMb: 128,
    environment: {},
    codeFolder,
    revision: '1',
    ...changes,
  }
}

let requests = 0

/** The id of the last call. */
export const lastRequestId = (): string => `request-${requests}`

export async function call(engine: Engine, spec: FunctionSpec, event: unknown = {}): Promise<InvokeOutcome> {
  requests += 1
  const outcome = await engine.invoke(spec, {
    requestId: `request-${requests}`,
    payload: Buffer.from(JSON.stringify(event)),
  })
  // END and REPORT come behind the answer, in the same turn.
  await nextTurn()
  return outcome
}

/** What the test functions return, as far as a test looks into it. */
export interface Result extends Record<string, unknown> {
  event: unknown
  pid: number
  pids: number[]
  left: number
  home: string
  tmp: string
}

interface ErrorDocument extends Record<string, unknown> {
  errorMessage: string
  trace: string[]
  stackTrace: string[]
}

export function resultOf(outcome: InvokeOutcome): Result {
  if (outcome.kind === 'error') throw new Error(Buffer.from(outcome.document).toString())
  if (outcome.kind === 'stream') throw new Error('a stream')
  return JSON.parse(Buffer.from(outcome.payload).toString()) as Result
}

export function numberOf(outcome: InvokeOutcome): number {
  return Number(resultOf(outcome))
}

export function textOf(outcome: InvokeOutcome): string {
  return resultOf(outcome) as unknown as string
}

export function errorOf(outcome: InvokeOutcome): {
  phase: string
  errorType: string
  document: ErrorDocument
} {
  if (outcome.kind !== 'error') throw new Error(`${outcome.kind} instead of an error`)
  const { phase, errorType, document } = outcome
  return { phase, errorType, document: JSON.parse(Buffer.from(document).toString()) as ErrorDocument }
}

export async function readAll(outcome: InvokeOutcome): Promise<Buffer> {
  if (outcome.kind !== 'stream') throw new Error(`${outcome.kind} instead of a stream`)
  const parts: Uint8Array[] = []
  for await (const part of outcome.body) parts.push(part)
  return Buffer.concat(parts)
}

/** Under a test's own limit, so that a test that waits in vain says where. */
const patienceMs = 25_000

/** Waits until something is so. */
export async function until(isTrue: () => boolean): Promise<void> {
  const end = performance.now() + patienceMs
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`It did not become true in ${patienceMs / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Waits until a number has stopped rising: many looks in a row see the same. */
export async function settled(read: () => number): Promise<number> {
  let last = read()
  for (let same = 0; same < 30; same++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    const now = read()
    if (now !== last) same = 0
    last = now
  }
  return last
}

/** The source of a function that waits for a file, which the test makes with {@link openGate}. */
export const waitForGate = `
  import { existsSync } from 'node:fs'
  import { setTimeout as sleep } from 'node:timers/promises'
  const gate = async (name) => { while (!existsSync(name)) await sleep(5) }
`

/** Lets the functions go on that wait for this gate. */
export async function openGate(gate: string): Promise<void> {
  await writeFile(gate, '')
}

export function countBusy(engine: Engine): number {
  return engine
    .status()
    .functions.flatMap(({ environments }) => environments)
    .filter(({ state }) => state === 'busy').length
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return new RegExp(`^PPid:\\s+${parent}$`, 'm').test(readFileSync(`/proc/${pid}/status`, 'utf8'))
      } catch {
        return false
      }
    })
}

export function processState(pid: number): string {
  return /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''
}

/** The files of a function that is one ES module. */
export const esm = (body: string): Record<string, string> => ({ 'index.mjs': body })
