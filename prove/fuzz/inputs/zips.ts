/** Deployment packages. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { CodeError } from '../../../packages/local/src/store/code-error.ts'
import { CodeStore } from '../../../packages/local/src/store/code-store.ts'
import { readZipDirectory } from '../../../packages/local/src/store/zip-directory.ts'
import type { Random } from '../../../conform/fuzz/random.ts'
import { broken, type FuzzInput } from '../input.ts'
import { mutate } from '../mutate.ts'

const tokens = [
  '../',
  '..\\',
  '/etc/passwd',
  'PK\u0001\u0002',
  'PK\u0003\u0004',
  'PK\u0005\u0006',
  '\u00ff\u00ff\u00ff\u00ff',
  'C:\\',
  '\u0000\u0000',
]

/** As people's tools write them; made here, so that no binary lies in the repository. */
const corpus: readonly [Buffer, ...Buffer[]] = [
  Buffer.from(zipSync({ 'index.mjs': Buffer.from('export const handler = () => 1') })),
  Buffer.from(
    zipSync({
      'a/': new Uint8Array(),
      'a/b.txt': [Buffer.from('x'.repeat(500)), { level: 0 }],
      'c.txt': new Uint8Array(),
    }),
  ),
  Buffer.from(zipSync({ bootstrap: [Buffer.from('#!/bin/sh\n'), { attrs: 0o755 << 16, os: 3 }] })),
  Buffer.from(zipSync({ bomb: Buffer.alloc(200_000) })),
  Buffer.from(zipSync({ link: [Buffer.from('/etc/passwd'), { attrs: 0o120777 << 16, os: 3 }] })),
  Buffer.from(zipSync({ '../out.txt': Buffer.from('out') })),
]

const isRefusal = (error: unknown): boolean => error instanceof CodeError

/** The directory alone, which needs no disk. */
export const zipDirectories: FuzzInput = {
  says: 'zips into the reader of their directory: entries within the file, or a refusal',
  open: () =>
    Promise.resolve({
      check: (random, index) => {
        const zip = mutate(random, index, corpus, tokens)
        try {
          for (const { name, dataOffset, compressedSize } of readZipDirectory(zip)) {
            if (dataOffset < 0 || compressedSize < 0)
              broken(`${name} lies at ${dataOffset}`, zip.toString('hex'))
          }
          return 'read'
        } catch (error) {
          if (isRefusal(error)) return 'refused'
          throw error
        }
      },
      growths: [
        {
          name: 'a zip of end marks',
          prepare: (bytes) => tryRead(Buffer.from('PK\u0005\u0006'.repeat(bytes / 4))),
        },
        {
          name: 'a zip of files',
          prepare: (bytes) =>
            tryRead(
              Buffer.from(
                zipSync(
                  Object.fromEntries(
                    Array.from({ length: bytes / 100 }, (_, at) => [`file-${at}.txt`, new Uint8Array()]),
                  ),
                ),
              ),
            ),
        },
      ],
    }),
}

const tryRead = (zip: Buffer) => (): unknown => {
  try {
    return readZipDirectory(zip)
  } catch (error) {
    if (isRefusal(error)) return error
    throw error
  }
}

/** Unpacked, as create-function does. */
export const zips: FuzzInput = {
  says: 'zips into what create-function does with them: unpacked whole inside their folder, or refused with nothing left',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'furlong-fuzz-'))
    const store = new CodeStore(join(folder, 'code'))
    const check = async (random: Random, index: number): Promise<string> => {
      const zip = mutate(random, index, corpus, tokens)
      let outcome = 'refused'
      try {
        const { codeSha256 } = await store.put(zip)
        outcome = 'unpacked'
        await rm(store.folder(codeSha256), { recursive: true })
        await rm(store.zipFile(codeSha256))
      } catch (error) {
        if (!isRefusal(error)) throw error
      }
      // What a refusal or a climb has left stands out at once.
      const left = [...(await readdir(join(folder, 'code'))), ...(await readdir(folder))].filter(
        (name) => name !== 'code',
      )
      if (left.length > 0) broken(`left behind: ${left.join(', ')}`, zip.toString('hex'))
      return outcome
    }
    return { check, close: () => rm(folder, { recursive: true, force: true }) }
  },
}
