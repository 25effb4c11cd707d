import { watch as watchFolder } from 'node:fs'
import { dirname } from 'node:path'
import type { BuildResult, Plugin } from 'esbuild'
import { AwsError } from '../errors.ts'
import { createZip } from './archive.ts'
import {
  createBundle,
  defaultNodeRuntime,
  findEntry,
  finishBundle,
  readJavaScriptOptions,
  type Bundle,
  type BundleOptions,
} from './bundle.ts'
import { planJavaScript, readOutput, toBundleError } from './javascript.ts'

/** What a watched entry tells. */
export interface WatchListener {
  /** A new bundle after a change; the first one too. Runs one at a time. */
  onBundle(bundle: Bundle): Promise<void>
  /** The entry cannot be bundled as it is now; the function keeps its code. */
  onError(error: Error): void
}

/** A watched entry. */
export interface Watch {
  close(): Promise<void>
}

/** Editors write a file in several steps; one bundle is made of changes this close together. */
const settleMs = 80

/**
 * Bundles an entry now and again after each change of its sources.
 * @param entry path of a JavaScript, TypeScript or Python file, or of a folder
 * @param options as for `createBundle`
 * @param listener gets bundles and errors
 * @returns the watch, until closed
 * @throws {AwsError} `EntryNotFound`, or `BundleFailed` for a zip, which does not change
 */
export async function watchBundle(
  entry: string,
  options: BundleOptions,
  listener: WatchListener,
): Promise<Watch> {
  const { path, kind } = await findEntry(entry, options.cwd ?? process.cwd())
  if (kind === 'zip') throw new AwsError('BundleFailed', `A zip cannot be watched: ${entry}`)
  if (kind === 'javascript') return watchJavaScript(path, options, listener)
  return watchFiles(kind === 'python' ? dirname(path) : path, path, options, listener)
}

/** Runs work one after the other; what fails is told to the listener. */
function createQueue(listener: WatchListener): {
  add(work: () => Promise<void>): void
  drain(): Promise<void>
} {
  let last = Promise.resolve()
  const runNext = async (previous: Promise<void>, work: () => Promise<void>): Promise<void> => {
    await previous
    try {
      await work()
    } catch (error) {
      listener.onError(error instanceof Error ? error : new Error(String(error)))
    }
  }
  return {
    add: (work) => {
      last = runNext(last, work)
    },
    drain: () => last,
  }
}

async function watchJavaScript(
  path: string,
  options: BundleOptions,
  listener: WatchListener,
): Promise<Watch> {
  const { context } = await import('esbuild')
  // The entry's shape (handler or default export) is that of the first look; a change of it shows as a build error.
  const plan = await planJavaScript(path, readJavaScriptOptions(options))
  const queue = createQueue(listener)
  const deliver = async (result: BuildResult): Promise<void> => {
    if (result.errors.length > 0) throw toBundleError(result)
    const part = { zip: createZip(readOutput(result)), runtime: defaultNodeRuntime }
    await listener.onBundle(finishBundle('javascript', part, plan.handler))
  }
  const plugin: Plugin = {
    name: 'furlong-watch',
    setup: (build) => {
      build.onEnd((result) => queue.add(() => deliver(result)))
    },
  }
  const running = await context({ ...plan.buildOptions, plugins: [plugin] })
  await running.watch()
  return {
    close: async () => {
      await running.dispose()
      await queue.drain()
    },
  }
}

async function watchFiles(
  folder: string,
  entry: string,
  options: BundleOptions,
  listener: WatchListener,
): Promise<Watch> {
  const queue = createQueue(listener)
  let timer: NodeJS.Timeout | undefined
  const make = (): void => queue.add(async () => listener.onBundle(await createBundle(entry, options)))
  const watcher = watchFolder(folder, { recursive: true }, (_event, name) => {
    // Python writes its caches while the function runs: no change of a source.
    if (name !== null && /(?:^|\/)(?:__pycache__|\.furlong|\.git)(?:\/|$)/.test(name)) return
    clearTimeout(timer)
    timer = setTimeout(make, settleMs)
  })
  make()
  return {
    close: async () => {
      watcher.close()
      clearTimeout(timer)
      await queue.drain()
    },
  }
}
