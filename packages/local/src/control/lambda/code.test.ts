import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { CodeStore } from '../../store/code-store.ts'
import { takeCode } from './code.ts'

describe('takeCode()', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'furlong-code-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('refuses a package above 50 MB in the sentence of Lambda, and keeps nothing of it', async () => {
    const code = new CodeStore(folder)
    const zipFile = Buffer.alloc(52_428_801).toString('base64')
    await expect(takeCode(zipFile, { code })).rejects.toMatchObject({
      code: 'RequestEntityTooLargeException',
      message: 'Zipped size must be smaller than 52428800 bytes',
    })
    expect(readdirSync(folder)).toEqual([])
  })
})
