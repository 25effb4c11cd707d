import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Client } from './client.ts'
import { startSuiteSide, type SuiteSide } from './local-side.ts'
import { readRemoteTarget } from './remote.ts'
import { parts } from './suite.ts'

let side: SuiteSide
beforeAll(async () => {
  side = await startSuiteSide()
})
afterAll(() => side.close())

describe.each(parts)('$part', ({ cases }) => {
  it.each(cases)('$name', ({ look }) => look(new Client(side.target)))
})

describe('a remote run', () => {
  it('is refused without every variable, and for anything but function URLs of AWS', () => {
    expect(() => readRemoteTarget({ AWS_ACCESS_KEY_ID: 'AKIA' })).toThrow(
      /FURLONG_SUITE_REGION.*FURLONG_SUITE_URL_STREAM_OF_BUFFERED.*FURLONG_SUITE_GRANTED_ACCESS_KEY_ID/s,
    )
    const any = new Proxy({}, { get: () => 'http://127.0.0.1/', has: () => true })
    expect(() => readRemoteTarget(any)).toThrow('no function URL of AWS')
  })
})
