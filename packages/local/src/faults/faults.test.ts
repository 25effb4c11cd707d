import { beforeEach, describe, expect, it } from 'vitest'

import { Recording } from '../record/recording.ts'
import type { FaultRule } from './fault.ts'
import { Faults } from './faults.ts'

const books = 'arn:aws:lambda:us-east-1:111122223333:function:books'
const throttle: FaultRule = { kind: 'throttle', reason: 'ConcurrentInvocationLimitExceeded' }

let nowMs = 0
let faults: Faults

const record = (): Recording =>
  new Recording('r', { kind: 'api', method: 'GET', url: '/', host: 'h', now: new Date(0) })
const strikes = (count: number, functionArn = books): boolean[] =>
  Array.from({ length: count }, () => faults.strike('admit', functionArn, record()).length > 0)

beforeEach(() => {
  nowMs = 0
  faults = new Faults(() => new Date(nowMs))
})

describe('Faults', () => {
  it('strike as often as their count says, and are listed as used up', () => {
    const { id } = faults.add({ ...throttle, count: 2 })
    expect(faults.isSet).toBe(true)
    expect(strikes(4)).toEqual([true, true, false, false])
    expect(faults.isSet).toBe(false)
    expect(faults.list()).toEqual([
      {
        id,
        says: 'answers 429 ConcurrentInvocationLimitExceeded',
        ...throttle,
        count: 2,
        seen: 2,
        struck: 2,
        isActive: false,
      },
    ])
  })

  it('strike the same calls for the same seed, at about their rate', () => {
    const draw = (seed: number): boolean[] => {
      faults.clear()
      faults.add({ ...throttle, rate: 0.2, seed })
      return strikes(5000)
    }
    const first = draw(7)
    expect(draw(7)).toEqual(first)
    expect(draw(8)).not.toEqual(first)
    const share = first.filter(Boolean).length / first.length
    expect(share).toBeGreaterThan(0.17)
    expect(share).toBeLessThan(0.23)
  })

  it('end by themselves, and when they are cleared', () => {
    faults.add({ ...throttle, durationSeconds: 10 })
    nowMs = 9999
    expect(strikes(1)).toEqual([true])
    nowMs = 10_000
    expect(strikes(1)).toEqual([false])
    const { id } = faults.add(throttle)
    faults.add(throttle)
    expect(faults.clear(id)).toBe(1)
    expect(faults.clear(id)).toBe(0)
    expect(faults.clear()).toBe(2)
    expect(strikes(1)).toEqual([false])
  })

  it('strike the function they name, in any way it can be named', () => {
    const cases: readonly [wanted: string, called: string, isStruck: boolean][] = [
      ['books', books, true],
      ['books', `${books}:live`, true],
      ['book', books, false],
      ['books:live', `${books}:live`, true],
      ['books:live', books, false],
      ['books:$LATEST', books, true],
      [books, books, true],
      [books, `${books}:live`, true],
      [`${books}:live`, `${books}:live`, true],
      [`${books}:live`, `${books}:2`, false],
      [books, books.replace('us-east-1', 'eu-west-1'), false],
    ]
    for (const [wanted, called, isStruck] of cases) {
      faults.clear()
      faults.add({ ...throttle, function: wanted })
      expect([wanted, called, ...strikes(1, called)]).toEqual([wanted, called, isStruck])
    }
  })

  it('end a call once, after all delays', () => {
    faults.add({ kind: 'reset', before: 'function' })
    faults.add({ kind: 'function-error' })
    faults.add({ kind: 'delay', delayMs: 5, before: 'function' })
    const recording = record()
    expect(faults.strike('function', books, recording).map(({ kind }) => kind)).toEqual(['delay', 'reset'])
    expect(faults.list().map(({ struck }) => struck)).toEqual([1, 0, 1])
    expect(recording.finish(0, 1)).toMatchObject({
      faults: ['f1', 'f3'],
      notes: [
        'Fault f1 tears the connection before the function runs: npx furlong fault --clear f1',
        'Fault f3 waits 5 ms before the function runs: npx furlong fault --clear f3',
      ],
    })
  })

  it('are refused with the member, its range and what was given', () => {
    const cases: readonly [input: unknown, says: string][] = [
      [undefined, 'A fault must be an object.'],
      [{ kind: 'flood' }, "A fault's kind must be one of throttle, delay,"],
      [{ kind: 'toString' }, "A fault's kind must be one of"],
      [{ kind: 'throttle' }, "A fault's reason must be one of ConcurrentInvocationLimitExceeded,"],
      [{ ...throttle, rate: 0 }, "A fault's rate must be a number above 0 and up to 1, not 0."],
      [{ ...throttle, rate: '1' }, 'not "1".'],
      [{ ...throttle, count: 1.5 }, "A fault's count must be a whole number from 1 to 1000000000, not 1.5."],
      [{ ...throttle, delayMs: 1 }, "A fault's kind throttle has no member delayMs."],
      [{ kind: 'delay', delayMs: 900_001, before: 'function' }, 'from 1 to 900000 milliseconds, not 900001.'],
      [
        { kind: 'delay', delayMs: 1, before: 'lunch' },
        "before must be 'function' or 'answer', not \"lunch\".",
      ],
      [{ kind: 'clock-skew', skewSeconds: 0 }, 'and not 0, not 0.'],
      [{ kind: 'service-error', status: 504 }, 'status must be 500 or 503, not 504.'],
      [{ ...throttle, function: 'a b' }, 'function must be a name, name:alias or an ARN, not "a b".'],
    ]
    for (const [input, says] of cases) {
      expect(() => faults.add(input as FaultRule)).toThrow(says)
    }
    expect(faults.list()).toEqual([])
  })
})
