import { dirname, resolve } from 'node:path'
import {
  AwsError,
  createStandIn,
  findEntry,
  listProjectFolders,
  watchBundle,
  watchPython,
  type Bundle,
  type BundleOptions,
} from '@furlong/aws'
import type { LiveCode } from '@furlong/local'
import type { Invocation } from '../command.ts'
import { findHostModule } from '../host-module.ts'
import type { DevLoop } from './loop.ts'
import { findPython, type PythonProgram } from './python-program.ts'

/** An entry under development, as it is deployed at first, and what is done on each save. */
export interface DevSource {
  readonly bundle: Bundle
  readonly runtime?: string
  readonly python?: PythonProgram
  /** What takes the place of the deployed code. */
  readonly code: LiveCode
  /**
   * Begins: lets the code answer, and does so after each save.
   * @param loop of the function
   * @param update puts a bundle in the place of the last one
   */
  begin(loop: DevLoop, update: (bundle: Bundle) => Promise<void>): void
  close(): Promise<void>
}

/** How the first code that can be deployed is waited for. */
export interface FirstCode {
  /** Hears why there is none yet. */
  readonly onError: (error: Error) => void
  /** Ends the waiting. */
  readonly signal: AbortSignal
}

/**
 * Looks at an entry, and watches it from then on. Code that cannot be bundled is told, and the next save waited for.
 * @param invocation the call
 * @param first how that is waited for
 * @returns the source, once there is code to deploy
 * @throws {AwsError} when there is no such entry, or no save can mend it; the signal's reason
 */
export async function openSource(invocation: Invocation, first: FirstCode): Promise<DevSource> {
  const { context, positionals } = invocation
  const { path, kind } = await findEntry(positionals[0] ?? '', context.cwd)
  return kind === 'python' ? openPython(path, invocation, first) : openBundled(path, invocation, first)
}

async function openBundled(
  path: string,
  { values, context }: Invocation,
  first: FirstCode,
): Promise<DevSource> {
  const handler = values.text('handler')
  const options: BundleOptions & { readonly signal: AbortSignal } = {
    signal: first.signal,
    cwd: context.cwd,
    hostModule: findHostModule(),
    development: true,
    ...(handler === undefined ? {} : { handler }),
  }
  const { promise: begun, resolve: begin } = Promise.withResolvers<BundledWork | undefined>()
  // What comes before there is a function to tell of it is told then, and in its order.
  const once = (tell: (loop: DevLoop) => void): void => void begun.then((work) => work && tell(work.loop))
  const watch = await watchBundle(path, options, {
    onChange: (paths) => once((loop) => loop.changed(paths)),
    onBundle: async (bundle) => {
      const work = await begun
      return work !== undefined && work.loop.store(() => work.update(bundle))
    },
    onError: (error) => once((loop) => loop.failed(error)),
    onSame: () => once((loop) => loop.same()),
    onFirstError: first.onError,
  })
  return {
    bundle: watch.first,
    code: { root: context.cwd },
    begin: (loop, update) => {
      begin({ loop, update })
      void loop.swap()
    },
    close: () => {
      // A bundle that waits for a beginning that never came must not wait any more.
      begin(undefined)
      return watch.close()
    },
  }
}

/** What the sources of a deployed function are told to. */
interface BundledWork {
  readonly loop: DevLoop
  readonly update: (bundle: Bundle) => Promise<void>
}

async function openPython(
  path: string,
  { values, context }: Invocation,
  first: FirstCode,
): Promise<DevSource> {
  const folder = dirname(resolve(context.cwd, path))
  const python = await findPython(listProjectFolders(folder), context)
  let work: { loop: DevLoop } | undefined
  const load = async (): Promise<void> => {
    work?.loop.begin()
    const modules = await work?.loop.swap()
    if (modules !== undefined) await watch.follow(modules)
  }
  let wake = (): void => {}
  const watch = await watchPython(folder, (paths) => {
    wake()
    work?.loop.changed(paths)
    void load()
  })
  const waitForSave = async (): Promise<void> => {
    const { promise: woken, resolve, reject } = Promise.withResolvers<void>()
    const stop = (): void => reject(first.signal.reason)
    first.signal.addEventListener('abort', stop, { once: true })
    wake = resolve
    if (first.signal.aborted) stop()
    await woken.finally(() => first.signal.removeEventListener('abort', stop))
  }
  const createFirst = async (): Promise<Bundle> => {
    for (;;) {
      // A save while the entry is read counts as well.
      const saved = waitForSave()
      saved.catch(() => {})
      try {
        return await createStandIn(path, values.text('handler'))
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'BundleFailed') throw error
        first.onError(error)
      }
      await saved
    }
  }
  return {
    bundle: await createFirst().catch((error: unknown) => {
      watch.close()
      throw error
    }),
    runtime: python.runtime,
    python,
    code: { codeFolder: folder, program: python.program, root: context.cwd },
    begin: (loop) => {
      work = { loop }
      void load()
    },
    close: () => Promise.resolve(watch.close()),
  }
}
