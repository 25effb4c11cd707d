import { describe, expect, it } from 'vitest'
import { conditionOperators, parseDate } from './condition-operators.ts'
import { compileCondition } from './conditions.ts'
import { parsePolicy } from './parse-policy.ts'
import type { RequestContext } from './request-context.ts'

/** Reads a condition block as a policy would hold it. */
function holds(block: object, context: RequestContext, version = '2012-10-17'): boolean {
  const policy = parsePolicy(
    JSON.stringify({
      Version: version,
      Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition: block },
    }),
    'identity',
  )
  const conditions = policy.statements[0]?.conditions ?? []
  return conditions.every((condition) => compileCondition(condition, version === '2012-10-17').holds(context))
}

type Row = readonly [operator: string, wanted: unknown, got: string | readonly string[], expected: boolean]

describe('condition operators on one value', () => {
  it.each<Row>([
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', 'a', 'A', false],
    ['StringEquals', 'a*', 'ab', false],
    ['StringEquals', 'a*', 'a*', true],
    ['StringEquals', ['x', 'a'], 'a', true],
    ['StringEquals', '', '', true],
    ['StringEquals', [], 'a', false],
    ['StringNotEquals', ['x', 'a'], 'a', false],
    ['StringNotEquals', ['x', 'y'], 'a', true],
    ['StringEqualsIgnoreCase', 'Ab', 'aB', true],
    ['StringNotEqualsIgnoreCase', 'Ab', 'aB', false],
    ['StringLike', 'a*c?', 'abbcd', true],
    ['StringLike', 'A*', 'ab', false],
    ['StringLike', 'a${*}', 'a*', true],
    ['StringLike', 'a${*}', 'ab', false],
    ['StringLike', 'a${?}${$}', 'a?$', true],
    ['StringNotLike', ['a*', 'b*'], 'bc', false],
    ['StringNotLike', ['a*', 'b*'], 'cd', true],
    ['NumericEquals', '10', '10.0', true],
    ['NumericEquals', 10, '10', true],
    ['NumericEquals', 'ten', '10', false],
    ['NumericNotEquals', '10', '10.0', false],
    ['NumericNotEquals', '10', '11', true],
    ['NumericLessThan', '3600', '900', true],
    ['NumericLessThan', '900', '900', false],
    ['NumericLessThanEquals', '900', '900', true],
    ['NumericGreaterThan', '9', '10', true],
    ['NumericGreaterThanEquals', '-1.5', '-1.5', true],
    ['NumericLessThan', '10', 'nothing', false],
    ['DateEquals', '2026-11-22T12:00:00Z', '1795348800', true],
    ['DateEquals', '1795348800', '2026-11-22T12:00:00Z', true],
    ['DateEquals', '2026-11-22T13:00:00+01:00', '2026-11-22T12:00:00Z', true],
    ['DateNotEquals', '2026-11-22', '2026-11-22T00:00:00Z', false],
    ['DateLessThan', '2026-12-01T00:00:00Z', '2026-11-22T12:00:00Z', true],
    ['DateLessThanEquals', '2026-11-22T12:00:00.000Z', '2026-11-22T12:00:00Z', true],
    ['DateGreaterThan', '2026', '2026-11-22T12:00:00Z', true],
    ['DateGreaterThanEquals', '2026-11-22T12:00Z', '2026-11-22T12:00:00Z', true],
    ['DateLessThan', '2026-12-01', 'tomorrow', false],
    ['DateEquals', '2026-03-02', '2026-02-30', false],
    ['DateEquals', '2026-11-22t12:00:00z', '2026-11-22T12:00:00Z', true],
    ['Bool', 'true', 'true', true],
    ['Bool', true, 'true', true],
    ['Bool', 'TRUE', 'true', true],
    ['Bool', 'false', 'true', false],
    ['Bool', 'yes', 'yes', false],
    ['BinaryEquals', 'QQ==', 'QQ==', true],
    ['BinaryEquals', 'QQ==', 'QQ', true],
    ['BinaryEquals', 'QQ==', 'Qg==', false],
    ['BinaryEquals', '%', '%', false],
    ['IpAddress', '203.0.113.0/24', '203.0.113.10', true],
    ['IpAddress', '203.0.113.10', '203.0.113.10', true],
    ['IpAddress', '203.0.113.11', '203.0.113.10', false],
    ['IpAddress', '0.0.0.0/0', '203.0.113.10', true],
    ['IpAddress', '203.0.113.128/25', '203.0.113.127', false],
    ['IpAddress', '203.0.113.0/33', '203.0.113.10', false],
    ['IpAddress', '0.0.0.0/0', '::1', false],
    ['IpAddress', '::/0', '203.0.113.10', false],
    ['IpAddress', '2001:db8::/32', '2001:0DB8:0:0::1', true],
    ['IpAddress', '2001:db8::1', '2001:db8:0:0:0:0:0:1', true],
    ['IpAddress', '2001:db8::/32', '2001:db9::1', false],
    ['IpAddress', '::ffff:203.0.113.0/120', '::ffff:cb00:710a', true],
    ['IpAddress', '203.0.113.0/24', 'not-an-address', false],
    ['NotIpAddress', ['198.51.100.0/24', '203.0.113.0/24'], '203.0.113.10', false],
    ['NotIpAddress', '198.51.100.0/24', '203.0.113.10', true],
    ['ArnEquals', 'arn:aws:iam::*:role/app', 'arn:aws:iam::111122223333:role/app', true],
    ['ArnLike', 'arn:aws:iam::*:role/app', 'arn:aws:iam::111122223333:role/app', true],
    ['ArnLike', 'arn:aws:iam::*', 'arn:aws:iam::111122223333:role/app', false],
    ['ArnNotEquals', 'arn:aws:iam::1:role/a', 'arn:aws:iam::1:role/a', false],
    ['ArnNotLike', 'arn:aws:iam::1:role/*', 'arn:aws:iam::2:role/a', true],
    ['ArnNotLike', 'arn:aws:iam::1:role/*', 'no arn', true],
    ['NumericEquals', '10', '+10', true],
    ['NumericEquals', '16', '0x10', false],
    ['NumericEquals', '1000', '1e3', false],
    ['NumericEquals', '10', ' 10', false],
    ['NumericEquals', '10', '10 ', false],
    ['DateEquals', '2026-11-22T13:00:00+0100', '2026-11-22T12:00:00Z', true],
    ['DateEquals', '2026-11-22T12:00:00.1Z', '2026-11-22T12:00:00.100Z', true],
    ['DateEquals', '2026-11-22T12:00:00.125Z', '2026-11-22T12:00:00.225Z', false],
    ['Bool', 'true', 'TRUE', true],
    ['IpAddress', '203.0.113.10/32', '203.0.113.10', true],
    ['IpAddress', '2001:db8::1/128', '2001:db8::1', true],
    ['ArnLike', 'arn:aws:s3${$}:::*', 'arn:aws:s3$:::x', true],
    ['StringEquals', ['a', 'b'], ['a'], false],
    ['StringNotEquals', ['x'], ['a'], false],
  ])('%s %j on %j is %j', (operator, wanted, got, expected) => {
    expect(holds({ [operator]: { 'test:Key': wanted } }, { 'test:key': got })).toBe(expected)
  })

  it('are 26, without Null', () => {
    expect(Object.keys(conditionOperators)).toHaveLength(26)
  })
})

