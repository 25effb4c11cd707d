import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ExpiringCredentials } from './credentials.ts'
import { createCredentialsSource } from './credentials-source.ts'
import { createSignedFetch } from './index.ts'
import { keys } from './testing/function-url.node.ts'

const start = Date.parse('2026-11-22T09:45:00Z')
const minute = 60_000

/** A provider whose keys hold for an hour, and a clock to turn. */
function stage(give?: (call: number) => ExpiringCredentials | Promise<ExpiringCredentials>) {
  const state = { nowMs: start, calls: 0 }
  const now = (): Date => new Date(state.nowMs)
  const issue = (minutes: number): ExpiringCredentials => ({
    ...keys,
    accessKeyId: `ASIA${state.calls}`,
    expiration: new Date(state.nowMs + minutes * minute),
  })
  const source = createCredentialsSource(async () => {
    state.calls += 1
    return give ? give(state.calls) : issue(60)
  }, now)
  return { state, source, issue, settle: () => new Promise((resolve) => setImmediate(resolve)) }
}

describe('createCredentialsSource() with a provider', () => {
  it('asks once for all who wait, and keeps what it was given', async () => {
    const { state, source } = stage()
    const given = await Promise.all([source(), source(), source()])
    expect(given.map(({ accessKeyId }) => accessKeyId)).toEqual(['ASIA1', 'ASIA1', 'ASIA1'])
    state.nowMs += 54 * minute
    expect(await source()).toMatchObject({ accessKeyId: 'ASIA1' })
    expect(state.calls).toBe(1)
  })

  it('fetches new ones in the background while the old ones hold', async () => {
    const { state, source, settle } = stage()
    await source()
    state.nowMs += 55 * minute
    expect(await source()).toMatchObject({ accessKeyId: 'ASIA1' })
    await settle()
    expect(await source()).toMatchObject({ accessKeyId: 'ASIA2' })
    expect(state.calls).toBe(2)
  })

  it('waits when the old ones have run out', async () => {
    const { state, source } = stage()
    await source()
    state.nowMs += 60 * minute
    expect(await Promise.all([source(), source()])).toMatchObject([
      { accessKeyId: 'ASIA2' },
      { accessKeyId: 'ASIA2' },
    ])
    expect(state.calls).toBe(2)
  })

  it('joins those who come after the expiration to the early call in flight', async () => {
    const { promise, resolve } = Promise.withResolvers<ExpiringCredentials>()
    const { state, source, issue } = stage((call) => (call === 1 ? issue(60) : promise))
    await source()
    state.nowMs += 56 * minute
    await source()
    state.nowMs += 5 * minute
    const late = source()
    resolve(issue(60))
    expect(await late).toMatchObject({ accessKeyId: 'ASIA2' })
    expect(state.calls).toBe(2)
  })

  it('lets a failing early call harm nobody, tries again half a minute later, and tells at the end', async () => {
    const { state, source, issue, settle } = stage((call) => {
      if (call === 1) return issue(60)
      throw new Error('no network')
    })
    await source()
    state.nowMs += 56 * minute
    for (let turn = 0; turn < 5; turn++) {
      expect(await source()).toMatchObject({ accessKeyId: 'ASIA1' })
      await settle()
    }
    expect(state.calls).toBe(2)
    state.nowMs += minute / 2
    await source()
    await settle()
    expect(state.calls).toBe(3)
    state.nowMs += 5 * minute
    await expect(source()).rejects.toMatchObject({
      code: 'CredentialsFailed',
      cause: { message: 'no network' },
    })
  })

  it('does not besiege a provider whose keys are short-lived', async () => {
    const { state, source, issue, settle } = stage(() => issue(2))
    for (let turn = 0; turn < 20; turn++) {
      await source()
      await settle()
    }
    expect(state.calls).toBeLessThanOrEqual(2)
  })

  it('refuses keys that have run out, or whose expiration is no date', async () => {
    const { state, source, issue } = stage((call) =>
      call === 1 ? issue(-1) : { ...keys, expiration: new Date(Number.NaN) },
    )
    const failure = await Promise.resolve(source()).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CredentialsExpired', name: 'FetchError' })
    expect(String(failure)).toContain('60 seconds ago')
    expect(String(failure)).not.toContain(keys.secretAccessKey)
    await expect(source()).rejects.toMatchObject({ code: 'CredentialsExpired' })
    expect(state.calls).toBe(2)
  })

  it('keeps keys without expiration for good', async () => {
    const { state, source } = stage(() => keys)
    await source()
    state.nowMs += 1e9 * minute
    await source()
    expect(state.calls).toBe(1)
  })
})

describe('createCredentialsSource() with keys', () => {
  it('gives them while they hold', () => {
    let nowMs = start
    const source = createCredentialsSource(
      { ...keys, expiration: new Date(start + minute) },
      () => new Date(nowMs),
    )
    expect(source()).toMatchObject(keys)
    nowMs += minute
    expect(() => source()).toThrow(/option `credentials`.*ran out/)
  })
})

describe('createCredentialsSource() by default', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'furlong-credentials-'))
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE']) {
      vi.stubEnv(name, '')
    }
    vi.stubEnv('AWS_CREDENTIAL_EXPIRATION', '')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'))
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'))
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true })
  })
  const now = (): Date => new Date()

  it('reads the environment, expiration and all, each time', () => {
    const source = createCredentialsSource(undefined, now)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIA1')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    vi.stubEnv('AWS_SESSION_TOKEN', 'token')
    expect(source()).toEqual({ accessKeyId: 'ASIA1', secretAccessKey: 'secret', sessionToken: 'token' })
    vi.stubEnv('AWS_CREDENTIAL_EXPIRATION', '2020-01-01T00:00:00Z')
    expect(() => source()).toThrow(/environment.*ran out/)
  })

  it('does not fall through to another identity when half a key is set', () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIA1')
    expect(() => createCredentialsSource(undefined, now)()).toThrow('AWS_SECRET_ACCESS_KEY is not')
    vi.stubEnv('AWS_ACCESS_KEY_ID', '')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    expect(() => createCredentialsSource(undefined, now)()).toThrow('AWS_ACCESS_KEY_ID is not')
  })

  it("asks the AWS SDK's chain, which reads the profile", async () => {
    await writeFile(
      join(folder, 'credentials'),
      '[default]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = secret\n',
    )
    const given = await createCredentialsSource(undefined, now)()
    expect(given).toMatchObject({ accessKeyId: 'AKIAPROFILE', secretAccessKey: 'secret' })
  })

  it('says what to set when the chain finds nothing', async () => {
    const failure = await createSignedFetch({ region: 'us-east-1' })('http://127.0.0.1:9/').catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'CredentialsMissing', cause: { name: 'CredentialsProviderError' } })
    expect(String(failure)).toContain('AWS_ACCESS_KEY_ID')
    expect(String(failure)).toContain('@aws-sdk/credential-providers')
  })

  it('says what to set or to install where the AWS SDK is not, and bundles none of it', async () => {
    const file = join(folder, 'bundle.mjs')
    await build({
      stdin: {
        contents: `import { createRequestSigner } from './index.ts'
createRequestSigner({ region: 'us-east-1' })('http://127.0.0.1/').catch((error) => console.log(error.code + ': ' + error.message))`,
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      },
      bundle: true,
      format: 'esm',
      platform: 'node',
      conditions: ['@furlong/source'],
      outfile: file,
    })
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder })
    expect(stdout).toMatch(
      /^CredentialsMissing: .*AWS_ACCESS_KEY_ID.*install `@aws-sdk\/credential-providers`/,
    )
  })
})
