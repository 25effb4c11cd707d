import { describe, expect, it } from 'vitest'
import { maskTarget } from './mask-target.ts'
import { Recording } from './recording.ts'
import { Records } from './records.ts'
import { Ring } from './ring.ts'

const request = {
  kind: 'function-url',
  method: 'GET',
  url: '/book',
  host: '127.0.0.1:20000',
  now: new Date('2026-11-22T12:00:00Z'),
} as const

describe('Recording', () => {
  it('writes the gates in the order they were passed, with the refusal', () => {
    const recording = new Recording('a1', request)
    recording.pass('route', 'books')
    recording.refuse({ gate: 'authenticate', code: 'InvalidSignatureException', cause: 'wrong secret' })
    recording.note('a hint')
    const record = recording.finish(403, 1)
    expect(record).toMatchObject({
      id: 'a1',
      at: '2026-11-22T12:00:00.000Z',
      status: 403,
      notes: ['a hint'],
      gates: [
        { gate: 'route', outcome: 'passed', says: 'books' },
        { gate: 'authenticate', outcome: 'refused', says: 'wrong secret' },
      ],
      refusal: { gate: 'authenticate', code: 'InvalidSignatureException', cause: 'wrong secret' },
    })
    expect(record.durationMs).toBeGreaterThanOrEqual(record.gates[1]!.atMs)
  })
})

describe('Records', () => {
  const finished = (records: Records, refused: boolean): string => {
    const recording = new Recording(records.nextId(), request)
    if (refused) recording.refuse({ gate: 'authorize', code: 'AccessDeniedException', cause: 'no' })
    records.add(recording, refused ? 403 : 200)
    return recording.id
  }

  it('finds the latest refusal among later successes', () => {
    const records = new Records()
    finished(records, true)
    const latest = finished(records, true)
    const success = finished(records, false)
    expect(records.latestRefusal()?.id).toBe(latest)
    expect(records.list().map(({ id }) => id)[0]).toBe(success)
    expect(records.list({ refused: true, limit: 1 })).toHaveLength(1)
    expect(records.get(success)?.status).toBe(200)
    expect(records.get('nothing')).toBeUndefined()
  })

  it('counts what a refusal says: long ones drive old records out before there are many', () => {
    const records = new Records()
    for (let count = 0; count < 40; count += 1) {
      const recording = new Recording(records.nextId(), request)
      recording.refuse({ gate: 'authorize', code: 'AccessDeniedException', cause: 'x'.repeat(2 ** 20) })
      records.add(recording, 403)
    }
    expect(records.list({ limit: 100 })).toHaveLength(31)
  })

  it('gives ids that are short and never repeat', () => {
    const records = new Records()
    const ids = Array.from({ length: 2000 }, () => records.nextId())
    expect(new Set(ids).size).toBe(2000)
    expect(Math.max(...ids.map((id) => id.length))).toBeLessThanOrEqual(8)
  })
})

describe('Ring', () => {
  it('keeps the newest entries and cursors that go on', () => {
    const ring = new Ring<number>({ entries: 3, characters: 100, sizeOf: () => 1 })
    for (let entry = 1; entry <= 5; entry += 1) ring.push(entry)
    expect([...ring.after()]).toEqual([3, 4, 5])
    expect([...ring.newest()]).toEqual([5, 4, 3])
    const { cursor } = ring
    expect([...ring.after(cursor)]).toEqual([])
    ring.push(6)
    expect([...ring.after(cursor)]).toEqual([6])
  })

  it('lets the oldest go when the entries grow large, never the newest', () => {
    const ring = new Ring<string>({ entries: 100, characters: 10, sizeOf: (text) => text.length })
    for (const text of ['aaaa', 'bbbb', 'cccc']) ring.push(text)
    expect([...ring.after()]).toEqual(['bbbb', 'cccc'])
    ring.push('d'.repeat(50))
    expect([...ring.newest()]).toEqual(['d'.repeat(50)])
  })

  it('goes on where it was when entries go while somebody reads', () => {
    const ring = new Ring<number>({ entries: 3, characters: 100, sizeOf: () => 1 }, 1_700_000_000_000_000)
    for (let entry = 0; entry < 3; entry += 1) ring.push(entry)
    const seen: number[] = []
    for (const entry of ring.after()) {
      seen.push(entry)
      if (entry < 6) for (const next of [2 * entry + 3, 2 * entry + 4]) ring.push(next)
    }
    expect(seen[0]).toBe(0)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.at(-1)).toBe([...ring.newest()][0])
  })
})

describe('Ring.follow()', () => {
  const limits = { entries: 3, characters: 100, sizeOf: (): number => 1 }

  it('gives what is kept, then each entry as it comes, and ends with its signal', async () => {
    const ring = new Ring<string>(limits)
    for (const entry of ['a', 'b']) ring.push(entry)
    const stop = new AbortController()
    const steps = ring.follow(1, stop.signal)
    expect((await steps.next()).value).toEqual({ kind: 'entry', entry: 'b', cursor: 2 })
    const next = steps.next()
    ring.push('c')
    expect((await next).value).toEqual({ kind: 'entry', entry: 'c', cursor: 3 })
    const last = steps.next()
    stop.abort()
    expect((await last).done).toBe(true)
  })

  it('tells a slow reader how many entries it has missed', async () => {
    const ring = new Ring<number>(limits)
    for (let entry = 0; entry < 5; entry += 1) ring.push(entry)
    const steps = ring.follow(0, AbortSignal.timeout(30_000))
    expect((await steps.next()).value).toEqual({ kind: 'missed', count: 2, cursor: 2 })
    expect((await steps.next()).value).toEqual({ kind: 'entry', entry: 2, cursor: 3 })
  })
})

describe('maskTarget()', () => {
  it('hides the signature and the token of a presigned link, and nothing else', () => {
    const target = '/a?X-Amz-Credential=AKID%2F20261122&X-Amz-Security-Token=secret&x=1&X-Amz-Signature=abc'
    expect(maskTarget(target)).toBe(
      '/a?X-Amz-Credential=AKID%2F20261122&X-Amz-Security-Token=***&x=1&X-Amz-Signature=***',
    )
    expect(maskTarget('/book?page=5')).toBe('/book?page=5')
  })

  it('knows the names however they are spelled, and cuts what is endless', () => {
    expect(maskTarget('/?X%2D%41mz-Signature=abc&x-amz-security%2dtoken=def&y=%zz')).toBe(
      '/?X%2D%41mz-Signature=***&x-amz-security%2dtoken=***&y=%zz',
    )
    expect(maskTarget(`/${'a'.repeat(1_000_000)}`).length).toBeLessThan(5000)
  })
})