describe('an absent key', () => {
  const negated = Object.keys(conditionOperators).filter((name) => name.includes('Not'))

  it('fails every positive operator and satisfies every negated one', () => {
    for (const name of Object.keys(conditionOperators)) {
      expect(holds({ [name]: { 'test:Key': '1' } }, {}), name).toBe(negated.includes(name))
      expect(holds({ [name]: { 'test:Key': '1' } }, { 'test:key': [] }), name).toBe(negated.includes(name))
    }
  })

  it('satisfies IfExists, which tests a key that is there', () => {
    for (const name of Object.keys(conditionOperators)) {
      expect(holds({ [`${name}IfExists`]: { 'test:Key': '1' } }, {}), name).toBe(true)
      expect(holds({ [`ForAnyValue:${name}IfExists`]: { 'test:Key': '1' } }, {}), name).toBe(true)
    }
    expect(holds({ StringEqualsIfExists: { 'test:Key': 'a' } }, { 'test:key': 'b' })).toBe(false)
  })

  it('is what Null asks about', () => {
    expect(holds({ Null: { 'test:Key': 'true' } }, {})).toBe(true)
    expect(holds({ Null: { 'test:Key': true } }, { 'test:key': [] })).toBe(true)
    expect(holds({ Null: { 'test:Key': 'true' } }, { 'test:key': '' })).toBe(false)
    expect(holds({ Null: { 'test:Key': false } }, { 'test:key': 'a' })).toBe(true)
    expect(holds({ Null: { 'test:Key': 'false' } }, {})).toBe(false)
    expect(holds({ Null: { 'test:Key': 'TRUE' } }, {})).toBe(true)
    expect(holds({ Null: { 'test:Key': 'FALSE' } }, { 'test:key': 'a' })).toBe(true)
    expect(holds({ Null: { 'test:Key': ['true', 'false'] } }, {})).toBe(true)
    expect(holds({ Null: { 'test:Key': ['true', 'false'] } }, { 'test:key': 'a' })).toBe(true)
  })
})

