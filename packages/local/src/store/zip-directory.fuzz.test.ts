import * as fc from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'

import { CodeError } from './code-error.ts'
import { readZipDirectory } from './zip-directory.ts'

/** Reads, or refuses as Lambda does; anything else is thrown on. */
function isReadOrRefused(zip: Uint8Array): boolean {
  try {
    return readZipDirectory(zip).every(
      ({ dataOffset, compressedSize }) => dataOffset + compressedSize <= zip.length,
    )
  } catch (error) {
    if (error instanceof CodeError) return true
    throw error
  }
}

describe('readZipDirectory()', () => {
  it('refuses any bytes that are no zip with a CodeError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isReadOrRefused))
  })

  it('survives any damage to a zip', () => {
    const zip = zipSync({ 'a.txt': strToU8('hello'), 'b/c.txt': strToU8('x'.repeat(500)) })
    const damage = fc.array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255)), { maxLength: 8 })
    fc.assert(
      fc.property(damage, (changes) => {
        const copy = Uint8Array.from(zip)
        for (const [at, value] of changes) copy[at] = value
        return isReadOrRefused(copy)
      }),
      { numRuns: 500 },
    )
  })

  it('reads a zip with a comment', () => {
    const zip = zipSync({ 'a.txt': strToU8('hello') })
    const comment = strToU8('a comment')
    const commented = Buffer.concat([zip, comment])
    commented.writeUInt16LE(comment.length, zip.length - 2)
    expect(readZipDirectory(commented).map(({ name }) => name)).toEqual(['a.txt'])
  })
})
