/** Installs serverless-offline, on the fork of its framework that asks for no login, and serves the benchmark's function with it. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { start, type Started } from '../../child.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const program = fileURLToPath(new URL('node_modules/osls/bin/serverless.js', import.meta.url))

/**
 * Starts it on a free port.
 *
 * @param isIsolated in worker threads, as it does unless told otherwise; else in its own process
 * @returns the process and its address
 */
export async function startServerlessOffline(
  isIsolated: boolean,
): Promise<Started & { readonly url: string }> {
  if (!existsSync(program)) {
    const options = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts']
    await promisify(execFile)('npm', ['ci', '--prefix', folder, ...options])
  }
  const [http, lambda] = await Promise.all([findPort(), findPort()])
  const ports = ['--httpPort', String(http), '--lambdaPort', String(lambda), '--noPrependStageInUrl']
  const argv = [program, 'offline', ...ports, ...(isIsolated ? [] : ['--useInProcess'])]
  const started = await start(argv, { from: 'stderr', until: /Server ready/, cwd: folder, env: quiet })
  return { ...started, url: `http://127.0.0.1:${http}/` }
}

/** Nothing is looked up or told outside this machine. */
const quiet = { SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off', SLS_OFFLINE: '1' }

async function findPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}
