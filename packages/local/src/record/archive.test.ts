import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Archive } from './archive.ts'
import { Recording } from './recording.ts'
import { recordLimits, Records } from './records.ts'

let folder: string
let file: string
const troubles: string[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-archive-'))
  file = join(folder, 'records.sqlite')
  troubles.length = 0
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const open = (limits: { maxRecords?: number; maxCharacters?: number } = {}): Archive =>
  new Archive({
    file,
    maxRecords: recordLimits.entries,
    maxCharacters: recordLimits.characters,
    onTrouble: (sentence) => troubles.push(sentence),
    ...limits,
  })

function add(records: Records, url: string, logLines?: readonly string[]): Recording {
  const recording = new Recording(records.nextId(), {
    kind: 'function-url',
    method: 'GET',
    url,
    host: '127.0.0.1:20000',
    now: new Date(),
  })
  if (logLines !== undefined) recording.follow({ logLines, finished: Promise.resolve() })
  records.add(recording, 200)
  return recording
}

const urls = (records: Records, limit = 100): string[] => records.list({ limit }).map(({ url }) => url)

describe('Archive', () => {
  it('brings records back after a restart, by id and by page', async () => {
    const first = open()
    const before = new Records(first)
    const ids = Array.from({ length: 500 }, (_, at) => add(before, `/${at}`).id)
    await first.close()
    expect((await stat(file)).mode & 0o777).toBe(0o600)

    const second = open()
    const records = new Records(second)
    add(records, '/new')
    expect(urls(records, 3)).toEqual(['/new', '/499', '/498'])
    expect(records.total).toBe(501)
    expect(records.get(ids[0] ?? '')?.url).toBe('/0')
    const seen: string[] = []
    for (let cursor: number | undefined; seen.length < 501;) {
      const page = records.list({ limit: 60, ...(cursor === undefined ? {} : { before: cursor }) })
      if (page.length === 0) break
      seen.push(...page.map(({ url }) => url))
      cursor = page.at(-1)?.cursor
    }
    expect(seen).toEqual(['/new', ...ids.map((_, at) => `/${499 - at}`)])
    await second.close()
  })

  it('lets a stream go on over a restart, and misses nothing', async () => {
    const first = open()
    const before = new Records(first)
    for (const url of ['/1', '/2', '/3']) add(before, url)
    const [, second] = before.list().map(({ cursor }) => cursor)
    await first.close()

    const archive = open()
    const records = new Records(archive)
    add(records, '/4')
    const stop = new AbortController()
    const seen: string[] = []
    for await (const step of records.follow(second ?? 0, stop.signal)) {
      if (step.kind === 'entry') seen.push(step.entry.url)
      if (seen.length === 2) add(records, '/5')
      if (seen.length === 3) stop.abort()
    }
    expect(seen).toEqual(['/3', '/4', '/5'])
    await archive.close()
  })

  it('keeps the latest only, and what came late', async () => {
    const archive = open({ maxRecords: 1000 })
    const records = new Records(archive)
    let last: Recording | undefined
    for (let at = 0; at < 2500; at += 1) last = add(records, `/${at}`)
    last?.follow({ logLines: ['late'], finished: Promise.resolve() })
    await Promise.resolve()
    await archive.close()
    const again = open()
    const kept = new Records(again).list({ limit: 5000 })
    expect(kept[0]).toMatchObject({ url: '/2499', logLines: ['late'] })
    expect(kept.length).toBeGreaterThan(700)
    expect(kept.length).toBeLessThanOrEqual(1000)
    expect(archive.dropped).toBe(0)
    await again.close()
  })

  it('writes no secret, wherever it stood', async () => {
    const archive = open()
    const token = 'IQoJb3JpZ2luX2VjSecretTokenOfASession=='
    const key = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY'
    const event = JSON.stringify({
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host, Signature=${'ab'.repeat(32)}`,
        'x-amz-security-token': token,
        cookie: 'sid=SecretCookie',
      },
      cookies: ['sid=SecretCookie'],
    })
    add(new Records(archive), '/a', [
      event,
      `AWS_SECRET_ACCESS_KEY=${key}`,
      `{ AWS_SESSION_TOKEN: '${token}' }`,
      `https://x/?X-Amz-Security-Token=${token}&X-Amz-Signature=${'ab'.repeat(32)}`,
    ])
    await archive.close()
    const written = Buffer.concat(
      await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name)))),
    ).toString('latin1')
    expect(written).toContain('SignedHeaders=host')
    for (const secret of [token, key, 'SecretCookie', 'abababababababab'])
      expect(written).not.toContain(secret)
  })

  it('makes a damaged file anew, and one of another version', async () => {
    await writeFile(file, 'no database at all, but long enough to be taken for a header of one '.repeat(100))
    const damaged = open()
    add(new Records(damaged), '/1')
    await damaged.close()
    const database = new DatabaseSync(file)
    database.exec('PRAGMA user_version = 99')
    database.close()
    const other = open()
    const records = new Records(other)
    add(records, '/2')
    await other.close()
    expect(new Records(open()).list().map(({ url }) => url)).toEqual(['/2'])
    expect(troubles).toEqual([])
  })

  it('says once that nothing can be written, and counts', async () => {
    file = join(folder, 'nowhere', 'records.sqlite')
    const archive = open()
    const records = new Records(archive)
    for (let at = 0; at < 100; at += 1) add(records, `/${at}`)
    await archive.close()
    expect(records.dropped).toBe(100)
    expect(urls(records, 1)).toEqual(['/99'])
    expect(troubles).toEqual([expect.stringContaining('requests are served as before')])
  })

  it('bounds the line of those that wait, oldest first', async () => {
    const archive = open()
    const records = new Records(archive)
    for (let at = 0; at < 5000; at += 1) add(records, `/${at}`)
    expect(records.dropped).toBe(5000 - 4096)
    await archive.close()
    expect(new Records(open()).list({ limit: 10_000 })).toHaveLength(4096)
  })
})
