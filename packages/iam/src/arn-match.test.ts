import { describe, expect, it } from 'vitest'
import { createArnPattern, createResourceMatcher, matchesArn, matchesResource } from './arn-match.ts'
import { readWildcards } from './glob.ts'

const fn = 'arn:aws:lambda:us-east-1:111122223333:function:my-fn'

describe('matchesResource()', () => {
  it.each([
    ['*', fn, true],
    ['*', '*', true],
    [fn, fn, true],
    [fn, `${fn}:live`, false],
    [`${fn}:*`, fn, false],
    [`${fn}:*`, `${fn}:live`, true],
    [`${fn}*`, fn, true],
    [`${fn}*`, `${fn}:live`, true],
    [`${fn}*`, `${fn}2`, true],
    [fn.toUpperCase(), fn, false],
    ['arn:aws:lambda:*', fn, true],
    ['arn:aws:lambda:us-*', fn, true],
    ['arn:aws:lambda', fn, false],
    ['arn:aws:lambda:?', fn, false],
    ['arn:aws:*:function:my-fn', fn, false],
    ['arn:aws:lambda:*:*:function:my-fn', fn, true],
    ['arn:*:lambda:*:111122223333:function:*', fn, true],
    ['arn:aws:lambda:*:*:*', fn, true],
    ['arn:aws:lambda:us-east-1:111122223333:*:my-fn', fn, true],
    ['arn:aws:lambda:us-east-1:*', '*', false],
    [`${fn}?`, `${fn}2`, true],
    [`${fn}?`, fn, false],
    [`${fn}\${*}`, `${fn}*`, true],
    [`${fn}\${*}`, `${fn}x`, false],
    ['arn:aws:${x}', 'arn:aws:${x}', true],
    ['arn:aws:l*a:us-east-1:111122223333:function:my-fn', fn, true],
    ['arn:aws:*:eu-west-1:111122223333:function:my-fn', fn, false],
    ['arn:aws:*:us-east-2:111122223333:function:my-fn', fn, false],
    ['arn:aws:*:us-east:111122223333:function:my-fn', fn, false],
    ['arn:aws:*:us-*-2:111122223333:function:my-fn', fn, false],
    ['arn:*:*:*:*:*', 'arn:aws:lambda', false],
  ])('%s on %s is %j', (pattern, resource, expected) => {
    expect(matchesResource(createResourceMatcher(pattern, true), resource, {})).toBe(expected)
  })

  it('puts variables in behind the fifth colon only, and never as wildcards', () => {
    const named = createResourceMatcher(
      'arn:aws:lambda:us-east-1:111122223333:function:${aws:username}-*',
      true,
    )
    const resource = 'arn:aws:lambda:us-east-1:111122223333:function:alice-fn'
    expect(matchesResource(named, resource, { 'aws:username': 'alice' })).toBe(true)
    expect(matchesResource(named, resource, { 'aws:username': '*' })).toBe(false)
    expect(matchesResource(named, resource, {})).toBe(false)
    expect(matchesResource(named, resource, { 'aws:username': ['alice'] })).toBe(false)
    const early = createResourceMatcher('arn:aws:lambda:${aws:requestedregion}:111122223333:function:*', true)
    expect(matchesResource(early, resource, { 'aws:requestedregion': 'us-east-1' })).toBe(false)
  })

  it('reads variables as text in version 2008-10-17', () => {
    const old = createResourceMatcher('arn:aws:lambda:us-east-1:111122223333:function:${aws:username}', false)
    const literal = 'arn:aws:lambda:us-east-1:111122223333:function:${aws:username}'
    expect(matchesResource(old, literal, { 'aws:username': 'alice' })).toBe(true)
  })
})

describe('matchesArn()', () => {
  it.each([
    ['arn:aws:iam::*:role/*', 'arn:aws:iam::111122223333:role/a/b', true],
    ['arn:aws:x:*:1:finance/*', 'arn:aws:x:us-east-2:9:store/abc:1:finance/d', false],
    ['arn:aws:s3:::*', 'arn:aws:s3:::bucket:with:colons', true],
    ['arn:aws:iam:*', 'arn:aws:iam::111122223333:role/a', false],
    ['*', 'arn:aws:iam::111122223333:role/a', false],
    ['arn:aws:iam::1:role/a', 'arn:aws:iam', false],
  ])('%s on %s is %j', (pattern, arn, expected) => {
    expect(matchesArn(createArnPattern(readWildcards(pattern)), arn)).toBe(expected)
  })
})
