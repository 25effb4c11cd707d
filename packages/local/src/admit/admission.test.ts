import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'

import { Admission, unreservedConcurrency, type Occupant } from './admission.ts'
import { minimumUnreservedOf } from './concurrency-limits.ts'

const accountId = '111122223333'
const functionOf = (name: string, account = accountId, region = 'us-east-1'): Occupant => ({
  arn: `arn:aws:lambda:${region}:${account}:function:${name}`,
  accountId: account,
  region,
})
const books = functionOf('books')

let nowMs = 0
let reserved = new Map<string, number>()

const create = (accountConcurrency: number): Admission =>
  new Admission({ accountConcurrency, reserved: () => reserved, clockMs: () => nowMs })
const reasonOf = (admission: Admission, occupant: Occupant): string | undefined =>
  admission.enter(occupant)?.reason

beforeEach(() => {
  nowMs = 0
  reserved = new Map()
})

describe('Admission', () => {
  it('refuses everything at a reserved concurrency of 0, and says how to switch the function on', () => {
    reserved = new Map([[books.arn, 0]])
    const throttle = create(1000).enter(books)
    expect(throttle).toEqual({
      reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      refusal: {
        gate: 'admit',
        code: 'TooManyRequestsException',
        cause: 'The function is switched off: its reserved concurrency is 0.',
        fix: 'Delete the reserved concurrency to switch the function on.',
        throttle: {
          reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
          limit: 0,
          running: 0,
          fixes: [{ kind: 'delete-function-concurrency', functionArn: books.arn }],
        },
      },
    })
  })

  it('counts a function against its reservation, with the numbers in the record', () => {
    reserved = new Map([[books.arn, 2]])
    const admission = create(1000)
    expect([1, 2, 3].map(() => reasonOf(admission, books))).toEqual([
      undefined,
      undefined,
      'ReservedFunctionConcurrentInvocationLimitExceeded',
    ])
    expect(admission.enter(books)?.refusal).toMatchObject({
      cause:
        "The function's reserved concurrency is 2 simultaneous executions, and 2 are running, over all its versions and aliases.",
      throttle: {
        limit: 2,
        running: 2,
        fixes: [
          { kind: 'put-function-concurrency', functionArn: books.arn, reservedConcurrentExecutions: 4 },
        ],
      },
    })
    admission.leave(books.arn)
    expect(admission.running(books.arn)).toBe(1)
    expect(reasonOf(admission, books)).toBeUndefined()
  })

  it('takes 10 requests a second for each reserved unit, and refills with time', () => {
    reserved = new Map([[books.arn, 1]])
    const admission = create(1000)
    const visit = (): string | undefined => {
      const reason = reasonOf(admission, books)
      if (reason === undefined) admission.leave(books.arn)
      return reason
    }
    expect(Array.from({ length: 10 }, visit)).toEqual(Array.from({ length: 10 }, () => undefined))
    expect(visit()).toBe('ReservedFunctionInvocationRateLimitExceeded')
    nowMs += 99
    expect(visit()).toBe('ReservedFunctionInvocationRateLimitExceeded')
    nowMs += 1
    expect(visit()).toBeUndefined()
    expect(visit()).toBe('ReservedFunctionInvocationRateLimitExceeded')
    nowMs += 60_000
    expect(Array.from({ length: 11 }, visit).filter((reason) => reason !== undefined)).toHaveLength(1)
    // A larger reservation holds at once, and its rate fills from there.
    reserved = new Map([[books.arn, 3]])
    nowMs += 1000
    expect(Array.from({ length: 31 }, visit).filter((reason) => reason !== undefined)).toHaveLength(1)
  })

  it('shares what is not reserved among the other functions of the account and region alone', () => {
    reserved = new Map([[books.arn, 3]])
    const admission = create(5)
    const others = [functionOf('a'), functionOf('b')]
    expect(others.map((other) => reasonOf(admission, other))).toEqual([undefined, undefined])
    expect(admission.enter(functionOf('c'))).toMatchObject({
      reason: 'ConcurrentInvocationLimitExceeded',
      refusal: {
        cause:
          'The account has 2 simultaneous executions left for functions without reserved concurrency in this region, and 2 are running.',
        throttle: { limit: 2, running: 2, fixes: [] },
      },
    })
    expect(reasonOf(admission, books)).toBeUndefined()
    expect(reasonOf(admission, functionOf('c', '444455556666'))).toBeUndefined()
    expect(reasonOf(admission, functionOf('c', accountId, 'eu-west-1'))).toBeUndefined()
    reserved = new Map()
    expect(reasonOf(admission, functionOf('c'))).toBeUndefined()
  })

  it('holds the account to 10 requests a second for each unit', () => {
    const admission = create(1)
    const reasons = Array.from({ length: 11 }, () => {
      const reason = reasonOf(admission, books)
      if (reason === undefined) admission.leave(books.arn)
      return reason
    })
    expect(reasons.at(-1)).toBe('FunctionInvocationRateLimitExceeded')
    expect(reasons.filter((reason) => reason !== undefined)).toHaveLength(1)
  })

  it('never lets in more than the limits, and comes back to nothing, whatever happens in between', () => {
    const names = ['a', 'b', 'c']
    const step = fc.oneof(
      fc.record({ enter: fc.constantFrom(...names) }),
      fc.record({ leave: fc.constantFrom(...names) }),
      fc.record({ reserve: fc.constantFrom(...names), count: fc.option(fc.nat(3)) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        reserved = new Map()
        const admission = create(4)
        const inside: string[] = []
        for (const taken of steps) {
          nowMs += 1000
          if ('enter' in taken) {
            const { arn } = functionOf(taken.enter)
            const limit = reserved.get(arn)
            if (admission.enter(functionOf(taken.enter)) !== undefined) continue
            inside.push(taken.enter)
            if (limit !== undefined) expect(admission.running(arn)).toBeLessThanOrEqual(limit)
          } else if ('leave' in taken) {
            const at = inside.indexOf(taken.leave)
            if (at === -1) continue
            inside.splice(at, 1)
            admission.leave(functionOf(taken.leave).arn)
          } else {
            reserved = new Map(reserved)
            if (taken.count === null) reserved.delete(functionOf(taken.reserve).arn)
            else reserved.set(functionOf(taken.reserve).arn, taken.count)
          }
        }
        for (const name of inside) admission.leave(functionOf(name).arn)
        for (const name of names) expect(admission.running(functionOf(name).arn)).toBe(0)
        reserved = new Map()
        nowMs += 1000
        expect([1, 2, 3, 4].map(() => reasonOf(admission, functionOf('d')))).toEqual([
          undefined,
          undefined,
          undefined,
          undefined,
        ])
      }),
    )
  })
})

describe('unreservedConcurrency()', () => {
  it('counts the reservations of one account in one region', () => {
    const reservations = new Map([
      [functionOf('a').arn, 100],
      [functionOf('b').arn, 50],
      [functionOf('a', '444455556666').arn, 7],
    ])
    expect(unreservedConcurrency(1000, reservations, books)).toBe(850)
    expect(unreservedConcurrency(100, reservations, books)).toBe(0)
  })
})

describe('minimumUnreservedOf()', () => {
  it('is 100, or all of a small account', () => {
    expect([1000, 100, 10].map(minimumUnreservedOf)).toEqual([100, 100, 10])
  })
})