describe('set operators', () => {
  const all = (wanted: unknown, got?: string | string[], operator = 'StringEquals'): boolean =>
    holds(
      { [`ForAllValues:${operator}`]: { 'test:Key': wanted } },
      got === undefined ? {} : { 'test:key': got },
    )
  const any = (wanted: unknown, got?: string | string[], operator = 'StringEquals'): boolean =>
    holds(
      { [`ForAnyValue:${operator}`]: { 'test:Key': wanted } },
      got === undefined ? {} : { 'test:key': got },
    )

  it('ForAllValues holds when every value of the request matches, or there is none', () => {
    expect(all(['a', 'b'], ['a', 'b', 'a'])).toBe(true)
    expect(all(['a', 'c'], ['a', 'b'])).toBe(false)
    expect(all(['a'], 'a')).toBe(true)
    expect(all(['a'])).toBe(true)
    expect(all(['a'], [])).toBe(true)
  })

  it('ForAllValues with a negated operator: every value differs from all listed', () => {
    expect(all(['a', 'b'], ['c', 'd'], 'StringNotEquals')).toBe(true)
    expect(all(['a', 'b'], ['c', 'a'], 'StringNotEquals')).toBe(false)
  })

  it('ForAnyValue holds when one value matches, and never without a value', () => {
    expect(any(['a', 'c'], ['a', 'b'])).toBe(true)
    expect(any(['c'], ['a', 'b'])).toBe(false)
    expect(any(['a'])).toBe(false)
    expect(any(['a'], [])).toBe(false)
    expect(any(['a'], undefined, 'StringNotEquals')).toBe(false)
    expect(any(['a'], ['a', 'b'], 'StringNotEquals')).toBe(true)
    expect(any(['a*'], ['b', 'ab'], 'StringLike')).toBe(true)
  })
})

describe('several operators and keys', () => {
  it('must all hold', () => {
    const block = { StringEquals: { 'test:A': 'a', 'test:B': 'b' }, Bool: { 'test:C': 'true' } }
    expect(holds(block, { 'test:a': 'a', 'test:b': 'b', 'test:c': 'true' })).toBe(true)
    expect(holds(block, { 'test:a': 'a', 'test:b': 'x', 'test:c': 'true' })).toBe(false)
    expect(holds(block, { 'test:a': 'a', 'test:b': 'b' })).toBe(false)
  })

  it('compare key names without case, tag names too', () => {
    expect(holds({ StringEquals: { 'AWS:principaltag/Team': 'x' } }, { 'aws:principaltag/team': 'x' })).toBe(
      true,
    )
  })
})

