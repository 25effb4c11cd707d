import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, it, vi } from 'vitest'
import * as direct from './index.ts'

const entry = fileURLToPath(new URL('index.ts', import.meta.url))

async function withoutKeys(work: () => Promise<unknown>): Promise<unknown> {
  vi.stubEnv('AWS_ACCESS_KEY_ID', '')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', '')
  try {
    return await work().catch((error: unknown) => error)
  } finally {
    vi.unstubAllEnvs()
  }
}

describe('browser bundle', () => {
  it('holds no node: import, and signs as in Node', async () => {
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      conditions: ['@furlong/source'],
    })
    const code = outputFiles[0]?.text ?? ''
    expect(code).not.toMatch(/["']node:/)
    expect(code).not.toMatch(/\bBuffer[.(]/)
    expect(code).not.toContain('fromNodeProviderChain')
    const bundled = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as typeof direct
    const options = {
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
      now: () => new Date('2026-11-22T09:45:00Z'),
    }
    const url = 'https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws/a b?q=ü+1'
    // Small ones are hashed in plain JavaScript, larger ones by WebCrypto.
    for (const length of [0, 100, 4096, 5000, 100_000]) {
      const init = { method: 'POST', body: 'ü'.repeat(length / 2) }
      const signed = await bundled.createRequestSigner(options)(url, init)
      expect(signed).toEqual(await direct.createRequestSigner(options)(url, init))
    }
    const given = {
      method: 'POST',
      body: 'x'.repeat(5000),
      headers: { 'x-amz-content-sha256': '0'.repeat(64) },
    }
    await expect(bundled.createRequestSigner(options)(url, given)).rejects.toThrow(/not the hash of the body/)
    const failure = await withoutKeys(() => bundled.createRequestSigner()(url))
    expect(failure).toMatchObject({ code: 'CredentialsMissing' })
    expect(String(failure)).toContain('give the option `credentials`')
    expect(String(failure)).not.toMatch(/install|AWS_/)
  })
})
