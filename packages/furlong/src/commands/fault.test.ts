import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fault } from '@furlong/local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Place, type Running } from '../testing/program.ts'

let place: Place
let side: Running
let port = ''

const fault = (...words: string[]) => place.runInside(['fault', ...words, '--port', port])
const call = () => place.runInside(['call', 'books/', '--port', port])

beforeAll(async () => {
  place = await Place.make()
  await writeFile(join(place.folder, 'app.mjs'), "export default { fetch: () => new Response('ok') }\n")
  side = place.start(['up', '--memory', '--port', '0'])
  port = (await side.until('err', /127\.0\.0\.1:(\d+)/))[1] ?? ''
  expect(await place.runInside(['deploy', 'app.mjs', '--name', 'books', '--port', port])).toMatchObject({
    code: 0,
  })
})

afterAll(async () => {
  await side.end()
  await place.close()
})

describe('furlong fault', { timeout: 60_000 }, () => {
  it('strikes as often as it is told, says so in the record, and is listed with what it struck', async () => {
    const reason = 'ReservedFunctionInvocationRateLimitExceeded'
    const set = await fault('books', '--throttle', '--reason', reason, '--count', '1')
    expect(set).toMatchObject({ code: 0, out: expect.stringMatching(/^f1 +books +answers 429/) as unknown })
    expect(set.err).toContain('npx furlong fault --clear f1')
    const refused = await call()
    expect(refused.out + refused.err).toContain(reason)
    expect((await place.runInside(['explain', '--port', port])).out).toContain(
      `Fault f1 answers 429 ${reason}: npx furlong fault --clear f1`,
    )
    expect(await call()).toMatchObject({ code: 0, out: expect.stringContaining('ok') as unknown })
    const { faults } = JSON.parse((await fault('--list', '--format', 'json')).out) as { faults: Fault[] }
    expect(faults).toMatchObject([{ id: 'f1', kind: 'throttle', count: 1, struck: 1, isActive: false }])
    expect((await fault('--list')).out).toMatch(/1 call +struck 1 of 1, used up/)
  })

  it('clears one, or all', async () => {
    expect((await fault('--delay', '1', '--before', 'answer', '--rate', '0.5', '--seed', '3')).out).toMatch(
      /every function +waits 1 ms before its answer goes out +50 % of calls/,
    )
    expect((await fault('books', '--clock-skew=-600')).out).toContain('sets the side’s clock 600 s back')
    expect(await fault('--clear', 'f2')).toMatchObject({ code: 0, out: 'Cleared 1 fault.\n' })
    expect(await fault('--clear', 'books')).toMatchObject({
      code: 1,
      err: expect.stringContaining('No fault has the id books') as unknown,
    })
    expect(await fault('--clear')).toMatchObject({ code: 0, out: 'Cleared 2 faults.\n' })
    expect((await fault('--list')).out).toBe('No fault is set.\n')
  })

  it('refuses what makes no sense, by name', async () => {
    const cases: readonly [words: string[], code: number, says: string][] = [
      [['books'], 2, 'A fault is missing: one of --'],
      [['--reset', '--throttle'], 2, '--throttle and --reset exclude each other'],
      [['--reset', '--reason', 'CallerRateLimitExceeded'], 2, '--reason does not go with --reset.'],
      [['--list', '--count', '1'], 2, '--count does not go with --list.'],
      [['--throttle', '--rate', '20'], 2, '--rate 20: a number above 0 and up to 1 is wanted'],
      [['--clock-skew', '0'], 2, '--clock-skew 0: whole seconds other than 0 are wanted'],
      [['--throttle', '--reason', 'Bored'], 2, '--reason Bored: one of ConcurrentInvocationLimitExceeded'],
      [['boks', '--reset'], 1, 'boks'],
    ]
    for (const [words, code, says] of cases) {
      expect(await fault(...words)).toMatchObject({ code, err: expect.stringContaining(says) as unknown })
    }
  })
})
