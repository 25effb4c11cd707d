import { describe, expect, it } from 'vitest'
import { createRecordMatcher, type RecordFilter } from './filter.ts'
import type { RequestRecord } from './record.ts'

const record: RequestRecord = {
  id: 'a1',
  cursor: 1,
  at: '2026-11-29T12:00:00.000Z',
  kind: 'function-url',
  method: 'GET',
  url: '/Book',
  host: 'localhost',
  functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:books:live',
  caller: { arn: 'arn:aws:iam::111122223333:user/ada', accountId: '111122223333', accessKeyId: 'AKIA1' },
  gates: [],
  status: 403,
  durationMs: 1,
  notes: [],
  refusal: { gate: 'authorize', code: 'AccessDeniedException', cause: 'no' },
}

describe('createRecordMatcher()', () => {
  const rows: readonly [RecordFilter, boolean][] = [
    [{}, true],
    [{ refused: true }, true],
    [{ function: 'books' }, true],
    [{ function: 'books:live' }, true],
    [{ function: 'book' }, false],
    [{ function: 'live' }, false],
    [{ function: 'arn:aws:lambda:us-east-1:111122223333:function:books' }, true],
    [{ status: '403' }, true],
    [{ status: '4xx' }, true],
    [{ status: '5xx' }, false],
    [{ gate: 'authorize' }, true],
    [{ gate: 'authenticate' }, false],
    [{ caller: 'user/ada' }, true],
    [{ caller: 'AKIA1' }, true],
    [{ caller: 'AKIA' }, false],
    [{ text: '/book' }, true],
    [{ text: '/film' }, false],
    [{ since: new Date('2026-11-29T12:00:00Z') }, true],
    [{ since: new Date('2026-11-29T12:00:01Z') }, false],
    [{ status: '403', gate: 'invoke' }, false],
  ]
  it.each(rows)('%j: %s', (filter, matches) => {
    expect(createRecordMatcher(filter)(record)).toBe(matches)
  })
})
