import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Zippable } from 'fflate'
import { strToU8, zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { CodeStore } from './code-store.ts'

const unix = 3
const brokenZip = 'Could not unzip uploaded file. Please check your file, then try to upload again.'

let parent = ''
let code: CodeStore

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'furlong-code-test-'))
  code = new CodeStore(join(parent, 'code'))
})

afterEach(() => rmSync(parent, { recursive: true }))

function withMode(text: string, mode: number): Zippable[string] {
  return [strToU8(text), { os: unix, attrs: mode << 16 }]
}

describe('CodeStore.put()', () => {
  it('unpacks into a folder named by the hash, with Unix permissions', async () => {
    const zip = zipSync({
      'index.mjs': strToU8('export const handler = () => 1\n'.repeat(50)),
      bootstrap: withMode('#!/bin/sh\n', 0o100755),
      lib: { 'a.txt': [strToU8('stored'), { level: 0 }] },
    })
    const stored = await code.put(zip)
    expect(stored).toEqual({
      codeSha256: createHash('sha256').update(zip).digest('base64'),
      codeSize: zip.length,
    })
    const folder = code.folder(stored.codeSha256)
    expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).toBe(
      'export const handler = () => 1\n'.repeat(50),
    )
    expect(readFileSync(join(folder, 'lib/a.txt'), 'utf8')).toBe('stored')
    expect(statSync(join(folder, 'bootstrap')).mode & 0o111).toBe(0o111)
    expect(statSync(join(folder, 'index.mjs')).mode & 0o111).toBe(0)
    expect(readFileSync(code.zipFile(stored.codeSha256))).toEqual(Buffer.from(zip))
  })

  it('takes the same package twice, also at once', async () => {
    const zip = zipSync({ 'a.txt': strToU8('a') })
    const [first, second] = await Promise.all([code.put(zip), code.put(zip)])
    expect(second).toEqual(first)
    await expect(code.put(zip)).resolves.toEqual(first)
    expect(readdirSync(join(parent, 'code')).length).toBe(2)
  })

  it.each([
    ['a name that climbs out', zipSync({ '../evil.txt': strToU8('x') })],
    ['a name that climbs out after a folder', zipSync({ 'a/../../evil.txt': strToU8('x') })],
    ['a name that climbs out the Windows way', zipSync({ '..\\evil.txt': strToU8('x') })],
    ['an absolute name', zipSync({ '/tmp/furlong-evil.txt': strToU8('x') })],
    ['a drive name', zipSync({ 'C:evil.txt': strToU8('x') })],
    ['a symbolic link', zipSync({ link: withMode('/etc/passwd', 0o120777) })],
    ['a device', zipSync({ device: withMode('', 0o020666) })],
    ['a file that is a folder too', zipSync({ a: strToU8('x'), 'a/b': strToU8('x') })],
    ['text', strToU8('this is no zip'.repeat(10))],
    ['a cut-off zip', zipSync({ a: strToU8('x'.repeat(999)) }).subarray(40)],
  ])('refuses %s', async (_, zip) => {
    await expect(code.put(zip)).rejects.toThrow(brokenZip)
    expect(readdirSync(join(parent, 'code'))).toEqual([])
    expect(existsSync(join(parent, 'evil.txt'))).toBe(false)
    expect(existsSync('/tmp/furlong-evil.txt')).toBe(false)
  })

  it('refuses damaged bytes', async () => {
    const zip = zipSync({ a: [strToU8('hello hello'), { level: 0 }] })
    const at = Buffer.from(zip).indexOf('hello')
    zip[at] = 0x48
    await expect(code.put(zip)).rejects.toThrow(brokenZip)
  })

  it('refuses a package that would unpack to more than 250 MB, and one that lies about it', async () => {
    const zip = zipSync({ zeros: new Uint8Array(1_000_000) })
    const central = Buffer.from(zip).indexOf(Buffer.from([0x50, 0x4b, 1, 2]))
    const claim = (size: number): Uint8Array => {
      const copy = Uint8Array.from(zip)
      new DataView(copy.buffer).setUint32(central + 24, size, true)
      return copy
    }
    await expect(code.put(claim(262_144_001))).rejects.toThrow(
      'Unzipped size must be smaller than 262144000 bytes',
    )
    await expect(code.put(claim(10))).rejects.toThrow(brokenZip)
  })

  it('refuses names that ask for endless folders, before anything is written', async () => {
    const deep = `${'a/'.repeat(100)}x`
    await expect(code.put(zipSync({ [deep]: strToU8('x') }))).rejects.toThrow(brokenZip)
    const many: Zippable = {}
    for (let at = 0; at < 500; at += 1)
      many[`${Array.from({ length: 50 }, (_, i) => `${at}-${i}`).join('/')}/x`] = strToU8('')
    await expect(code.put(zipSync(many))).rejects.toThrow(brokenZip)
    expect(readdirSync(join(parent, 'code'))).toEqual([])
  })

  it('refuses an empty upload', async () => {
    await expect(code.put(new Uint8Array())).rejects.toThrow('Uploaded file must be a non-empty zip')
  })
})

describe('CodeStore.collect()', () => {
  it('deletes what nothing uses, and spares what runs and what has just come', async () => {
    const [used, running, unused, fresh] = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => code.put(zipSync({ [name]: strToU8(name) }))),
    )
    await code.collect([used!.codeSha256], [code.folder(running!.codeSha256)], 60_000)
    expect(readdirSync(join(parent, 'code'))).toHaveLength(8)
    await new Promise((done) => setTimeout(done, 5))
    await code.collect([used!.codeSha256, fresh!.codeSha256], [code.folder(running!.codeSha256)], 0)
    const left = [used, running, fresh].map((stored) => existsSync(code.folder(stored!.codeSha256)))
    expect(left).toEqual([true, true, true])
    expect(existsSync(code.folder(unused!.codeSha256))).toBe(false)
    expect(existsSync(code.zipFile(unused!.codeSha256))).toBe(false)
    expect(readdirSync(join(parent, 'code')).filter((name) => name.startsWith('unpacking'))).toEqual([])
  })
})

describe('CodeStore.prune()', () => {
  it('keeps what is used', async () => {
    const kept = await code.put(zipSync({ 'a.txt': strToU8('a') }))
    const dropped = await code.put(zipSync({ 'b.txt': strToU8('b') }))
    code.prune([kept.codeSha256])
    expect(existsSync(code.folder(kept.codeSha256))).toBe(true)
    expect(existsSync(code.zipFile(kept.codeSha256))).toBe(true)
    expect(existsSync(code.folder(dropped.codeSha256))).toBe(false)
  })
})
