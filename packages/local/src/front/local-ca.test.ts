import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LocalCa, type LocalCaOptions } from './local-ca.ts'

const dayMs = 24 * 60 * 60 * 1000
const host = 'a.lambda-url.us-east-1.on.aws'
let folder = ''
let nowMs = 0

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'furlong-ca-')), 'ca')
  nowMs = Date.now()
})

afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true })
})

const open = (options: Partial<LocalCaOptions> = {}): LocalCa =>
  new LocalCa({ folder, region: 'us-east-1', awsHosts: false, now: () => nowMs, ...options })

const read = async (ca: LocalCa): Promise<string> => readFile((await ca.authority()).file, 'utf8')
const leafOf = async (ca: LocalCa): Promise<X509Certificate> =>
  new X509Certificate((await ca.leafFor(host))?.certificate ?? '')

describe('LocalCa', () => {
  it('keeps its key to the user, and comes back', async () => {
    const ca = open()
    const certificate = await read(ca)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, 'ca-key.pem'))).mode & 0o777).toBe(0o600)
    expect(await read(open())).toBe(certificate)
    const leaf = await leafOf(open())
    expect(leaf.verify(new X509Certificate(certificate).publicKey)).toBe(true)
    expect(leaf.ca).toBe(false)
    expect(new X509Certificate(certificate).ca).toBe(true)
  })

  it('is made anew for other names, and when its key is another or damaged', async () => {
    const certificate = await read(open())
    const withApis = await read(open({ awsHosts: true }))
    expect(withApis).not.toBe(certificate)
    expect(await read(open({ awsHosts: true, region: 'xx-new-1' }))).not.toBe(withApis)
    const third = await read(open())
    await writeFile(join(folder, 'ca-key.pem'), 'damaged')
    const fourth = await read(open())
    expect(fourth).not.toBe(third)
    await writeFile(join(folder, 'ca.pem'), third)
    expect(await read(open())).not.toBe(third)
  })

  it('certifies for 30 days, and anew ahead of their end', async () => {
    const ca = open()
    const first = await leafOf(ca)
    expect(Date.parse(first.validTo) - nowMs).toBeGreaterThan(29 * dayMs)
    expect(Date.parse(first.validFrom)).toBeLessThan(nowMs)
    nowMs += 19 * dayMs
    expect((await leafOf(ca)).fingerprint256).toBe(first.fingerprint256)
    nowMs += 2 * dayMs
    expect((await leafOf(ca)).fingerprint256).not.toBe(first.fingerprint256)
  })

  it('is made anew ahead of its own end, while it runs and at the next start', async () => {
    const ca = open()
    const first = await read(ca)
    nowMs += 300 * dayMs
    expect(await read(ca)).toBe(first)
    nowMs += 40 * dayMs
    const second = await read(ca)
    expect(second).not.toBe(first)
    expect((await leafOf(ca)).verify(new X509Certificate(second).publicKey)).toBe(true)
    nowMs += 400 * dayMs
    expect(await read(open())).not.toBe(second)
  })

  it('makes one certificate for many that ask at once', async () => {
    const ca = open()
    const leaves = await Promise.all([1, 2, 3].map(() => leafOf(ca)))
    expect(new Set(leaves.map(({ fingerprint256 }) => fingerprint256)).size).toBe(1)
  })
})
