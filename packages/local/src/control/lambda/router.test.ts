import { describe, expect, it } from 'vitest'

import { lambdaOperations } from './operations.ts'
import { findRoute } from './router.ts'
import { unservedOperations } from './unserved.ts'

describe('findRoute()', () => {
  it('decodes members of the path', () => {
    const arn = 'arn:aws:lambda:us-east-1:111122223333:function:a'
    const match = findRoute(lambdaOperations, 'GET', `/2017-03-31/tags/${encodeURIComponent(arn)}`)
    expect(match?.row.name).toBe('ListTags')
    expect(match?.uri).toEqual({ Resource: arn })
  })

  it('takes a trailing slash, and refuses empty and undecodable members', () => {
    expect(findRoute(lambdaOperations, 'GET', '/2015-03-31/functions/')?.row.name).toBe('ListFunctions')
    expect(findRoute(lambdaOperations, 'GET', '/2015-03-31/functions//policy')).toBeUndefined()
    expect(findRoute(lambdaOperations, 'GET', '/2015-03-31/functions/%E0%A4%A')).toBeUndefined()
    expect(findRoute(lambdaOperations, 'PATCH', '/2015-03-31/functions')).toBeUndefined()
  })

  it('keeps operations that are served and those that are not apart', () => {
    for (const { name, method, path } of unservedOperations) {
      expect([name, findRoute(lambdaOperations, method, path)?.row.name]).toEqual([name, undefined])
      expect(findRoute(unservedOperations, method, path)?.row.name).toBe(name)
    }
  })
})
