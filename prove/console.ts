/**
 * The console's page stays open while 500 requests a second come in: neither the page nor the server may grow once what they
 * keep is full, and what happens is seen as it happens.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { trustPolicy } from '@furlong/aws'
import type { Credentials } from '@furlong/sigv4'
import { strToU8, zipSync } from 'fflate'
import { type CDPSession, chromium, type Page } from 'playwright-core'
import { endSideProcess, type SideProcess, startSideProcess } from '../conform/side-process.ts'
import { ConsoleLoad, type LoadCounts } from './console-load.ts'

/** How a run is set up. */
export interface ConsoleOptions {
  readonly requestsPerSecond: number
  /** How long is measured, once everything that is kept is full. */
  readonly seconds: number
  readonly onSample?: (sample: Sample) => void
}

/** What was there at one moment. */
export interface Sample {
  readonly second: number
  /** Resident memory of the server's process, in MB. */
  readonly serverMb: number
  /** JavaScript heap of the page after a collection, in MB. */
  readonly pageMb: number
  /** Nodes of the page's document, those of detached trees too. */
  readonly nodes: number
}

/** What a run found, while measuring. */
export interface ConsoleFindings extends LoadCounts {
  /** Requests that the page says it did not show. */
  readonly missed: number
  readonly samples: readonly Sample[]
  /** From the answer of a request to its row in the page, in milliseconds. */
  readonly lagMs: readonly number[]
  /** Share of the time in which the page did one thing for more than 50 ms. */
  readonly busy: number
  /** What the page wrote as an error, or was refused by its policy. */
  readonly errors: readonly string[]
}

interface Scene {
  readonly running: SideProcess
  readonly credentials: Credentials
  readonly url: string
  readonly page: Page
}

const chromiumPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The rows that a page keeps are more than the records that the server does: after so many requests both are full. */
const keptRows = 22_000

const sampleSeconds = 5

/**
 * Runs it.
 *
 * @param options how many requests, and for how long
 * @returns undefined where there is no Chromium
 */
export async function proveConsole(options: ConsoleOptions): Promise<ConsoleFindings | undefined> {
  const executablePath = chromiumPaths.find(existsSync)
  if (executablePath === undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'furlong-prove-console-'))
  const running = await startSideProcess(folder, ['--memory', '--url-ports', '31900-31909'])
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const [account] = running.side.accounts
    if (account === undefined) throw new Error('The side has no account.')
    const { accessKeyId, secretAccessKey } = account
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    const url = await createHello(running)
    return await measure(options, { running, credentials: { accessKeyId, secretAccessKey }, url, page })
  } finally {
    await browser.close()
    await endSideProcess(running)
    await rm(folder, { recursive: true, force: true })
  }
}

async function createHello({ clients }: SideProcess): Promise<string> {
  const [iam, lambda] = await Promise.all([clients.iam(), clients.lambda()])
  const { Role } = await iam.createRole({
    RoleName: 'hello',
    AssumeRolePolicyDocument: trustPolicy,
  })
  await lambda.createFunction({
    FunctionName: 'hello',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: Role?.Arn,
    Code: {
      ZipFile: zipSync({
        'index.mjs': strToU8(`export const handler = async () => ({ statusCode: 200, body: 'hello' })`),
      }),
    },
  })
  const { FunctionUrl = '' } = await lambda.createFunctionUrlConfig({
    FunctionName: 'hello',
    AuthType: 'AWS_IAM',
  })
  return FunctionUrl
}

async function measure(
  { requestsPerSecond, seconds, onSample }: ConsoleOptions,
  { running, credentials, url, page }: Scene,
): Promise<ConsoleFindings> {
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.addInitScript(countBusyTime)
  await page.goto(await createLink(running))
  await page.getByText('live', { exact: true }).waitFor()
  const devtools = await page.context().newCDPSession(page)
  const load = new ConsoleLoad(url, credentials, requestsPerSecond)
  try {
    while (load.counts().answered < keptRows) await sleep(500)
    const [before, busyBefore, missedBefore] = [load.counts(), await readBusyMs(page), await readMissed(page)]
    const samples: Sample[] = []
    for (let second = 0; second <= seconds; second += sampleSeconds) {
      if (second > 0) await sleep(sampleSeconds * 1000)
      const sample = { second, serverMb: readResidentMb(running), ...(await readPage(devtools)) }
      samples.push(sample)
      onSample?.(sample)
    }
    const [after, busyAfter, missedAfter] = [load.counts(), await readBusyMs(page), await readMissed(page)]
    return {
      answered: after.answered - before.answered,
      refused: after.refused - before.refused,
      skipped: after.skipped - before.skipped,
      missed: missedAfter - missedBefore,
      samples,
      lagMs: await measureLag(page, url),
      busy: (busyAfter - busyBefore) / (seconds * 1000),
      errors,
    }
  } finally {
    load.stop()
  }
}

async function createLink({ side }: SideProcess): Promise<string> {
  const response = await fetch(`${side.endpoint}/_furlong/console/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${side.token}` },
    body: '{}',
  })
  return ((await response.json()) as { link: string }).link
}

const countBusyTime = `
  globalThis.busyMs = 0
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.busyMs += duration
  }).observe({ type: 'longtask' })`

const readBusyMs = (page: Page): Promise<number> => page.evaluate<number>('globalThis.busyMs')

async function readMissed(page: Page): Promise<number> {
  const said = page.getByText(/not shown/)
  if ((await said.count()) === 0) return 0
  return Number((await said.first().innerText()).replaceAll(/\D/g, ''))
}

function readResidentMb({ child }: SideProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}

async function readPage(devtools: CDPSession): Promise<Pick<Sample, 'pageMb' | 'nodes'>> {
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  const { nodes } = await devtools.send('Memory.getDOMCounters')
  return { pageMb: usedSize / 1024 / 1024, nodes }
}

/** A request that is told from the others by its path, looked for in the page under the same load. */
async function measureLag(page: Page, url: string): Promise<number[]> {
  const lags: number[] = []
  for (let at = 0; at < 10; at += 1) {
    const marker = `marker-${at}-of-${process.pid}`
    await page.evaluate<void>(`void (location.hash = '#/requests?text=${marker}')`)
    await page.waitForTimeout(300)
    await (await fetch(`${url}${marker}`)).arrayBuffer()
    const answeredMs = performance.now()
    await page.getByText(`/${marker}`, { exact: true }).first().waitFor()
    lags.push(performance.now() - answeredMs)
  }
  return lags
}
