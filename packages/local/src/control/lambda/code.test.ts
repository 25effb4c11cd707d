import { describe, expect, it } from 'vitest'

import { readPackage } from './code.ts'

describe('readPackage()', () => {
  it('refuses a package above 50 MB in the sentence of Lambda', () => {
    expect(() => readPackage(Buffer.alloc(52_428_801).toString('base64'))).toThrow(
      expect.objectContaining({
        code: 'RequestEntityTooLargeException',
        message: 'Zipped size must be smaller than 52428800 bytes',
      }) as Error,
    )
  })
})
