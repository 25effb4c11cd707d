import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundleSources } from './bundle.ts'
import { findChromium, runInChromium } from './chromium.ts'
import type { runHere } from './in-runtime.ts'
import { loadVectors } from './load-vectors.ts'
import type { SuiteRow } from './check.ts'

const vectors = loadVectors()
const bundle = await bundleSources()
const chromium = findChromium()

function expectAll(rows: readonly SuiteRow[]): void {
  expect(rows.flatMap(({ name, failed }) => failed.map((failure) => ({ name, ...failure })))).toEqual([])
  expect(rows.find(({ name }) => name === 'Python signers: verified as expected')?.passed).toBe(144)
}

describe('a browser bundle of @furlong/sigv4', () => {
  it('holds the plain branch of #sha256 and nothing of Node', () => {
    expect(bundle.branch).toBe('sha256.ts')
    expect(bundle.text).not.toMatch(/["']node:/)
  })

  it('passes the suite in Node', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'furlong-bundle-'))
    try {
      const file = join(folder, 'suite.mjs')
      await writeFile(file, bundle.text)
      const suite = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { runHere: typeof runHere }
      expectAll(await suite.runHere(vectors))
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  if (chromium === undefined) {
    it.skip('is not run in a browser: there is no Chromium on the PATH', () => {})
    return
  }

  it('passes the suite in Chromium, in a page and in a worker', async () => {
    const { inPage, inWorker } = await runInChromium(chromium, bundle.text, vectors)
    expectAll(inPage)
    expectAll(inWorker)
  })
})
