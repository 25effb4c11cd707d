/** The suite through the local side: every application deployed as a function, called over HTTP by its URL. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Bundle, createBundle, deploy, type Target } from '@furlong/aws'
import { startLocal } from '@furlong/local'
import { build } from 'esbuild'
import { fidelityHost, judgeFidelity } from '../../packages/host/dist/testing/fidelity.js'
import { callUrl } from './call-url.ts'
import { finish, kinds, modes, type SettingResult } from './suite.ts'

/** The suite's own host name says which URL and region it wants. */
const [urlId = '', , region = ''] = fidelityHost.split('.')
/** The suite's own name. */
const name = 'fn'

const folder = await mkdtemp(join(tmpdir(), 'furlong-conform-'))
const local = await startLocal({ memory: true, region })
const [account] = local.accounts
if (account === undefined) throw new TypeError('The local side has no account')
const target: Target = { kind: 'local', region, endpoint: local.endpoint, credentials: account }

/** One bundle with every framework: a framework's own optional parts are not there, and stay out. */
async function bundleFunction(): Promise<Bundle> {
  await build({
    entryPoints: [fileURLToPath(new URL('function.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    outfile: join(folder, 'index.mjs'),
    logLevel: 'error',
    // From the sources, where the bundler sees what the applications import.
    conditions: ['@furlong/source'],
    external: ['@nestjs/microservices', '@nestjs/websockets', 'class-validator', 'class-transformer'],
    banner: {
      js: "import { createRequire as suiteRequire } from 'node:module'; const require = suiteRequire(import.meta.url);",
    },
  })
  return createBundle(folder, { handler: 'index.handler' })
}

const results: SettingResult[] = []
try {
  const bundle = await bundleFunction()
  for (const [kind, { family }] of kinds) {
    for (const mode of modes) {
      await deploy(target, {
        entry: folder,
        bundle,
        name,
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        id: urlId,
        public: true,
        stream: mode === 'stream',
        environment: { FIDELITY_KIND: kind },
      })
      // The first request starts the function, for longer than a case may take.
      await callUrl(local.port, {})
      const skipped: Record<string, number> = {}
      const skip = (why: string): undefined => void (skipped[why] = (skipped[why] ?? 0) + 1)
      const setting = { family, mode, address: '127.0.0.1' }
      const outcomes = await judgeFidelity(kind, setting, (request) => {
        if (request.event !== undefined) return skip('set what no client can')
        if (request.headers?.some(([header]) => header === 'host') === true) return skip('call another host')
        return callUrl(local.port, request)
      })
      results.push({ kind, mode, outcomes, skipped })
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
  await local.close()
}
finish(results)