describe('policy variables in values', () => {
  it('take single values and defaults, as literal text', () => {
    const block = { StringLike: { 'test:Key': 'home/${aws:username}/*' } }
    expect(holds(block, { 'test:key': 'home/alice/x', 'aws:username': 'alice' })).toBe(true)
    expect(holds(block, { 'test:key': 'home/bob/x', 'aws:username': '*' })).toBe(false)
    const withDefault = { StringEquals: { 'test:Key': "${aws:PrincipalTag/team, 'none'}" } }
    expect(holds(withDefault, { 'test:key': 'none' })).toBe(true)
    expect(holds(withDefault, { 'test:key': 'red', 'aws:principaltag/team': 'red' })).toBe(true)
    expect(holds(withDefault, { 'test:key': 'none', 'aws:principaltag/team': 'red' })).toBe(false)
  })

  it('without a value fail positive tests and satisfy negated ones', () => {
    const context = { 'test:key': 'a' }
    expect(holds({ StringEquals: { 'test:Key': '${aws:username}' } }, context)).toBe(false)
    expect(holds({ StringNotEquals: { 'test:Key': '${aws:username}' } }, context)).toBe(true)
    expect(holds({ StringNotEquals: { 'test:Key': ['${aws:username}', 'a'] } }, context)).toBe(false)
    expect(holds({ StringEquals: { 'test:Key': '${aws:list}' } }, { ...context, 'aws:list': ['a'] })).toBe(
      false,
    )
  })

  it('never reach what every object inherits', () => {
    expect(holds({ StringLike: { 'test:Key': '${constructor}*' } }, { 'test:key': 'function Object' })).toBe(
      false,
    )
    const withDefault = { StringEquals: { 'test:Key': "${constructor, 'x'}" } }
    expect(holds(withDefault, { 'test:key': 'x' })).toBe(true)
  })

  it('are plain text in version 2008-10-17 and where they have no meaning', () => {
    const context = { 'test:key': '${aws:username}', 'aws:username': 'alice' }
    expect(holds({ StringEquals: { 'test:Key': '${aws:username}' } }, context, '2008-10-17')).toBe(true)
    const number = { 'test:key': '5', 'test:limit': '5' }
    expect(holds({ NumericEquals: { 'test:Key': '${test:limit}' } }, number)).toBe(false)
  })

  it('work inside ARNs', () => {
    const context = { 'aws:sourcearn': 'arn:aws:s3:::alice-logs', 'aws:username': 'alice' }
    expect(holds({ ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::${aws:username}-*' } }, context)).toBe(true)
    expect(holds({ ArnEquals: { 'aws:SourceArn': '${aws:sourcearn}' } }, context)).toBe(true)
  })
})

describe('parseDate()', () => {
  it.each([
    ['2026', Date.UTC(2026, 0, 1)],
    ['2026-11', Date.UTC(2026, 10, 1)],
    ['2026-11-22', Date.UTC(2026, 10, 22)],
    ['2026-11-22T12:00+0130', Date.UTC(2026, 10, 22, 10, 30)],
    ['1795348800', 1795348800000],
    ['1795348800.5', 1795348800500],
    ['2026-13-01', undefined],
    ['2026-11-22T12:00:00', Date.UTC(2026, 10, 22, 12)],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(parseDate(text)).toBe(expected)
  })
})

describe('policy variables', () => {
  it.each([
    ['a*${aws:username}', 'a*alice', true],
    ['a*${aws:username}', 'abalice', false],
    ['x${aws:username}y${aws:userid}z', 'xaliceyAIDAz', true],
    ["${aws:nobody, 'a,b'}", 'a,b', true],
    ["${aws:nobody,'x'}", 'x', true],
    ["${aws:nobody , 'x'}", 'x', true],
    ['${ aws:username }', 'alice', true],
    ["${aws:username , 'x'}", 'alice', true],
    ["${aws:nobody, ''}", '', true],
    ["${'x'}", 'x', false],
    ['${aws:nobody, xyz}', 'xyz', false],
    ['${aws:nobody, xyz}', 'y', false],
    ["${aws:nobody, 'xyz}", 'xy', false],
    ["${aws:nobody, xyz'}", 'yz', false],
  ])('%s is %s: %j', (wanted, got, expected) => {
    const context = { 'test:key': got, 'aws:username': 'alice', 'aws:userid': 'AIDA' }
    expect(holds({ StringEquals: { 'test:Key': wanted } }, context)).toBe(expected)
  })
})
