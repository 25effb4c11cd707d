import { describe, expect, it } from 'vitest'

import { handleControl } from './index.ts'
import type { ControlRequest, ControlService, ControlServices } from './index.ts'

/** What a disk that is full does to every part of the side. */
const broken = new Proxy({} as ControlServices, {
  get() {
    throw new Error('disk I/O error')
  },
})

const requestOf = (service: ControlService): ControlRequest => ({
  raw: {
    method: 'POST',
    target: service === 'lambda' ? '/2015-03-31/functions/x/invocations' : '/',
    rawHeaders: [],
    body: Buffer.from(
      service === 'iam'
        ? 'Action=ListRoles&Version=2010-05-08'
        : 'Action=GetCallerIdentity&Version=2011-06-15',
    ),
  },
  caller: {
    type: 'root',
    account: '111122223333',
    arn: 'arn:aws:iam::111122223333:root',
    id: '111122223333',
  },
  accessKeyId: 'AKIAEXAMPLE',
  accountId: '111122223333',
  region: 'us-east-1',
  service,
  http: { sourceIp: '127.0.0.1', secureTransport: true, region: 'us-east-1' },
  requestId: 'r',
  now: new Date(),
})

describe('handleControl()', () => {
  it.each([
    ['lambda', 'ServiceException'],
    ['iam', 'ServiceFailure'],
    ['sts', 'InternalFailure'],
  ] as const)('answers a failure of the side as %s does, and marks it as a fault', async (service, code) => {
    const answer = await handleControl(requestOf(service), broken)
    expect(answer).toMatchObject({ status: 500, refusal: { code, message: 'disk I/O error', fault: true } })
    expect(Buffer.from(answer.body).toString()).toContain('disk I/O error')
  })
})
