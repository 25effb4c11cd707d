import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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

  it('refuses keys that have run out', async () => {
    const { state, source, issue } = stage(() => issue(-1))
    const failure = await Promise.resolve(source()).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CredentialsExpired', name: 'FetchError' })
    expect(String(failure)).toContain('ran out at 2026-11-22T09:44:00.000Z, 60 seconds ago')
    expect(String(failure)).not.toContain(keys.secretAccessKey)
    await expect(source()).rejects.toMatchObject({ code: 'CredentialsExpired' })
    expect(state.calls).toBe(2)
  })

  it.each([
    [new Date(start - 5 * minute), '5 minutes ago'],
    [new Date(start - 180 * minute), '3 hours ago'],
    [new Date(start - 4 * 1440 * minute), '4 days ago'],
    [new Date(start / 1000), '1970-01-21T18:42:20.700Z (seconds, taken for milliseconds?)'],
  ])('says how long ago %s is', async (expiration, says) => {
    const { source } = stage(() => ({ ...keys, expiration }))
    await expect(source()).rejects.toThrow(says)
  })

  it.each([
    [undefined, 'undefined, not keys'],
    [null, 'null, not keys'],
    ['AKIA', 'string, not keys'],
    [{}, 'no accessKeyId'],
    [{ expiration: new Date(start + minute) }, 'no accessKeyId'],
    [
      { AccessKeyId: 'ASIA', SecretKey: 's3cret', SessionToken: 't0ken', Expiration: 1_795_000_000 },
      'no accessKeyId, but `AccessKeyId`: hand over accessKeyId, secretAccessKey, sessionToken and expiration, under these names',
    ],
    [{ Credentials: { AccessKeyId: 'ASIA' } }, 'no accessKeyId, but `Credentials`'],
    [{ accessKeyId: 'ASIA' }, 'no secretAccessKey'],
    [{ accessKeyId: 1, secretAccessKey: 's3cret' }, 'an accessKeyId that is no text'],
    [{ accessKeyId: 'ASIA', secretAccessKey: 1 }, 'a secretAccessKey that is no text'],
    [{ ...keys, sessionToken: 5 }, 'a sessionToken that is no text'],
    [{ ...keys, expiration: 1_795_000_000 }, 'an expiration that is a number, of seconds or of milliseconds'],
    [{ ...keys, expiration: 'tomorrow' }, 'an expiration that is no date'],
    [{ ...keys, expiration: '2026-11-22T10:45:00' }, 'an expiration that is no date'],
    [{ ...keys, expiration: new Date(Number.NaN) }, 'an expiration that is no date'],
    [{ ...keys, expiration: {} }, 'an expiration that is no date'],
  ])('says what is wrong with %j', async (given, lacks) => {
    const { source } = stage(() => given as ExpiringCredentials)
    const failure = await Promise.resolve(source()).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'FetchError', code: 'CredentialsFailed' })
    expect(String(failure)).toContain(`The credentials provider gave ${lacks}`)
    expect(String(failure)).not.toMatch(/s3cret|t0ken|wJalr/)
    const once = createCredentialsSource(given as ExpiringCredentials, () => new Date(start))
    if (given)
      expect(() => once()).toThrow(
        new TypeError(String(failure).replace(/.* gave /, 'The option `credentials` holds ')),
      )
  })

  it('takes what JSON makes of keys: a date as text, and an empty or null token', async () => {
    const { source, state } = stage(() => ({
      ...keys,
      sessionToken: null as unknown as string,
      expiration: new Date(state.nowMs + 60 * minute).toISOString(),
    }))
    expect(await source()).toEqual({ ...keys, expiration: new Date(start + 60 * minute) })
    const withoutToken = createCredentialsSource({ ...keys, sessionToken: '' }, () => new Date(start))
    expect(withoutToken()).toEqual(keys)
    const zoned = createCredentialsSource(
      { ...keys, expiration: '2026-11-22T11:45:00+01:00' },
      () => new Date(start),
    )
    expect(zoned()).toMatchObject({ expiration: new Date('2026-11-22T10:45:00Z') })
  })

  it('tells why a provider failed, but no secret', async () => {
    const { source, state } = stage(() => {
      throw Object.assign(new Error(messages[state.calls - 1]), { name: 'AccessDenied' })
    })
    const role =
      'arn:aws:sts::111122223333:assumed-role/MyStack-CallerFunctionServiceRole-1A2B3C4D5E6F/caller'
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
    const messages = [
      `User: ${role} is not authorized to perform: sts:AssumeRole`,
      `Command failed: /usr/bin/vault-keys --password hunter2secret\nno such vault`,
      `bad token IQoJb3JpZ2luX2VjEXAMPLE//0123456789abcdefghijklmnopqrstuvwxyz+== and "SecretKey":"short"`,
      `key ${secret} AWS_SECRET_ACCESS_KEY=${secret.slice(0, 12)}`,
      'x'.repeat(5000),
    ]
    const failures: string[] = []
    for (const _ of messages) failures.push(String(await Promise.resolve(source()).catch((e: unknown) => e)))
    expect(failures[0]).toBe(
      `FetchError: The credentials provider failed: AccessDenied: User: ${role} is not authorized to perform: sts:AssumeRole`,
    )
    expect(failures[1]).toContain('/usr/bin/vault-keys … no such vault')
    expect(failures[4]?.length).toBeLessThan(400)
    expect(failures.join()).not.toMatch(/hunter2|IQoJ|"short|wJalr/)
  })

  it('tells what it can of a failure without a message', async () => {
    const { source, state } = stage(() => {
      throw [Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }), 'out of order', 7][
        state.calls - 1
      ]
    })
    await expect(source()).rejects.toThrow('The credentials provider failed: ECONNREFUSED')
    await expect(source()).rejects.toThrow('The credentials provider failed: out of order')
    await expect(source()).rejects.toThrow(/failed$/)
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
    vi.stubEnv('AWS_CREDENTIAL_EXPIRATION', 'soon')
    expect(() => source()).toThrow('AWS_CREDENTIAL_EXPIRATION is not a time')
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
    expect(String(failure)).toContain('the credential chain of the AWS SDK found no default profile')
    expect(String(failure)).not.toContain('install')
    vi.stubEnv('AWS_PROFILE', 'reader')
    await expect(createCredentialsSource(undefined, now)()).rejects.toThrow(
      "found nothing for the profile 'reader' that AWS_PROFILE names",
    )
  })

  it('passes on that an SSO session has ended', async () => {
    vi.stubEnv('HOME', folder)
    vi.stubEnv('AWS_PROFILE', 'sso')
    await writeFile(
      join(folder, 'config'),
      '[profile sso]\nsso_session = me\nsso_account_id = 111122223333\nsso_role_name = reader\n' +
        '[sso-session me]\nsso_region = us-east-1\nsso_start_url = https://example.awsapps.com/start\n',
    )
    const failure = await Promise.resolve(createCredentialsSource(undefined, now)()).catch((e: unknown) => e)
    expect(failure).toMatchObject({ code: 'CredentialsFailed', cause: { name: 'CredentialsProviderError' } })
    expect(String(failure)).toMatch(/The credential chain of the AWS SDK failed: .*aws sso login/)
  })

  it('passes on why a role could not be assumed', async () => {
    const sts = createServer((request, response) => {
      request.resume()
      response
        .writeHead(403, { 'content-type': 'text/xml' })
        .end(
          '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::111122223333:user/me is not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>',
        )
    })
    await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('AWS_ENDPOINT_URL_STS', `http://127.0.0.1:${(sts.address() as AddressInfo).port}`)
    vi.stubEnv('AWS_REGION', 'us-east-1')
    vi.stubEnv('AWS_PROFILE', 'reader')
    await writeFile(
      join(folder, 'config'),
      '[profile reader]\nrole_arn = arn:aws:iam::111122223333:role/reader\nsource_profile = me\n' +
        '[profile me]\naws_access_key_id = AKIAME\naws_secret_access_key = secret\n',
    )
    const failure = await Promise.resolve(createCredentialsSource(undefined, now)()).catch((e: unknown) => e)
    sts.closeAllConnections()
    sts.close()
    expect(failure).toMatchObject({ code: 'CredentialsFailed' })
    expect(String(failure)).toContain(
      'failed: AccessDenied: User: arn:aws:iam::111122223333:user/me is not authorized to perform: sts:AssumeRole',
    )
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
